import { type Locale, locales } from '../../../customers/types.ts';
import type { CampaignId, PictureId } from '../../../ids.ts';
import type { Words } from '../../../messaging/types.ts';
import {
  type Campaign,
  type CampaignButton,
  type CampaignMessage,
  campaignScreens,
} from '../../../staff/campaigns.ts';
import { type Outcome, press } from '../../turn.ts';
import { readPoints } from '../read.ts';
import { askAgain, askNext, choose, done, type Field, type StaffTurn, type Task } from '../task.ts';
import { readText, readTime, textQuestion, whenButtons } from './begin.ts';
import { changeDraft, plainMessage, readWhom, whomOf, whomQuestion, withVariant } from './draft.ts';
import { type Applied, changed, none, type Part, planned, wrong } from './part.ts';
import { budget, control, goodFor, weight } from './plan_parts.ts';
import { readWhen } from './when.ts';

/** The same change of every variant: a picture and a button stand under each of them. */
function everyVariant({ content }: Campaign, change: Partial<CampaignMessage>): Applied {
  const variants = Object.entries(content.variants).map(([name, message]) => [
    name,
    { ...message, ...change },
  ]);
  return changed({ content: { ...content, variants: Object.fromEntries(variants) } });
}

const whom: Part = {
  question: (turn) => whomQuestion(turn),
  apply(raw, _, turn) {
    const kept = readWhom(raw);
    if (kept === undefined) return wrong({ key: 'campaign.whom_unreadable' });
    const to = whomOf(kept, turn);
    return to ? changed({ rule: to.rule }) : wrong({ key: 'campaign.whom_gone' });
  },
};

const when: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_when' }, { key: 'campaign.when_typed' }],
    buttons: whenButtons,
    choice: true,
  }),
  apply(raw, campaign, { program, context }) {
    const read = readTime(raw, program);
    if (!read.ok) return read;
    const timing = readWhen(read.value, context.now, program.zone);
    return timing ? planned(campaign, { timing }) : wrong({ key: 'campaign.when_unreadable' });
  },
};

/** `a-uk`: the text of a variant in a language. */
const text: Part = {
  question: (_, argument) => ({
    words: [
      { key: 'campaign.ask_text_in', variables: { language: placeOf(argument).locale } },
      ...textQuestion.slice(1),
    ],
  }),
  apply(raw, { content }, { program }, argument) {
    const { variant, locale } = placeOf(argument);
    const read = readText(raw, program);
    if (!read.ok) return read;
    const message = content.variants[variant];
    const said = message
      ? { ...message, text: { ...message.text, [locale]: read.value } }
      : // A second way of saying it has the buttons and the picture of the first.
        { ...(content.variants.a ?? plainMessage(locale, '')), text: { [locale]: read.value } };
    return changed({ content: withVariant(content, variant, said) });
  },
};

function placeOf(argument: string): { readonly variant: string; readonly locale: Locale } {
  const [variant = 'a', named] = argument.split('-');
  return { variant, locale: locales.find((one) => one === named) ?? 'uk' };
}

const picture: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_picture' }],
    buttons: [
      [
        choose({ key: 'campaign.picture_coupon' }, 'coupon'),
        choose({ key: 'campaign.picture_card' }, 'card'),
      ],
      [choose({ key: 'campaign.picture_none' }, none)],
    ],
    choice: true,
    picture: true,
  }),
  apply(raw, campaign, { facts }) {
    const typed = raw.trim();
    if (typed === none) return everyVariant(campaign, { picture: undefined });
    if (typed === 'coupon' || typed === 'card') return everyVariant(campaign, { picture: typed });
    const id = /^pic_\w{26}$/.test(typed) ? (typed as PictureId) : undefined;
    const isThere = id !== undefined && facts.hasPicture(id);
    return isThere ? everyVariant(campaign, { picture: id }) : wrong({ key: 'campaign.picture_unknown' });
  },
};

/** `Open the shop https://…`, or `Offer /spring` for a page of ours. */
const button: Part = {
  question: () => ({
    words: [{ key: 'campaign.ask_button' }],
    buttons: [
      ...(['points', 'coupons', 'card'] as const).map((screen) => [
        choose({ key: `button.${screen}` }, `:${screen}`),
      ]),
      [choose({ key: 'campaign.button_none' }, none)],
    ],
    choice: true,
  }),
  apply(raw, campaign, turn) {
    const typed = raw.trim();
    if (typed === none) return everyVariant(campaign, { buttons: [] });
    const read = readButton(typed, turn);
    return read
      ? everyVariant(campaign, { buttons: [[read]] })
      : wrong({ key: 'campaign.button_unreadable' });
  },
};

const longestLabel = 40;

function readButton(typed: string, { address: { locale }, facts }: StaffTurn): CampaignButton | undefined {
  const screen = campaignScreens.find((one) => typed === `:${one}`);
  // It says what the menu says, in the language of whoever reads it.
  if (screen) return { label: {}, opens: screen };
  const [, label = '', target = ''] = /^(.+?)\s+(https?:\/\/\S+|\/[a-z][a-z0-9_]{0,39})$/iu.exec(typed) ?? [];
  if (label === '' || label.length > longestLabel) return undefined;
  if (!target.startsWith('/')) return { label: { [locale]: label }, url: target };
  const slug = target.slice(1).toLowerCase();
  return facts.page({ slug }) ? { label: { [locale]: label }, page: slug } : undefined;
}

const couponsShown = 6;

const gift: Part = {
  question: ({ facts }) => ({
    words: [{ key: 'campaign.ask_gift' }, { key: 'campaign.gift_typed' }],
    buttons: [
      ...facts
        .couponShelf()
        .slice(0, couponsShown)
        .map(({ id, name }) => [choose({ key: 'find.coupon', variables: { title: name } }, id)]),
      [choose({ key: 'campaign.gift_none' }, none)],
    ],
    choice: true,
  }),
  apply(raw, { content }, { facts }) {
    const typed = raw.trim();
    if (typed === none) return changed({ content: { ...content, gift: null } });
    const points = readPoints(typed.replace(/\s*\p{L}+\.?$/u, ''));
    if (points !== undefined && points > 0) {
      return changed({ content: { ...content, gift: { points, liveDays: null } } });
    }
    const shelf = facts.couponShelf();
    const coupon = shelf.find(({ id, name }) => id === typed || name.toLowerCase() === typed.toLowerCase());
    return coupon
      ? changed({ content: { ...content, gift: { coupon: coupon.id, name: coupon.name } } })
      : wrong({ key: 'campaign.gift_unknown' });
  },
};

const parts: ReadonlyMap<string, Part> = new Map(
  Object.entries({ whom, when, text, picture, button, gift, control, budget, good_for: goodFor, weight }),
);

/** A part by its name, with what follows it: `text-a-uk`. */
function partOf(named = ''): { readonly part: Part | undefined; readonly argument: string } {
  const [name = '', ...rest] = named.split('-');
  return { part: parts.get(name), argument: rest.join('-') };
}

const kept = (name: 'draft' | 'part'): Field => ({
  name,
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
});

const valueField: Field = {
  name: 'value',
  needs: { savedSegments: true, couponShelf: true },
  ask(turn, { draft = '', part: named }) {
    const { part, argument } = partOf(named);
    const question = part?.question(turn, argument) ?? { words: [] };
    return { ...question, buttons: [...(question.buttons ?? []), backRow(draft as CampaignId)] };
  },
  read: (raw) => ({ ok: true, value: raw }),
};

/** Changes one thing of a campaign that is being written. */
export const changePart: Task = {
  act: 'campaign',
  name: 'campaign_part',
  fields: [kept('draft'), kept('part'), valueField],
  split: () => ({}),
  rounds: ({ draft = '', part, value = '' }) => [
    () => ({
      campaigns: [draft as CampaignId],
      savedSegments: true,
      couponShelf: true,
      ...named(part, value),
    }),
  ],
  run(turn, values) {
    const { draft = '', part: named, value = '' } = values;
    const campaign = turn.facts.campaign(draft as CampaignId);
    const { part, argument } = partOf(named);
    if (!campaign || !part) return done(turn, [{ key: 'people.too_old' }]);
    if (campaign.state !== 'draft') return done(turn, [{ key: 'campaign.sent_already' }]);
    const applied = part.apply(value, campaign, turn, argument);
    return applied.ok
      ? changeDraft(turn, campaign, applied.change)
      : askAgain(turn, changePart, values, 'value', applied.problem);
  },
};

/** What an answer names that has to be looked up. */
function named(part: string | undefined, value: string) {
  if (part === 'picture') return { picturesOfPages: [value.trim() as PictureId] };
  const slug = part === 'button' ? /\/([a-z][a-z0-9_]{0,39})$/i.exec(value.trim())?.[1] : undefined;
  return slug === undefined ? {} : { pages: [{ slug: slug.toLowerCase() }] };
}

/** Asks for one thing of a draft. */
export function askPart(turn: StaffTurn, id: CampaignId, part: string): Outcome | undefined {
  return partOf(part).part && askNext(turn, changePart, { draft: id, part }, 'value');
}

/** The languages a text can be written in, a button each. */
export function languageScreen(turn: StaffTurn, { id, content }: Campaign): Outcome {
  const rows = Object.keys(content.variants)
    .sort()
    .flatMap((variant) =>
      locales.map((locale) => {
        const isThere = content.variants[variant]?.text[locale] !== undefined;
        const variables = { variant: variant.toUpperCase(), language: locale };
        const words: Words = isThere
          ? { key: 'campaign.language_there', variables }
          : { key: 'campaign.language_missing', variables };
        return [press(words, `draft:part_text-${variant}-${locale}:${id}`)];
      }),
    );
  return done(turn, [{ key: 'campaign.ask_language' }], [...rows, backRow(id)]);
}

/** Back to the preview. */
export function backRow(id: CampaignId) {
  return [press({ key: 'button.back' }, `draft:look:${id}`)];
}
