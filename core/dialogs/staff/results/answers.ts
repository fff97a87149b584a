import type { Locale } from '../../../customers/types.ts';
import type { ReportId } from '../../../ids.ts';
import { type Comparison, controlArm, type EffectArm, type Tested } from '../../../insights/proof/types.ts';
import { variantName } from '../../../insights/proof/words.ts';
import type { Answer } from '../../../insights/questions.ts';
import type { EffectReport } from '../../../insights/reports/types.ts';
import type { Button, Paragraph, Words } from '../../../messaging/types.ts';
import { press } from '../../turn.ts';
import { leaving } from '../task.ts';
import { type ResultOf, type ResultReader, resultData } from './asked.ts';

/** Something that has a result, as it is listed. */
export type ResultInList =
  | {
      readonly of: ResultOf;
      readonly name: string;
      /** When it began, epoch milliseconds; null: it goes on. */
      readonly at: number | null;
      readonly people: number;
    }
  | { readonly of: Extract<ResultOf, { kind: 'holdout' }> };

/** The campaigns and journeys there are results of. `next`: where the next page begins. */
export function resultsAnswer(
  list: readonly ResultInList[],
  next: number | undefined,
  lead: readonly Words[] = [],
): Answer {
  const rows = list.map((one) => [press(lineWords(one), `result:${resultData(one.of)}`)]);
  const more = next === undefined ? [] : [[press({ key: 'effect.more' }, `results:${next}`)]];
  const words: Words = { key: list.length > 0 ? 'effect.list' : 'effect.list_empty' };
  const begin = [
    press({ key: 'campaign.new' }, 'do:campaign'),
    press({ key: 'scenarios.back' }, 'journeys:0'),
  ];
  const start = list.length > 0 ? [] : [begin];
  return { reply: { paragraphs: [...lead, words], buttons: [...rows, ...more, ...start, leaving] } };
}

function lineWords(one: ResultInList): Words {
  if (!('name' in one)) return { key: 'effect.all_offers' };
  const { name, at, people: number } = one;
  return at === null
    ? { key: 'effect.line_journey', variables: { name, number } }
    : { key: 'effect.line_campaign', variables: { name, at, number } };
}

/** One result: the picture, the verdict, and the figures in words. */
export function effectAnswer(
  of: ResultOf,
  { theme, locale }: ResultReader,
  report: EffectReport,
  id: ReportId,
): Answer {
  const { takeaway, comparisons, preliminaryUntil, verdict } = report;
  if (verdict.kind === 'none' && verdict.because === 'at_once') {
    const others = press({ key: 'effect.others' }, 'results:0');
    return { reply: { paragraphs: [titleWords(report, locale), takeaway], buttons: [[others], leaving] } };
  }
  const preliminary: Words[] =
    preliminaryUntil === null || verdict.kind === 'too_early'
      ? []
      : [{ key: 'effect.preliminary', variables: { at: preliminaryUntil } }];
  const other = theme === 'dark' ? 'light' : 'dark';
  const buttons: Button[][] = [
    [
      press({ key: `pictures.${other}` }, `result:${resultData(of)}.${other}`),
      press({ key: 'effect.others' }, 'results:0'),
    ],
    [...leaving],
  ];
  return {
    reply: {
      paragraphs: [
        titleWords(report, locale),
        [takeaway, ...preliminary],
        ...report.arms.map((arm) => armWords(arm, report)),
        ...comparisons.map((one) => comparisonWords(one, report)),
        ...(comparisons.length > 1
          ? [{ key: 'effect.many', variables: { number: comparisons.length } } as const]
          : []),
        ...(comparisons.length > 0 && report.strata > 1 ? [{ key: 'effect.strata' } as const] : []),
      ],
      picture: { kind: 'report', report: id, theme, takeaway },
      buttons,
    },
  };
}

function titleWords({ subject }: EffectReport, locale: Locale): Words {
  switch (subject.kind) {
    case 'campaign':
      return { key: 'effect.name', variables: { name: subject.name } };
    case 'journey': {
      const name = subject.names[locale] ?? Object.values(subject.names).find((one) => one !== undefined);
      return { key: 'effect.name', variables: { name: name ?? subject.key } };
    }
    case 'holdout':
      return { key: 'effect.all_offers' };
  }
}

/** How many there are in an arm, what they heard, and what they bought. */
function armWords(arm: EffectArm, { arms, withinDays }: EffectReport): Paragraph {
  const { people, over, sent, clicked, answered, left, failed, untemplated } = arm;
  const open = people - over;
  return [
    sizeWords(arm, arms),
    ...when(sent > 0, messageWords(arm)),
    ...when(clicked + answered + left > 0, {
      key: 'effect.reactions',
      variables: { clicked, answered, left },
    }),
    ...when(failed > 0, { key: 'effect.failed', variables: { number: failed } }),
    ...when(untemplated > 0, { key: 'effect.untemplated', variables: { number: untemplated } }),
    ...when(people > 0, { key: 'effect.bought', variables: { buyers: arm.buyers, amount: arm.paidMinor } }),
    ...when(over > 0, {
      key: 'effect.average',
      variables: { share: rounded(100 * arm.conversion.mean), amount: Math.round(arm.money.mean) },
    }),
    ...when(over > 0 && open > 0, { key: 'effect.open', variables: { number: open, days: withinDays } }),
  ];
}

/** Shares are of those messages whose messenger tells: nothing is called undelivered or unread that nobody tells of. */
function messageWords({ sent, delivered, read, deliveredOf, readOf }: EffectArm): Words {
  if (deliveredOf >= sent && readOf >= sent) {
    return { key: 'effect.messages', variables: { sent, delivered, read } };
  }
  if (deliveredOf === 0) return { key: 'effect.messages_untold', variables: { sent } };
  const told = { sent, delivered, deliveredOf };
  return readOf === 0
    ? { key: 'effect.messages_unread', variables: told }
    : { key: 'effect.messages_of', variables: { ...told, read, readOf } };
}

function sizeWords({ arm, people: number }: EffectArm, arms: readonly EffectArm[]): Words {
  if (arm === controlArm) return { key: 'effect.control', variables: { number } };
  return arms.filter((one) => one.arm !== controlArm).length === 1
    ? { key: 'effect.told', variables: { number } }
    : { key: 'effect.variant', variables: { variant: variantName(arm), number } };
}

function when(holds: boolean, words: Words): Words[] {
  return holds ? [words] : [];
}

/** Against the control group: a head, and all together. */
function comparisonWords(
  { arm, conversion, money, profit, total }: Comparison,
  report: EffectReport,
): Paragraph {
  const { comparisons, marginPercent: percent } = report;
  const percents = {
    by: 100 * conversion.difference,
    low: 100 * conversion.low,
    high: 100 * conversion.high,
  };
  return [
    comparisons.length === 1
      ? { key: 'effect.against' }
      : { key: 'effect.against_variant', variables: { variant: variantName(arm) } },
    {
      key: 'effect.buyers_by',
      variables: {
        by: rounded(percents.by),
        low: rounded(percents.low),
        high: rounded(percents.high),
        p: atMost(conversion),
      },
    },
    { key: 'effect.money_by', variables: moneyVariables(money) },
    { key: 'effect.profit_by', variables: moneyVariables(profit) },
    { key: 'effect.total', variables: { sales: total.salesMinor, margin: total.marginMinor, percent } },
    {
      key: 'effect.costs',
      variables: {
        messages: total.messagesMinor,
        discounts: total.discountsMinor,
        points: total.pointsMinor,
      },
    },
    {
      key: 'effect.profit',
      variables: { amount: total.profitMinor, low: total.profitLowMinor, high: total.profitHighMinor },
    },
  ];
}

function moneyVariables(tested: Tested) {
  const [amount, low, high] = [tested.difference, tested.low, tested.high].map(Math.round);
  return { amount: amount ?? 0, low: low ?? 0, high: high ?? 0, p: atMost(tested) };
}

/** To three digits and never less than it is. */
function atMost({ adjusted }: Tested): number {
  return Math.min(1, Math.ceil(adjusted * 1000) / 1000) || 0.001;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
