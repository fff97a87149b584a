import { DAY_MS } from '../../time.ts';
import type { Period, Step, Steps } from './types.ts';

/** Longer periods are shown by weeks, and longer ones still by months: so many points fit a phone. */
const mostDays = 31;
const mostDaysOfWeeks = 26 * 7;

/** A calendar day as days since 1970. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

/** Days since 1970 as `YYYY-MM-DD`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** How long the points of a report over this period are. */
export function stepOf({ from, to }: Period): Step {
  const days = dayNumber(to) - dayNumber(from) + 1;
  if (days <= mostDays) return 'day';
  return days <= mostDaysOfWeeks ? 'week' : 'month';
}

/** The first day of the step that a day lies in. 1 January 1970 was a Thursday. */
export function firstOfStep(day: string, step: Step): string {
  if (step === 'day') return day;
  if (step === 'month') return `${day.slice(0, 8)}01`;
  const number = dayNumber(day);
  return dayText(number - ((number + 3) % 7));
}

/** The first day of the step after the one that begins on `day`. */
export function nextStep(day: string, step: Step): string {
  if (step === 'day') return dayText(dayNumber(day) + 1);
  if (step === 'week') return dayText(dayNumber(day) + 7);
  return firstOfStep(dayText(dayNumber(day) + 31), 'month');
}

/** The period by its steps: the first day of each. */
export function stepsOf(period: Period, step: Step = stepOf(period)): Steps & { readonly days: string[] } {
  const days: string[] = [];
  for (let day = firstOfStep(period.from, step); day <= period.to; day = nextStep(day, step)) days.push(day);
  return { from: period.from, to: period.to, step, days };
}

/** What was counted by days since 1970, added up over each step of a period; nothing counted is zeros. */
export function addedUp<Figure extends string>(
  { days, step, from, to }: ReturnType<typeof stepsOf>,
  counted: ReadonlyMap<number, Readonly<Record<Figure, number>>>,
  figures: readonly Figure[],
): ({ readonly day: string } & Record<Figure, number>)[] {
  const zeros = () => Object.fromEntries(figures.map((figure) => [figure, 0])) as Record<Figure, number>;
  const points = new Map(days.map((day) => [day, { day, ...zeros() }]));
  for (const [number, figuresOfDay] of counted) {
    const day = dayText(number);
    const point = day < from || day > to ? undefined : points.get(firstOfStep(day, step));
    if (!point) continue;
    const sums: Record<Figure, number> = point;
    for (const figure of figures) sums[figure] += figuresOfDay[figure];
  }
  return [...points.values()];
}
