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

/** Who is in a part of a map, by the bounds between scores as they were last computed. */
function onMap(map: 'rfm' | 'rf'): Compile {
  return (condition, context) => {
    const profile = profileOf(condition, context);
    const computed = profile && context.computations.get(`rfm:${profile.name}`);
    const result = computed === undefined ? undefined : (JSON.parse(computed) as RfmResult);
    return oneOfWords(condition, (word): Fragment => {
      if (!profile || !result || !isOf(profile, result)) return plain('false');
      const today = rfmToday(context.now, context.program.zone);
      const { sql, args } = rfmCondition(profile, result, codesOf(profile, map, word), today);
      return { sql, args, cost: profile.by || profile.days ? 1 : 0 };
    });
  };
}

/** Where a customer stands on the two maps of RFM. */
export const rfmFields = {
  rfm: onMap('rfm'),
  rf: onMap('rf'),
} as const satisfies Readonly<Record<string, Compile>>;
