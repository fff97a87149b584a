import type { Average, EffectArm } from '../../core/insights/proof/types.ts';
import { controlArm } from '../../core/insights/proof/types.ts';
import { variantName } from '../../core/insights/proof/words.ts';
import type { EffectReport } from '../../core/insights/reports/types.ts';
import { sum } from '../../core/money.ts';
import type { Box } from './echart.ts';
import type { Look } from './look.ts';
import { type Content, heading, headingHeight } from './page.ts';
import { rect, text } from './svg.ts';
import { cut, widthOf } from './text.ts';

/** Arms that have room below each other: the control group is one of them. */
const mostArms = 6;
const size = 28;
const tallestRow = 124;
const labelWidth = 370;
const gap = 40;
const columns = 4;
const rowHeight = 112;

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
      const below = figuresOf(report, look);
      const isResult = verdict.kind !== 'too_early' && verdict.kind !== 'none';
      const areas = areasOf(box, Math.ceil(below.length / columns));
      const colour = (arm: string) =>
        arm === controlArm || !isResult ? look.colours.muted : look.colours.series[0];
      const rows = (average: (arm: EffectArm) => Average) =>
        shown.map((arm) => ({
          label: armLabel(arm, arms, look),
          average: average(arm),
          colour: colour(arm.arm),
        }));
      const percents = (value: number) => look.decimal(100 * value, '%');
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
  const foot = rows * rowHeight;
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

/** The label stands above its bar, and beside it where there are many. */
function placesOf({ x, y, width, height }: Box, count: number, room: number) {
  const each = Math.min((height - headingHeight) / count, tallestRow);
  const isTight = each < 80;
  const left = isTight ? x + labelWidth : x;
  const over = isTight ? 6 : 38;
  const bar = (index: number): Box => ({
    ...{ x: left, y: y + headingHeight + index * each + over },
    ...{ width: x + width - room - left, height: each - over - (isTight ? 6 : 12) },
  });
  const label = (index: number) => {
    const { y: top, height: thick } = bar(index);
    return { x, y: isTight ? top + thick / 2 + 9 : top - 10, width: isTight ? labelWidth - 16 : width };
  };
  return { bar, label };
}

/** A bar for each arm from zero on, its number at the end, and its interval across the end. */
function panel(
  box: Box,
  look: Look,
  title: string,
  rows: readonly Row[],
  format: (value: number) => string,
): string {
  const { colours } = look;
  const numbers = rows.map(({ average }) => format(average.mean));
  const room = Math.max(...numbers.map((number) => widthOf(number, size, true))) + 20;
  const places = placesOf(box, rows.length, room);
  const high = Math.max(...rows.map(({ average }) => Math.max(average.high, 0)));
  const low = Math.min(...rows.map(({ average }) => Math.min(average.low, average.mean, 0)));
  const drawn = rows.map(({ label, average, colour }, index) => {
    const { x, y, width, height } = places.bar(index);
    const at = (value: number) => x + ((value - low) * width) / (high - low || 1);
    const [zero, mean] = [at(0), at(average.mean)];
    const named = places.label(index);
    const middle = y + height / 2;
    const long = Math.max(3, Math.abs(mean - zero));
    return [
      text(named.x, named.y, cut(label, 26, named.width), { size: 26, colour: colours.muted }),
      rect({ x: Math.min(zero, mean), y, width: long, height }, colour, 6),
      ...(average.high > average.low ? whisker(at(average.low), at(average.high), middle, colours.text) : []),
      text(box.x + box.width, middle + 10, numbers[index] ?? '', {
        ...{ size, colour: colours.text, bold: true, at: 'end' },
      }),
    ].join('');
  });
  return [heading(box.x, box.y, title, look, box.width), ...drawn].join('');
}

/** A line from one end of an interval to the other, with a stop at each. */
function whisker(from: number, to: number, middle: number, colour: string): string[] {
  const stop = (at: number) => rect({ x: at - 2, y: middle - 10, width: 4, height: 20 }, colour);
  return [rect({ x: from, y: middle - 2, width: to - from, height: 4 }, colour), stop(from), stop(to)];
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
    toldFigure('delivered', treated, look),
    toldFigure('read', treated, look),
    { value: all(({ clicked }) => clicked), label: look.word('effect_clicked') },
    { value: all(({ answered }) => answered), label: look.word('effect_answered') },
    { value: all(({ left }) => left), label: look.word('effect_left') },
    { value: all(({ buyers }) => buyers), label: look.word('effect_bought') },
  ];
}

/** How many, and where not every messenger tells, the share of those that do; where none does, it is said. */
function toldFigure(what: 'delivered' | 'read', arms: readonly EffectArm[], look: Look) {
  const total = (figure: (arm: EffectArm) => number) => sum(arms.map(figure));
  const label = look.word(`effect_${what}`);
  const [sent, reached] = [total((arm) => arm.sent), total((arm) => arm[what])];
  const told = total((arm) => (what === 'read' ? arm.readOf : arm.deliveredOf));
  if (told === 0 && sent > 0) return { value: look.word('effect_untold'), label };
  return { value: told < sent ? look.decimal((100 * reached) / told, '%') : look.short(reached), label };
}

/** Figures in rows of four, each over what it is. */
function grid(
  { x, y, width }: Box,
  figures: readonly { readonly value: string; readonly label: string }[],
  { colours }: Look,
): string[] {
  const each = width / columns;
  return figures.map(({ value, label }, index) => {
    const left = x + (index % columns) * each;
    const top = y + Math.floor(index / columns) * rowHeight;
    const bold = { size: 38, colour: colours.text, bold: true } as const;
    return [
      text(left, top + 40, cut(value, bold.size, each - 16, true), bold),
      text(left, top + 78, cut(label, 26, each - 16), { size: 26, colour: colours.muted }),
    ].join('');
  });
}
