import { MICROS_OF_MINOR } from '../../messaging/price.ts';
import type { Words } from '../../messaging/types.ts';
import type { Figures } from '../../staff/types.ts';
import { done, type Task } from './task.ts';

/** Today and this week, each against the same span of the one before. */
export const stats: Task = {
  act: 'stats',
  fields: [],
  split: () => ({}),
  rounds: (_, { program }) => [() => ({ stats: { zone: program.zone } })],
  run(turn) {
    const found = turn.facts.stats();
    if (!found) return done(turn, [{ key: 'staff.failed' }]);
    return done(turn, [
      [{ key: 'stats.today' }, ...lines(found.today, found.yesterday)],
      [{ key: 'stats.week' }, ...lines(found.week, found.lastWeek)],
    ]);
  },
};

function lines(now: Figures, before: Figures): Words[] {
  return [
    { key: 'stats.purchases', variables: { now: now.purchases, before: before.purchases } },
    { key: 'stats.revenue', variables: { now: now.revenueMinor, before: before.revenueMinor } },
    { key: 'stats.given', variables: { now: now.given, before: before.given } },
    { key: 'stats.spent', variables: { now: now.spent, before: before.spent } },
    { key: 'stats.new_customers', variables: { now: now.newCustomers, before: before.newCustomers } },
    ...messageLines(now, before),
  ];
}

/** Messages where there were any, and money where their prices are known. */
function messageLines(now: Figures, before: Figures): Words[] {
  const both = (figure: (figures: Figures) => number) => ({ now: figure(now), before: figure(before) });
  const minor = (micros: number) => Math.round(micros / MICROS_OF_MINOR);
  const lines = [
    { key: 'stats.messages', variables: both(({ messages }) => messages) },
    { key: 'stats.messages_cost', variables: both(({ messagesCostMicros }) => minor(messagesCostMicros)) },
    { key: 'stats.messages_saved', variables: both(({ messagesSavedMicros }) => minor(messagesSavedMicros)) },
  ] as const;
  return lines.filter(({ variables }) => variables.now + variables.before > 0);
}
