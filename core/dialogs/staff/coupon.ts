import { createCoupon } from '../../coupons/create.ts';
import { type CouponDefinition, couponSchema } from '../../coupons/definition.ts';
import type { Words } from '../../messaging/types.ts';
import { deedOf, type Round, roundsOf } from '../../staff/desk.ts';
import { actorOfStaff } from '../../staff/types.ts';
import { type Outcome, press, writing } from '../turn.ts';
import { numberOf } from './fields.ts';
import { readMoney } from './read.ts';
import {
  askAgain,
  choose,
  done,
  type Field,
  preview,
  type Reader,
  type StaffTurn,
  type Task,
  type Values,
} from './task.ts';
import { sorry, undoButton } from './words.ts';

/** What a coupon made in chat can give; the other kinds are made by the API. */
const kinds = ['percent', 'amount', 'multiplier', 'gift', 'free_delivery'] as const;
type Kind = (typeof kinds)[number];

function kindOf({ kind }: Values): Kind {
  return kinds.find((known) => known === kind) ?? 'percent';
}

const kindField: Field = {
  name: 'kind',
  ask: () => ({
    words: [{ key: 'coupon_new.ask_kind' }],
    buttons: kinds.map((kind) => [choose({ key: `coupon_new.${kind}` }, kind)]),
    choice: true,
  }),
  read(raw) {
    const kind = kinds.find((known) => known === raw.trim());
    return kind ? { ok: true, value: kind } : { ok: false, problem: { key: 'coupon_new.kind_unknown' } };
  },
};

const valueQuestions: Readonly<Record<Exclude<Kind, 'free_delivery'>, Words>> = {
  percent: { key: 'coupon_new.ask_percent' },
  amount: { key: 'coupon_new.ask_amount' },
  multiplier: { key: 'coupon_new.ask_times' },
  gift: { key: 'coupon_new.ask_gift' },
};

/** How much it gives: read when the kind is known, by the effect it makes. */
const valueField: Field = {
  name: 'value',
  isOpen: (values) => kindOf(values) !== 'free_delivery',
  ask(_, values) {
    const kind = kindOf(values);
    return { words: kind === 'free_delivery' ? [] : [valueQuestions[kind]] };
  },
  read: (raw) => ({ ok: true, value: raw.trim().slice(0, 100) }),
};

const nameField: Field = {
  name: 'name',
  ask: () => ({ words: [{ key: 'coupon_new.ask_name' }] }),
  read(raw) {
    const name = raw.replace(/\s+/gu, ' ').trim();
    const good = couponSchema.shape.name.safeParse(name).success;
    return good ? { ok: true, value: name } : { ok: false, problem: { key: 'coupon_new.name_unreadable' } };
  },
};

/** What stands for "none" where something can be left out. */
const none = '-';

function isNone(raw: string): boolean {
  return /^[-–—]$/.test(raw.trim());
}

const codeField: Field = {
  name: 'code',
  ask: () => ({
    words: [{ key: 'coupon_new.ask_code' }],
    buttons: [[choose({ key: 'coupon_new.personal' }, none)]],
  }),
  read: (raw) => ({ ok: true, value: isNone(raw) ? none : raw.trim().slice(0, 40) }),
};

const daysField: Field = {
  name: 'days',
  ask: () => ({
    words: [{ key: 'coupon_new.ask_days' }],
    buttons: [[choose({ key: 'coupon_new.no_end' }, none)]],
  }),
  read(raw) {
    if (isNone(raw)) return { ok: true, value: none };
    const days = Number(raw.trim());
    return Number.isInteger(days) && days >= 1 && days <= 3650
      ? { ok: true, value: String(days) }
      : { ok: false, problem: { key: 'coupon_new.days_unreadable' } };
  },
};

const leastField: Field = {
  name: 'least',
  ask: () => ({
    words: [{ key: 'coupon_new.ask_least' }],
    buttons: [[choose({ key: 'coupon_new.any_cart' }, none)]],
  }),
  read(raw, { program }) {
    if (isNone(raw)) return { ok: true, value: none };
    const minor = readMoney(raw, program.currency);
    return minor === undefined
      ? { ok: false, problem: { key: 'staff.money_unreadable' } }
      : { ok: true, value: String(minor) };
  },
};

function effectOf(values: Values, { program }: Reader): object {
  const value = values.value ?? '';
  const figure = Number(value.replace(',', '.').replace(/\s*%$/, ''));
  switch (kindOf(values)) {
    case 'percent':
      return { kind: 'percent', percent: figure };
    case 'amount':
      return { kind: 'amount', amount_minor: readMoney(value, program.currency) };
    case 'multiplier':
      return { kind: 'multiplier', times: figure };
    case 'gift':
      return { kind: 'gift', sku: value, name: value };
    case 'free_delivery':
      return { kind: 'free_delivery' };
  }
}

/** The coupon as the answers make it, or the field whose answer does not do. */
function definitionOf(
  values: Values,
  reader: Reader,
): { readonly definition: CouponDefinition } | { readonly wrong: string } {
  const shared = values.code === none ? {} : { code: { shared: values.code }, limits: { per_customer: 1 } };
  const parsed = couponSchema.safeParse({
    name: values.name,
    effect: effectOf(values, reader),
    ...shared,
    valid: values.days === none ? {} : { days_from_issue: numberOf(values, 'days') },
    conditions: values.least === none ? {} : { min_cart_minor: numberOf(values, 'least') },
  });
  if (parsed.success) return { definition: parsed.data };
  const [first] = parsed.error.issues;
  return { wrong: first?.path[0] === 'code' ? 'code' : 'value' };
}

function commandOf(definition: CouponDefinition, { staff, program }: Reader) {
  return createCoupon(definition, actorOfStaff(staff), { zone: program.zone });
}

function roundsFor(values: Values, reader: Reader): readonly Round[] {
  const made = definitionOf(values, reader);
  return 'wrong' in made ? [] : roundsOf(commandOf(made.definition, reader));
}

/** A new coupon, question by question, with a preview at the end. */
export const coupon: Task = {
  act: 'coupon',
  fields: [kindField, valueField, nameField, codeField, daysField, leastField],
  split: () => ({}),
  rounds: roundsFor,
  run(turn, values, answer) {
    const made = definitionOf(values, turn);
    if ('wrong' in made) {
      const key = made.wrong === 'code' ? 'coupon_new.code_unreadable' : 'coupon_new.value_unreadable';
      return askAgain(turn, coupon, values, made.wrong, { key });
    }
    if (answer === '') return ask(turn, values, made.definition);
    const created = commandOf(made.definition, turn).decide(turn.facts, turn.context);
    if (!created.ok) {
      const field = created.refusal.code === 'code_taken' ? 'code' : 'name';
      return askAgain(turn, coupon, values, field, sorry(created.refusal, turn.program));
    }
    const { changes, entry } = deedOf(created.changes, {}, created.result);
    const words = { key: 'coupon_new.done', variables: { name: made.definition.name } } as const;
    return writing(changes, done(turn, [words], [undoButton(entry)]));
  },
};

function ask(turn: StaffTurn, values: Values, definition: CouponDefinition): Outcome {
  return preview(
    turn,
    coupon,
    values,
    [[{ key: 'coupon_new.sure', variables: { name: definition.name } }, ...linesOf(definition)]],
    [[press({ key: 'staff.yes' }, 'do:!yes')]],
  );
}

function linesOf({ effect, code, valid, conditions }: CouponDefinition): Words[] {
  const words: Words[] = [effectWords(effect)];
  words.push(
    code.shared === undefined
      ? { key: 'coupon_new.is_personal' }
      : { key: 'coupon_new.is_shared', variables: { code: code.shared } },
  );
  if (valid.days_from_issue !== undefined) {
    words.push({ key: 'coupon_new.for_days', variables: { days: valid.days_from_issue } });
  }
  if (conditions.min_cart_minor !== undefined) {
    words.push({ key: 'coupon_new.from_amount', variables: { amount: conditions.min_cart_minor } });
  }
  return words;
}

function effectWords(effect: CouponDefinition['effect']): Words {
  switch (effect.kind) {
    case 'percent':
      return { key: 'coupon_new.gives_percent', variables: { percent: effect.percent } };
    case 'amount':
      return { key: 'coupon_new.gives_amount', variables: { amount: effect.amount_minor } };
    case 'multiplier':
      return { key: 'coupon_new.gives_times', variables: { times: effect.times } };
    case 'gift':
      return { key: 'coupon_new.gives_gift', variables: { gift: effect.name ?? effect.sku } };
    default:
      return { key: 'coupon_new.gives_delivery' };
  }
}
