/** What an answer from 0 to 10 makes somebody: 9 and 10 recommend us, up to 6 warn others. */
export type NpsKind = 'promoter' | 'passive' | 'detractor';

/** How many answered what. */
export interface NpsCounts {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** What answers come to. */
export interface NpsFigure extends NpsCounts {
  readonly answers: number;
  /** The share of promoters less that of detractors, in percent: from -100 to 100. Null without answers. */
  readonly index: number | null;
  /** How far the true index may be from it, in points of it, in 95 of 100 cases. Null without answers. */
  readonly margin: number | null;
  /** False where so few answered that the index says next to nothing. */
  readonly enough: boolean;
}

/** The fewest answers that an index is taken from. */
export const fewestAnswers = 30;

/** Two-sided 95 %. */
const z95 = 1.959964;

/** What an answer makes somebody. */
export function npsKind(score: number): NpsKind {
  if (score >= 9) return 'promoter';
  return score >= 7 ? 'passive' : 'detractor';
}

/**
 * The index of some answers with its margin, both to a tenth. The margin is the adjusted Wald one: three answers are added,
 * three quarters of one on each side and the rest between, so that ten promoters out of ten are no certainty
 * (https://measuringu.com/nps-confidence-intervals/).
 */
export function npsOf({ promoters, passives, detractors }: NpsCounts): NpsFigure {
  const counts = { promoters, passives, detractors };
  const answers = promoters + passives + detractors;
  if (answers === 0) return { ...counts, answers, index: null, margin: null, enough: false };
  const index = (100 * (promoters - detractors)) / answers;
  return {
    ...{ ...counts, answers, index: toTenth(index) },
    margin: toTenth(marginOf(promoters, detractors, answers)),
    enough: answers >= fewestAnswers,
  };
}

function marginOf(promoters: number, detractors: number, answers: number): number {
  const all = answers + 3;
  const [up, down] = [(promoters + 0.75) / all, (detractors + 0.75) / all];
  const variance = up + down - (up - down) ** 2;
  return 100 * z95 * Math.sqrt(variance / all);
}

function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
