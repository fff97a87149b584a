import type { JourneyDefinition, StepDefinition } from './definition.ts';

/** A step with its number and where it leads: the numbers of the steps to go on with. */
export interface FlowStep {
  readonly number: number;
  readonly step: StepDefinition;
  /** What comes after it; of an `if` that holds, its first step. As many as there are steps: nothing is left to do. */
  readonly next: number;
  /** Of an `if`: what comes where it does not hold. */
  readonly otherwise: number;
}

const flows = new WeakMap<readonly StepDefinition[], readonly FlowStep[]>();

/**
 * All steps of a journey in one list, branches and all, in the order they are written: the number of a step is its place.
 * Every step leads forward, so that every run ends.
 */
export function flowOf({ steps }: Pick<JourneyDefinition, 'steps'>): readonly FlowStep[] {
  const known = flows.get(steps);
  if (known) return known;
  const flow: FlowStep[] = [];
  lay(steps, flow, sizeOf(steps));
  flows.set(steps, flow);
  return flow;
}

/** Lays steps out from the end of `flow` on; the last of them leads to `end`. */
function lay(steps: readonly StepDefinition[], flow: FlowStep[], end: number): void {
  for (const [index, step] of steps.entries()) {
    const number = flow.length;
    const after = index === steps.length - 1 ? end : number + sizeOf([step]);
    if (!('if' in step)) {
      flow.push({ number, step, next: after, otherwise: after });
      continue;
    }
    const otherwise = number + 1 + sizeOf(step.do);
    const hasElse = (step.else?.length ?? 0) > 0;
    flow.push({
      ...{ number, step },
      next: step.do.length > 0 ? number + 1 : after,
      otherwise: hasElse ? otherwise : after,
    });
    lay(step.do, flow, after);
    lay(step.else ?? [], flow, after);
  }
}

/** How many steps there are, those of branches among them. */
function sizeOf(steps: readonly StepDefinition[]): number {
  return steps.reduce(
    (sum, step) => sum + 1 + ('if' in step ? sizeOf(step.do) + sizeOf(step.else ?? []) : 0),
    0,
  );
}
