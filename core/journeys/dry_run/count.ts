import type { Program } from '../../program/program.ts';
import { localDay } from '../../time.ts';
import type { JourneyDefinition } from '../definition.ts';
import { armOf } from '../draw.ts';
import { spanMs } from '../spans.ts';
import type {
  DryExample,
  DryPerson,
  DryRun,
  DryStart,
  DryStep,
  NotStarted,
  NotTold,
  Unknown,
} from './types.ts';
import { type DryDeed, type DryRules, type DryWalk, walkDry } from './walk.ts';

/** How many of those it would have come for are shown. */
const mostExamples = 10;

/** Adds up a dry run, start by start, in the order they came. */
export interface DryCount {
  add(start: DryStart, person: DryPerson): void;
  /** Something that cannot be known. */
  note(unknown: Unknown): void;
  result(): DryRun;
}

interface Sums {
  came: number;
  started: number;
  messages: number;
  priceMicros: number | null;
  coupons: number;
  points: number;
  readonly people: Set<string>;
  readonly last: Map<string, number>;
  /** Offers that would have been made, by customer. */
  readonly offers: Map<string, number[]>;
  readonly notStarted: Map<NotStarted, number>;
  readonly notTold: Map<NotTold, number>;
  readonly ends: Map<DryExample['end'], number>;
  readonly steps: Map<number, { readonly what: DryStep['what']; readonly days: Map<string, number> }>;
  readonly examples: DryExample[];
  readonly unknown: Set<Unknown>;
}

/** Counts what a journey would have done between two moments, under the rules of `program`. */
export function countDry(
  definition: JourneyDefinition,
  program: Program,
  { from, to, days }: { readonly from: number; readonly to: number; readonly days: number },
): DryCount {
  const sums = nothingYet();
  if (definition.who !== undefined) sums.unknown.add('today');
  const rules: DryRules = { zone: program.zone, offersInWeek: program.marketing_messages_in_7_days, to };
  return {
    add(start, person) {
      sums.came += 1;
      const against = whyNot(start, person, definition, program, sums.last);
      if (against) {
        addTo(sums.notStarted, against);
        if (against === 'control' || against === 'holdout') sums.last.set(person.id, start.at);
        return;
      }
      sums.last.set(person.id, start.at);
      const offers = [...person.offers, ...(sums.offers.get(person.id) ?? [])];
      const way = walkDry(definition, start, { ...person, offers }, rules);
      if (definition.category === 'marketing') {
        sums.offers.set(person.id, [...(sums.offers.get(person.id) ?? []), ...toldIn(way)]);
      }
      addWalk(way, { start, person, zone: program.zone }, sums);
    },
    note: (unknown) => sums.unknown.add(unknown),
    result: () => resultOf(sums, { from, to, days }),
  };
}

/** When messages would have gone out. */
function toldIn({ deeds }: DryWalk): readonly number[] {
  return deeds.flatMap(({ what, withheld, at }) => (what === 'message' && !withheld ? [at] : []));
}

function nothingYet(): Sums {
  return {
    ...{ came: 0, started: 0, messages: 0, priceMicros: 0, coupons: 0, points: 0 },
    ...{
      people: new Set(),
      last: new Map(),
      offers: new Map(),
      notStarted: new Map(),
      notTold: new Map(),
      ends: new Map(),
    },
    ...{ steps: new Map(), examples: [], unknown: new Set() },
  };
}

/** As `decideStart` would have said. */
function whyNot(
  { at }: DryStart,
  person: DryPerson,
  definition: JourneyDefinition,
  program: Program,
  started: ReadonlyMap<string, number>,
): NotStarted | undefined {
  const { again, who } = definition;
  const last = started.get(person.id);
  if (person.mutedUntil > at) return 'muted';
  if (last !== undefined && again !== 'always' && (again === 'once' || at - last < spanMs(again)))
    return 'before';
  if (wasToldElsewhere(definition, person, at)) return 'before';
  if (who !== undefined && person.looked(who) !== true) return 'outside';
  const arm = armOf(person.id, definition, program);
  return arm === 'control' || arm === 'holdout' ? arm : undefined;
}

/** Whether another journey of the occasion had really begun so shortly before. */
function wasToldElsewhere(
  { occasion_again: again }: JourneyDefinition,
  { occasions }: DryPerson,
  at: number,
): boolean {
  return again !== undefined && occasions.some((moment) => moment <= at && moment > at - spanMs(again));
}

function addWalk(
  { deeds, end, unknown }: DryWalk,
  { start, person, zone }: { readonly start: DryStart; readonly person: DryPerson; readonly zone: string },
  sums: Sums,
): void {
  sums.started += 1;
  sums.people.add(person.id);
  addTo(sums.ends, end);
  for (const one of unknown) sums.unknown.add(one);
  for (const deed of deeds) addDeed(deed, person, zone, sums);
  if (sums.examples.length >= mostExamples || deeds.length === 0) return;
  if (sums.examples.some(({ customerId }) => customerId === person.id)) return;
  sums.examples.push({
    ...{ customerId: person.id, name: person.name, phone: person.phone, startedAt: start.at, end },
    steps: deeds.map(({ number, at, withheld }) => ({ number, at, ...(withheld ? { withheld } : {}) })),
  });
}

function addDeed(
  { number, what, at, points, withheld }: DryDeed,
  { first }: DryPerson,
  zone: string,
  sums: Sums,
): void {
  if (withheld) {
    addTo(sums.notTold, withheld);
    return;
  }
  const step = sums.steps.get(number) ?? { what, days: new Map<string, number>() };
  sums.steps.set(number, step);
  addTo(step.days, localDay(at, zone));
  sums.points += points;
  if (what === 'coupon') sums.coupons += 1;
  if (what !== 'message') return;
  sums.messages += 1;
  const price = first?.priceMicros ?? null;
  sums.priceMicros = sums.priceMicros === null || price === null ? null : sums.priceMicros + price;
}

function addTo<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function resultOf(
  sums: Sums,
  period: { readonly from: number; readonly to: number; readonly days: number },
): DryRun {
  const { came, started, messages, priceMicros, coupons, points, examples } = sums;
  const steps = [...sums.steps].sort(([one], [other]) => one - other);
  return {
    ...period,
    ...{ came, started, people: sums.people.size, messages, priceMicros, coupons, points, examples },
    notStarted: Object.fromEntries(sums.notStarted),
    notTold: Object.fromEntries(sums.notTold),
    ends: Object.fromEntries(sums.ends),
    steps: steps.map(([number, { what, days }]) => ({
      ...{ number, what, people: [...days.values()].reduce((sum, people) => sum + people, 0) },
      days: [...days]
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([day, people]) => ({ day, people })),
    })),
    unknown: [...sums.unknown],
  };
}
