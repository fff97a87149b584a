import type { Locale } from '../../../customers/types.ts';
import { spanMs } from '../../../journeys/spans.ts';
import type { Words } from '../../../messaging/types.ts';
import type { CampaignPlan } from '../../../staff/campaigns.ts';
import { DAY_MS } from '../../../time.ts';
import { readMoney } from '../read.ts';
import { choose } from '../task.ts';
import { none, type Part, planned, wrong } from './part.ts';

const percents = ['0', '5', '10', '20'] as const;

/** How many are kept apart to compare with. */
export const control: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_control' }],
    buttons: [
      percents.map((percent) =>
        choose({ key: 'campaign.percent', variables: { percent: Number(percent) } }, `${percent}%`),
      ),
    ],
    choice: true,
  }),
  apply(raw, campaign) {
    const [, typed] = /^(\d{1,2}(?:[.,]\d)?)\s*%?$/.exec(raw.trim()) ?? [];
    const percent = typed === undefined ? Number.NaN : Number(typed.replace(',', '.'));
    return percent >= 0 && percent <= 50
      ? planned(campaign, { controlPercent: percent })
      : wrong({ key: 'campaign.control_unreadable' });
  },
};

/** What it may cost. */
export const budget: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_budget' }],
    buttons: [[choose({ key: 'campaign.budget_none' }, none)]],
    choice: true,
  }),
  apply(raw, campaign, { program }) {
    if (raw.trim() === none) return planned(campaign, { budgetMinor: null });
    const budgetMinor = readMoney(raw, program.currency);
    return budgetMinor === undefined
      ? wrong({ key: 'staff.money_unreadable' })
      : planned(campaign, { budgetMinor });
  },
};

const hourMs = 3_600_000;
/** Nobody means more than a month. */
const longestHours = 30 * 24;
const spans = ['3h', '1d', '3d', '7d'] as const;

/** How long after its moment it is still worth saying. */
export const goodFor: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_good_for' }, { key: 'campaign.good_for_typed' }],
    buttons: [
      spans.map((span) => choose({ key: 'campaign.for_span', variables: { span } }, span)),
      [choose({ key: 'campaign.good_for_none' }, none)],
    ],
    choice: true,
  }),
  apply(raw, campaign, { address }) {
    if (raw.trim() === none) return planned(campaign, { goodForMs: null });
    const span = readSpan(raw, address.locale);
    return span === undefined
      ? wrong({ key: 'campaign.good_for_unreadable' })
      : planned(campaign, { goodForMs: spanMs(span) });
  },
};

/**
 * `6 hours`, `2 дні`, `1d`: hours and days as they are typed, as a span; undefined where it is none of them. `год` is an
 * hour in Ukrainian and a year in Russian.
 */
function readSpan(raw: string, locale: Locale): string | undefined {
  const [, digits = '', word = ''] = /^(\d{1,3})\s*(\p{L}+)\.?$/u.exec(raw.trim().toLowerCase()) ?? [];
  const number = Number(digits);
  const isHours = (locale === 'ru' ? /^[hч]/u : /^[hгч]/u).test(word);
  const unit = isHours ? 'h' : /^[dд]/u.test(word) ? 'd' : undefined;
  if (unit === undefined || number < 1) return undefined;
  return number * (unit === 'd' ? 24 : 1) <= longestHours ? `${number}${unit}` : undefined;
}

const weights = { high: 80, usual: 50, low: 20 } as const;

/** Which offer goes first where several meet. */
export const weight: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_weight' }],
    buttons: [
      (['high', 'usual', 'low'] as const).map((name) =>
        choose({ key: `campaign.weight_${name}` }, String(weights[name])),
      ),
    ],
    choice: true,
  }),
  apply(raw, campaign) {
    const typed = raw.trim();
    return /^\d{1,3}$/.test(typed) && Number(typed) <= 100
      ? planned(campaign, { weight: Number(typed) })
      : wrong({ key: 'campaign.weight_unreadable' });
  },
};

/** How it meets others: until when it is worth saying, to whom, and which goes first. */
export function fineWords({ goodForMs, engagedOnly, weight: at }: CampaignPlan, silentDays: number): Words[] {
  const until: Words =
    goodForMs === null
      ? { key: 'campaign.good_for_is_none' }
      : { key: 'campaign.good_for_is', variables: { span: spanOf(goodForMs) } };
  const whom: Words = engagedOnly
    ? { key: 'campaign.engaged_is', variables: { days: silentDays } }
    : { key: 'campaign.engaged_is_not' };
  const known = Object.entries(weights).find(([, value]) => value === at)?.[0];
  const first: Words =
    known === undefined
      ? { key: 'campaign.weight_is', variables: { number: at } }
      : { key: `campaign.weight_is_${known as keyof typeof weights}` };
  return [until, whom, first];
}

function spanOf(milliseconds: number): string {
  return milliseconds % DAY_MS === 0
    ? `${milliseconds / DAY_MS}d`
    : `${Math.max(1, Math.round(milliseconds / hourMs))}h`;
}
