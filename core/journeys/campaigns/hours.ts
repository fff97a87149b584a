/** So often somebody must have been there before it can be said when that usually is. */
const leastTimes = 3;
const hoursOfDay = 24;

/** How often somebody was there in each of the 24 hours of the day. */
export type TimesByHour = readonly number[];

/**
 * The hour at which somebody is usually there, of those outside the quiet hours: the hours before and after it count half
 * as much, so that an evening spread over two hours weighs more than one chance visit. The earlier of two that are equal;
 * undefined where too little is known.
 */
export function usualHourOf(times: TimesByHour, isQuiet: (hour: number) => boolean): number | undefined {
  const total = times.reduce((sum, count) => sum + count, 0);
  if (total < leastTimes) return undefined;
  const at = (hour: number) => times[(hour + hoursOfDay) % hoursOfDay] ?? 0;
  let [best, most] = [undefined as number | undefined, 0];
  for (let hour = 0; hour < hoursOfDay; hour += 1) {
    const weight = at(hour) + (at(hour - 1) + at(hour + 1)) / 2;
    if (weight > most && !isQuiet(hour)) [best, most] = [hour, weight];
  }
  return best;
}
