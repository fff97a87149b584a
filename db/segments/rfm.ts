import { allCodes, rfSegmentOfCode, segmentOfCode } from '../../core/insights/rfm/maps.ts';
import type { RfmCuts, RfmProfile, RfmResult } from '../../core/insights/rfm/types.ts';
import type { Condition } from '../../core/segments/types.ts';
import type { SegmentContext } from './context.ts';
import { type Compile, oneOfWords } from './people.ts';
import { type Fragment, plain } from './sql.ts';

/** The profile a condition looks at: the first of the program where none is named. */
function profileOf({ part }: Condition, { program }: SegmentContext): RfmProfile | undefined {
  const { profiles } = program.rfm;
  return part === undefined ? profiles[0] : profiles.find(({ name }) => name === part);
}

/** Scores as SQL: one, and one more for each bound that a value is above. */
function scoreSql(value: string, bounds: readonly number[]): string {
  return `(1${bounds.map((bound) => ` + (${value} > ${bound})`).join('')})`;
}

function codeSql({ recencyDays, orders, paidMinor }: RfmCuts, today: number): string {
  const recency = `(${recencyDays.length + 2} - ${scoreSql(`(${today} - c.last_day)`, recencyDays)})`;
  return `${recency} * 100 + ${scoreSql('c.orders', orders)} * 10 + ${scoreSql('c.paid_minor', paidMinor)}`;
}

/** Who is in a part of a map, by the bounds between scores as they were last computed. */
function onMap(segmentOf: (profile: RfmProfile, code: string) => string): Compile {
  return (condition, context) => {
    const profile = profileOf(condition, context);
    const result = profile && context.computations.get(`rfm:${profile.name}`);
    const { cuts } = result === undefined ? {} : (JSON.parse(result) as RfmResult);
    return oneOfWords(condition, (word): Fragment => {
      if (!profile || !cuts) return plain('false');
      const codes = allCodes(profile.scores).filter(
        (code) => code === word || segmentOf(profile, code) === word,
      );
      return plain(`(c.orders > 0 and ${codeSql(cuts, context.today)} in (${codes.join(', ')}))`);
    });
  };
}

/** Where a customer stands on the two maps of RFM. */
export const rfmFields = {
  rfm: onMap(segmentOfCode),
  rf: onMap(rfSegmentOfCode),
} as const satisfies Readonly<Record<string, Compile>>;
