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

/** Checks the sizes of arms by Pearson's chi-square. What should be drawn by other shares is counted share by share before. */
export function sampleRatio(sizes: readonly ArmSize[]): SampleRatio {
  const drawn = sizes.filter(({ people, expected }) => people > 0 || expected > 0);
  const fits = drawn.length > 1 && drawn.every(({ expected }) => expected >= fewestExpected);
  if (!fits) return { p: 1, isOff: false, sizes };
  const distance = sum(drawn.map(({ people, expected }) => (people - expected) ** 2 / expected));
  const p = chiSquareTail(distance, drawn.length - 1);
  return { p, isOff: p < alarm, sizes };
}
