import type { Words } from '../../messaging/keys.ts';
import type { RfmSegment, RfSegment } from './types.ts';

/** What to do about a segment, in a sentence or two for the staff. */
export function adviceOf(segment: RfmSegment | RfSegment): Words {
  return { key: `rfm_advice.${segment}` };
}

/** What a segment is called where the program does not say. */
export function titleOf(segment: RfmSegment | RfSegment): Words {
  return { key: `rfm.${segment}` };
}
