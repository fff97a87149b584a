import type { Average, EffectArm } from '../../core/insights/proof/types.ts';
import { controlArm } from '../../core/insights/proof/types.ts';
import { variantName } from '../../core/insights/proof/words.ts';
import type { EffectReport } from '../../core/insights/reports/types.ts';
import { sum } from '../../core/money.ts';
import type { Box } from './echart.ts';
import type { Look } from './look.ts';
import { type Content, figure, figureHeight, heading, headingHeight } from './page.ts';
import { rect, text } from './svg.ts';
import { cut, widthOf } from './text.ts';

/** Arms that have room below each other: the control group is one of them. */
const mostArms = 6;
const size = 28;
const tallestRow = 84;
const gap = 40;

/** What each arm bought a head, with the interval that is sure in 95 of 100 cases; below, what became of the messages. */
export function effect(report: EffectReport, look: Look): Content {
  const subtitle = `${look.word(`effect_${report.subject.kind}`)}, ${look.period(report)}`;
  const title = titleOf(report, look);
  const { arms, verdict } = report;
  if (sum(arms.map(({ people }) => people)) === 0) {
    return { title, subtitle, nothing: look.say(report.takeaway) };
  }
  return {
    title,
    subtitle,
    body(box) {
      const shown = shownArms(arms);
      const isResult = verdict.kind !== 'too_early' && verdict.kind !== 'none';
      const areas = areasOf(box, figuresOf(report, look).length > 4 ? 2 : 1);
      const colour = (arm: string) =>
        arm === controlArm || !isResult ? look.colours.muted : look.colours.series[0];
      const rows = (average: (arm: EffectArm) => Average) =>
        shown.map((arm) => ({
          label: armLabel(arm, arms, look),
          average: average(arm),
          colour: colour(arm.arm),
        }));
      const percents = (value: number) => look.decimal(100 * value, '%');
      const below = figuresOf(report, look);
      const panels = shown.some(({ over }) => over > 0)
        ? [
            panel(
              areas.upper,
              look,
              look.word('effect_buy'),
              rows(({ conversion }) => conversion),
              percents,
            ),
            panel(
              areas.middle,
              look,
              look.word('effect_money'),
              rows(({ money }) => money),
              look.cents,
            ),
          ]
        : [];
      return [...panels, ...grid(areas.lower, below, look)].join('');
    },
  };
}

function titleOf({ subject }: EffectReport, look: Look): string {
  switch (subject.kind) {
    case 'campaign':
      return subject.name;
    case 'journey':
      return look.text(subject.names) ?? subject.key;
    case 'holdout':
      return look.say({ key: 'effect.all_offers' });
  }
}

function shownArms(arms: readonly EffectArm[]): readonly EffectArm[] {
  if (arms.length <= mostArms) return arms;
  const control = arms.find(({ arm }) => arm === controlArm);
  const treated = arms.filter(({ arm }) => arm !== controlArm).slice(0, mostArms - 1);
  return [...treated, ...(control ? [control] : [])];
}

function armLabel({ arm, people }: EffectArm, arms: readonly EffectArm[], look: Look): string {
  const number = look.short(people);
  if (arm === controlArm) return `${look.word('effect_control')}: ${number}`;
  const isOnly = arms.filter((one) => one.arm !== controlArm).length === 1;
  return isOnly
    ? `${look.word('effect_told')}: ${number}`
    : `${look.word('effect_variant', { variant: variantName(arm) })}: ${number}`;
}

/** Two panels above, and so many rows of figures at the foot. */
function areasOf({ x, y, width, height }: Box, rows: number) {
  const foot = rows * figureHeight;
  const each = (height - foot - 2 * gap) / 2;
  return {
    upper: { x, y, width, height: each },
    middle: { x, y: y + each + gap, width, height: each },
    lower: { x, y: y + height - foot, width, height: foot },
  };
}

interface Row {
  readonly label: string;
  readonly average: Average;
  readonly colour: string;
}

/** A bar for each arm from zero on, its number at the end, and its interval across the end. */
function panel(
  { x, y, width, height }: Box,
  look: Look,
  title: string,
  rows: readonly Row[],
  format: (value: number) => string,
): string {
  const { colours } = look;
  const numbers = rows.map(({ average }) => format(average.mean));
  const room = Math.max(...numbers.map((number) => widthOf(number, size, true))) + 20;
  const high = Math.max(...rows.map(({ average }) => Math.max(average.high, 0)));
  const low = Math.min(...rows.map(({ average }) => Math.min(average.low, average.mean, 0)));
  const scale = (width - room) / (high - low || 1);
  const at = (value: number) => x + (value - low) * scale;
  const each = Math.min((height - headingHeight) / rows.length, tallestRow + 40);
  const thick = each - 50;
  const drawn = rows.map(({ label, average: { mean, low: from, high: to }, colour }, index) => {
    const top = y + headingHeight + index * each;
    const middle = top + 38 + thick / 2;
    const left = Math.min(at(0), at(mean));
    const line = (place: Box) => rect(place, colours.text);
    const whisker =
      to > from
        ? [
            line({ x: at(from), y: middle - 2, width: at(to) - at(from), height: 4 }),
            line({ x: at(from) - 2, y: middle - 10, width: 4, height: 20 }),
            line({ x: at(to) - 2, y: middle - 10, width: 4, height: 20 }),
          ]
        : [];
    return [
      text(x, top + 28, cut(label, 26, width), { size: 26, colour: colours.muted }),
      rect(
        { x: left, y: top + 38, width: Math.max(3, Math.abs(at(mean) - at(0))), height: thick },
        colour,
        6,
      ),
      ...whisker,
      text(x + width, middle + 10, numbers[index] ?? '', {
        ...{ size, colour: colours.text, bold: true, at: 'end' },
      }),
    ].join('');
  });
  return [heading(x, y, title, look, width), ...drawn].join('');
}

/** Profit first where it is known, then what became of the messages. */
function figuresOf({ arms, comparisons, verdict }: EffectReport, look: Look) {
  const treated = arms.filter(({ arm }) => arm !== controlArm);
  const all = (figure: (arm: EffectArm) => number) => look.short(sum(treated.map(figure)));
  const judged = comparisons.find(({ arm }) => 'arm' in verdict && arm === verdict.arm) ?? comparisons[0];
  const profit = judged
    ? [{ value: look.shortMoney(judged.total.profitMinor), label: look.word('effect_profit') }]
    : [];
  return [
    ...profit,
    { value: all(({ sent }) => sent), label: look.word('effect_sent') },
    { value: all(({ delivered }) => delivered), label: look.word('effect_delivered') },
    { value: all(({ read }) => read), label: look.word('effect_read') },
    { value: all(({ clicked }) => clicked), label: look.word('effect_clicked') },
    { value: all(({ answered }) => answered), label: look.word('effect_answered') },
    { value: all(({ left }) => left), label: look.word('effect_left') },
    { value: all(({ buyers }) => buyers), label: look.word('effect_bought') },
  ].slice(0, 8);
}

function grid(
  { x, y, width }: Box,
  figures: readonly { readonly value: string; readonly label: string }[],
  look: Look,
): string[] {
  const columns = 4;
  return figures.map((one, index) => {
    const place = {
      x: x + (index % columns) * (width / columns),
      y: y + Math.floor(index / columns) * figureHeight,
      width: width / columns - 20,
      height: figureHeight,
    };
    return figure(place, one, look);
  });
}
