/** Where a function is least, and whether the search came to rest there. */
export interface Minimum {
  readonly point: readonly number[];
  readonly value: number;
  /** False: the evaluations were used up first. */
  readonly settled: boolean;
}

interface Corner {
  readonly point: readonly number[];
  readonly value: number;
}

/** How near each other the corners must come in each direction, and what a new start must gain to be worth another. */
const nearPoint = 1e-7;
const leastGain = 1e-12;
const firstStep = 0.5;
/** A simplex can collapse short of the minimum: the search starts anew from where it came to rest until that no longer helps. */
const mostStarts = 8;

/**
 * The least value of `of` around `start`, by the downhill simplex of Nelder and Mead (The Computer Journal 7, 1965). It
 * needs no derivatives, is the same in every run, and calls `of` at most `mostCalls` times; `of` may answer infinity for
 * what lies out of bounds, but not at `start`.
 */
export function minimise(
  of: (point: readonly number[]) => number,
  start: readonly number[],
  mostCalls = 2_000,
): Minimum {
  let left = mostCalls;
  const at = (point: readonly number[]): Corner => {
    left -= 1;
    const value = of(point);
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  let best = at(start);
  for (let starts = 0; starts < mostStarts && left > 0; starts += 1) {
    const rested = descend(at, best, () => left > 0);
    const gained = best.value - rested.value;
    best = rested;
    if (left > 0 && gained <= leastGain * Math.abs(best.value)) return { ...best, settled: true };
  }
  return { ...best, settled: false };
}

/** One run of the simplex from around `best`, until it is small or no call is left. */
function descend(at: (point: readonly number[]) => Corner, best: Corner, mayCall: () => boolean): Corner {
  const others = best.point.map((_, axis) =>
    at(best.point.map((value, index) => (index === axis ? value + firstStep : value))),
  );
  let corners = inOrder([best, ...others]);
  while (mayCall() && !isSmall(corners)) corners = inOrder(step(at, corners));
  return corners[0] ?? best;
}

/** The corners after one move: the worst is reflected, stretched or drawn in, or all are drawn to the best. */
function step(at: (point: readonly number[]) => Corner, corners: readonly Corner[]): Corner[] {
  const kept = corners.slice(0, -1);
  const [best, worst, nextWorst] = [corners[0], corners.at(-1), kept.at(-1)];
  if (!best || !worst || !nextWorst) return [...corners];
  const middle = best.point.map(
    (_, axis) => kept.reduce((sum, { point }) => sum + (point[axis] ?? 0), 0) / kept.length,
  );
  const along = (factor: number) =>
    at(middle.map((value, axis) => value + factor * ((worst.point[axis] ?? 0) - value)));
  const reflected = along(-1);
  if (reflected.value < best.value) {
    const stretched = along(-2);
    return [...kept, stretched.value < reflected.value ? stretched : reflected];
  }
  if (reflected.value < nextWorst.value) return [...kept, reflected];
  const drawn = along(reflected.value < worst.value ? -0.5 : 0.5);
  if (drawn.value < Math.min(reflected.value, worst.value)) return [...kept, drawn];
  const halfway = ({ point }: Corner) =>
    at(point.map((value, axis) => (value + (best.point[axis] ?? 0)) / 2));
  return [best, ...corners.slice(1).map(halfway)];
}

function inOrder(corners: readonly Corner[]): Corner[] {
  return corners.toSorted((one, other) => one.value - other.value);
}

function isSmall([best, ...others]: readonly Corner[]): boolean {
  return others.every(({ point }) =>
    point.every((value, axis) => Math.abs(value - (best?.point[axis] ?? 0)) <= nearPoint),
  );
}

/** Where a likelihood is greatest, and whether the search came to rest there. */
export interface Likeliest {
  readonly parameters: readonly number[];
  readonly logLikelihood: number;
  readonly settled: boolean;
}

/** Parameters are looked for between e^-6 and e^6; past that nothing real is said by more of them. */
const mostLog = 6;

/**
 * The positive parameters under which `observations` are likeliest, from `start`. Where the likelihood grows without end
 * (nobody ever left, all spent the same) the search is held back just outside e^±6, by as much an observation.
 */
export function likeliest(
  logLikelihood: (parameters: readonly number[]) => number,
  start: readonly number[],
  observations: number,
): Likeliest {
  const natural = (logs: readonly number[]) => logs.map((log) => Math.exp(log));
  const outside = (logs: readonly number[]) =>
    logs.reduce((sum, log) => sum + Math.max(0, Math.abs(log) - mostLog) ** 2, 0);
  const found = minimise(
    (logs) => observations * outside(logs) - logLikelihood(natural(logs)),
    start.map((parameter) => Math.log(parameter)),
  );
  const parameters = natural(found.point);
  const reached = logLikelihood(parameters);
  return { parameters, logLikelihood: reached, settled: found.settled && Number.isFinite(reached) };
}
