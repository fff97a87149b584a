import type { RfmProfile, RfmResult } from '../../core/insights/rfm/types.ts';
import type { Condition } from '../../core/segments/types.ts';
import { codesOf, isOf, rfmCondition, rfmToday } from '../insights/rfm.ts';
import type { SegmentContext } from './context.ts';
import { type Compile, oneOfWords } from './people.ts';
import { type Fragment, plain } from './sql.ts';

/** The profile a condition looks at: the first of the program where none is named. */
function profileOf({ part }: Condition, { program }: SegmentContext): RfmProfile | undefined {
  const { profiles } = program.rfm;
  return part === undefined ? profiles[0] : profiles.find(({ name }) => name === part);
}

/** The bounds between scores as the profile was last computed; undefined where it never was as it is now. */
function resultOf(profile: RfmProfile, { computations }: SegmentContext): RfmResult | undefined {
  const kept = computations.get(`rfm:${profile.name}`);
  const result = kept === undefined ? undefined : (JSON.parse(kept) as RfmResult);
  return result && isOf(profile, result) ? result : undefined;
}

/** Who stands on a part of a map at this moment; nobody, where the profile was never computed. */
function onMap(map: 'rfm' | 'rf'): Compile {
  return (condition, context) => {
    const profile = profileOf(condition, context);
    const result = profile && resultOf(profile, context);
    return oneOfWords(condition, (word): Fragment => {
      if (!profile || !result) return plain('false');
      const today = rfmToday(context.now, context.program.zone);
      const { sql, args } = rfmCondition(profile, result, codesOf(profile, map, word), today);
      const ofRow = profile.by === undefined && profile.days === undefined;
      return { sql, args, cost: ofRow ? 0 : 1 };
    });
  };
}

/** Where a customer stands on the two maps of RFM. */
export const rfmFields = { rfm: onMap('rfm'), rf: onMap('rf') } as const satisfies Readonly<
  Record<string, Compile>
>;
