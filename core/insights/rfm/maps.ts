import {
  type RfmLook,
  type RfmProfile,
  type RfmRules,
  type RfmSegment,
  type RfSegment,
  rfmSegments,
  rfSegments,
} from './types.ts';

/**
 * Which codes of five scores are which segment: each text is a range of recency, frequency and money, and covers every
 * code within the three. Together they cover all 125 codes once.
 */
const segmentRanges: Readonly<Record<RfmSegment, readonly string[]>> = {
  champions: ['4-5 4-5 5', '4-5 5 4', '5 4 4'],
  loyal: ['3 4-5 4-5', '3-4 3 5', '3-4 4 4', '5 4 3'],
  potential_loyalist: ['3-5 4-5 1-2', '4-5 3 1-3', '3-4 2-3 3', '3-5 5 1-3'],
  new_customers: ['4 1-2 1-2', '3 1 1', '5 1 1-2'],
  promising: ['3-5 1 3-5', '5 2 1-5', '4 2 4-5'],
  need_attention: ['3 2 4-5', '3-5 3 4', '5 3 5', '3-4 4 3'],
  about_to_sleep: ['2 2-5 1', '3 2-3 1', '2 1 3', '3 1 2'],
  at_risk: ['1-2 2-3 4-5', '1-2 4-5 2-3', '2 4-5 4-5', '1 4 5', '1 3 3'],
  cannot_lose: ['1-2 1 4-5', '1 1 3', '1 4 4', '1 5 4-5'],
  hibernating: ['3 2-3 2', '1-2 2 2-3', '2 3 2-3', '2 1 1-2', '1 3 2'],
  lost: ['1 1-5 1', '1 1 2'],
};

/**
 * The rule of each segment of recency and frequency, in scores of five: who came lately is new with the first orders,
 * promising with some and loyal with many; who came a while ago wanders or is still loyal; who has been away for long
 * is at risk where there were many orders, else dormant, and lost when it is longest of all.
 */
const rfRanges: Readonly<Record<RfSegment, readonly string[]>> = {
  new: ['4-5 1'],
  promising: ['4-5 2-3'],
  loyal: ['3-5 4-5'],
  wandering: ['3 1-3'],
  at_risk: ['1-2 4-5'],
  dormant: ['2 1-3'],
  lost: ['1 1-3'],
};

/** The codes that ranges like `4-5 1 1-2` cover. */
function codesIn(ranges: readonly string[]): string[] {
  return ranges.flatMap((range) =>
    range
      .split(' ')
      .reduce<string[]>(
        (codes, part) => codes.flatMap((code) => digits(part).map((digit) => code + digit)),
        [''],
      ),
  );
}

function digits(part: string): string[] {
  const [low = 0, high = low] = part.split('-').map(Number);
  return Array.from({ length: high - low + 1 }, (_, index) => String(low + index));
}

function inverted<Name extends string>(
  names: readonly Name[],
  ranges: Readonly<Record<Name, readonly string[]>>,
) {
  return new Map(names.flatMap((name) => codesIn(ranges[name]).map((code) => [code, name] as const)));
}

const segmentByCode = inverted(rfmSegments, segmentRanges);
const rfByCode = inverted(rfSegments, rfRanges);

/** A score among `scores` as one of five: the ends stay ends, of four 1 2 4 5, of three 1 3 5. */
function ofFive(score: number, scores: number): number {
  return Math.round(1 + ((score - 1) * 4) / (scores - 1));
}

/** The segment of a code in the profile's own scores: as the program maps it, else by the map of five scores. */
export function segmentOfCode({ scores, map }: Pick<RfmProfile, 'scores' | 'map'>, code: string): RfmSegment {
  return map[code] ?? known(segmentByCode.get(scaled(code, scores)), code);
}

/** The segment of recency and frequency of a code in the profile's own scores. */
export function rfSegmentOfCode({ scores }: Pick<RfmProfile, 'scores'>, code: string): RfSegment {
  return known(rfByCode.get(scaled(code, scores).slice(0, 2)), code);
}

function scaled(code: string, scores: number): string {
  return [...code].map((score) => ofFive(Number(score), scores)).join('');
}

function known<Segment>(segment: Segment | undefined, code: string): Segment {
  if (segment === undefined) throw new Error(`${code} is no code of three scores`);
  return segment;
}

/** All codes of so many scores, from 111 upwards. */
export function allCodes(scores: number): string[] {
  return codesIn([`1-${scores} 1-${scores} 1-${scores}`]);
}

/** Warm for those who buy, cool for those who drift, grey for those who are gone: apart also for most colour-blind eyes. */
const colours: Readonly<Record<RfmSegment | RfSegment, string>> = {
  champions: '#1b7837',
  loyal: '#4dac26',
  potential_loyalist: '#7fbc41',
  new_customers: '#2b83ba',
  promising: '#67a9cf',
  need_attention: '#fdb863',
  about_to_sleep: '#e6a817',
  at_risk: '#e66101',
  cannot_lose: '#b2182b',
  hibernating: '#998ec3',
  lost: '#878787',
  new: '#2b83ba',
  wandering: '#fdb863',
  dormant: '#998ec3',
};

/** The colour of a segment as #RRGGBB, and its titles where the program gives it some. */
export function lookOf(
  rules: RfmRules,
  map: 'rfm' | 'rf',
  segment: RfmSegment | RfSegment,
): { readonly colour: string; readonly titles: RfmLook['titles'] } {
  const looks: Readonly<Partial<Record<string, RfmLook>>> =
    map === 'rfm' ? rules.segments : rules.rf_segments;
  const { colour = colours[segment], titles = {} } = looks[segment] ?? {};
  return { colour, titles };
}
