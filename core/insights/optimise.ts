/** What a function comes to at a point, and how fast it grows along each axis there. */
export interface Slope {
  readonly value: number;
  readonly gradient: readonly number[];
}

/** Where a function is least, and whether the search came to rest there. */
export interface Minimum {
  readonly point: readonly number[];
  readonly value: number;
  /** False: the calls were used up first, or no way down was found from where it is not yet flat. */
  readonly settled: boolean;
}

type Matrix = readonly (readonly number[])[];

/** The search is over when a further step promises to gain no more than this part of the value. */
const leastGain = 1e-14;
/** Where rounding hides the way down, so little to gain is good enough. */
const enoughGain = 1e-9;
/** A step is taken when it gains this part of what the slope promised (Armijo). */
const keptPromise = 1e-4;
/** No step goes further than this along an axis: beyond, the slope says nothing. */
const longestStep = 2;

/**
 * The least value of `of` from `start` down, by the quasi-Newton steps of Broyden, Fletcher, Goldfarb and Shanno with
 * halving (Nocedal and Wright, Numerical Optimization, algorithm 6.1). The same in every run, at most `mostCalls` calls.
 */
export function minimise(
  of: (point: readonly number[]) => Slope,
  start: readonly number[],
  mostCalls = 500,
): Minimum {
  let left = mostCalls - 1;
  let [point, here] = [start, of(start)];
  let inverse = identity(start.length);
  while (left > 0) {
    const steepest = inverse.map((row) => -dot(row, here.gradient));
    const promised = -dot(steepest, here.gradient);
    if (promised <= leastGain * Math.abs(here.value)) return { point, value: here.value, settled: true };
    const direction = shortened(steepest);
    const step = stepDown(of, point, here, direction, left);
    left -= step.calls;
    if (!step.to) return { point, value: here.value, settled: promised <= enoughGain * Math.abs(here.value) };
    const moved = minus(step.to.point, point);
    inverse = updated(inverse, moved, minus(step.to.slope.gradient, here.gradient));
    [point, here] = [step.to.point, step.to.slope];
  }
  return { point, value: here.value, settled: false };
}

/** The first point along `direction`, halved and halved again, that gains enough; none where there is none. */
function stepDown(
  of: (point: readonly number[]) => Slope,
  point: readonly number[],
  here: Slope,
  direction: readonly number[],
  mostCalls: number,
): { readonly calls: number; readonly to?: { readonly point: readonly number[]; readonly slope: Slope } } {
  const slope = dot(direction, here.gradient);
  let length = 1;
  for (let calls = 1; calls <= Math.min(mostCalls, 40); calls += 1) {
    const next = point.map((value, axis) => value + length * (direction[axis] ?? 0));
    const there = of(next);
    if (there.value <= here.value + keptPromise * length * slope) {
      return { calls, to: { point: next, slope: there } };
    }
    length /= 2;
  }
  return { calls: 40 };
}

/** What is known of the curvature after a step (equation 6.17); as it was where the step says nothing of it. */
function updated(inverse: Matrix, moved: readonly number[], bent: readonly number[]): Matrix {
  const curvature = dot(moved, bent);
  if (curvature <= 0) return inverse;
  const seen = inverse.map((row) => dot(row, bent));
  const weight = (1 + dot(bent, seen) / curvature) / curvature;
  return inverse.map((row, i) =>
    row.map((value, j) => {
      const [movedI = 0, movedJ = 0, seenI = 0, seenJ = 0] = [moved[i], moved[j], seen[i], seen[j]];
      return value + weight * movedI * movedJ - (seenI * movedJ + movedI * seenJ) / curvature;
    }),
  );
}

function shortened(direction: readonly number[]): readonly number[] {
  const longest = Math.max(...direction.map(Math.abs));
  return longest <= longestStep ? direction : direction.map((value) => (value * longestStep) / longest);
}

function identity(size: number): Matrix {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, axis) => sum + value * (other[axis] ?? 0), 0);
}

function minus(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.map((value, axis) => value - (other[axis] ?? 0));
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
 * The positive parameters under which `observations` are likeliest, from `start`; `logLikelihood` says its slope along
 * the parameters too. Where it grows without end (nobody ever left, all spent the same) the search is held back just
 * outside e^±6.
 */
export function likeliest(
  logLikelihood: (parameters: readonly number[]) => Slope,
  start: readonly number[],
  observations: number,
): Likeliest {
  const natural = (logs: readonly number[]) => logs.map((log) => Math.exp(log));
  const outside = (log: number) => Math.sign(log) * Math.max(0, Math.abs(log) - mostLog);
  const found = minimise(
    (logs) => {
      const parameters = natural(logs);
      const { value, gradient } = logLikelihood(parameters);
      const beyond = logs.map(outside);
      return {
        value: observations * dot(beyond, beyond) - value,
        gradient: parameters.map(
          (parameter, axis) => 2 * observations * (beyond[axis] ?? 0) - parameter * (gradient[axis] ?? 0),
        ),
      };
    },
    start.map((parameter) => Math.log(parameter)),
  );
  const parameters = natural(found.point);
  const reached = logLikelihood(parameters).value;
  return { parameters, logLikelihood: reached, settled: found.settled && Number.isFinite(reached) };
}

/** ψ(x), the slope of ln Γ, for x > 0: moved up to where Stirling's series is exact to 1e-15 (Abramowitz and Stegun 6.3.18). */
export function digamma(x: number): number {
  let [at, sum] = [x, 0];
  for (; at < 10; at += 1) sum -= 1 / at;
  const square = 1 / (at * at);
  const series =
    square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132)))));
  return sum + Math.log(at) - 0.5 / at - series;
}
