import { sum } from '../../money.ts';
import { chiSquareTail } from './distributions.ts';

/** How many people there are in an arm, and how many there should be by the shares it was drawn with. */
export interface ArmSize {
  readonly arm: string;
  readonly people: number;
  readonly expected: number;
}

/** Whether the arms are as large as they were meant to be. */
export interface SampleRatio {
  /** How often chance alone makes them differ as much. */
  readonly p: number;
  /** They differ so much that something else sorted people: nothing can be concluded from comparing them. */
  readonly isOff: boolean;
  readonly sizes: readonly ArmSize[];
}

/**
 * Rarer than this is no chance: the usual bound for looking at it every day (A. Fabijan and others, "Diagnosing Sample
 * Ratio Mismatch in Online Controlled Experiments", 2019).
 */
const alarm = 0.001;
/** With fewer expected in an arm, chi-square is no measure. */
const fewestExpected = 5;

/**
 * Checks the sizes of arms by Pearson's chi-square, in each stratum by itself and over all of them: what is off one way in
 * one and the other way in another shows, and so does what is off a little in each. p is the least of these, times how
 * many there are (Bonferroni).
 */
export function sampleRatio(...strata: readonly (readonly ArmSize[])[]): SampleRatio {
  const sizes = summed(strata);
  const looks = strata.length > 1 ? [sizes, ...strata] : [sizes];
  const p = Math.min(1, looks.length * Math.min(...looks.map(chanceOf)));
  return { p, isOff: p < alarm, sizes };
}

function chanceOf(sizes: readonly ArmSize[]): number {
  const drawn = sizes.filter(({ people, expected }) => people > 0 || expected > 0);
  const fits = drawn.length > 1 && drawn.every(({ expected }) => expected >= fewestExpected);
  if (!fits) return 1;
  const distance = sum(drawn.map(({ people, expected }) => (people - expected) ** 2 / expected));
  return chiSquareTail(distance, drawn.length - 1);
}

/** The sizes over all strata, arm by arm. */
function summed(strata: readonly (readonly ArmSize[])[]): ArmSize[] {
  const all = strata.flat();
  return [...new Set(all.map(({ arm }) => arm))].map((arm) => {
    const own = all.filter((one) => one.arm === arm);
    return { arm, people: sum(own.map((one) => one.people)), expected: sum(own.map((one) => one.expected)) };
  });
}
