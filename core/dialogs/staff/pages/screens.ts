import type { CouponId, PictureId } from '../../../ids.ts';
import {
  changePage,
  createPage,
  isWebAddress,
  type Page,
  type PageInput,
  pageLimits,
  publishPage,
} from '../../../journeys/pages.ts';
import { pageUrl } from '../../../messaging/links.ts';
import type { Button, Words } from '../../../messaging/types.ts';
import { actorOfStaff } from '../../../staff/types.ts';
import { type Outcome, press, saying, writing } from '../../turn.ts';
import type { DialogNeeds } from '../../types.ts';
import {
  askAgain,
  askNext,
  choose,
  type DialogRound,
  done,
  type Field,
  type StaffScreen,
  type StaffTurn,
  type Task,
  type Values,
} from '../task.ts';

/** Pages in a list. */
const mostListed = 8;

/** The pages of offers, the newest first, and the way to a new one. */
export const page: Task = {
  act: 'page',
  fields: [],
  split: () => ({}),
  rounds: () => [() => ({ lastPages: true })],
  run(turn) {
    const pages = turn.facts.lastPages().slice(0, mostListed);
    const title: Words = { key: pages.length > 0 ? 'pages.title' : 'pages.none' };
    return done(
      turn,
      [title],
      [
        ...pages.map((one) => [press(lineOf(one), `paged:${one.slug}`)]),
        [press({ key: 'pages.new' }, 'do:page_new')],
      ],
    );
  },
};

function lineOf({ title, views, publishedAt }: Page): Words {
  return publishedAt === null
    ? { key: 'pages.line_draft', variables: { title } }
    : { key: 'pages.line', variables: { title, number: views } };
}

/** A text of a page, of one line where `isLine`. */
function textField(name: 'title' | 'text' | 'button', isLine: boolean): Field {
  const most = pageLimits[name];
  return {
    name,
    ask: () => ({ words: [{ key: `pages.ask_${name}` }] }),
    read(raw) {
      const value = (isLine ? raw.replace(/\s+/gu, ' ') : raw).trim();
      return value !== '' && value.length <= most
        ? { ok: true, value }
        : { ok: false, problem: { key: 'pages.too_long', variables: { number: most } } };
    },
  };
}

/** A new page, from its title to its button: kept at once, and seen by nobody yet. */
export const newPage: Task = {
  act: 'page',
  name: 'page_new',
  fields: [textField('title', true), textField('text', false), textField('button', true)],
  split: () => ({}),
  rounds: (values, { staff }) => [() => createPage(contentOf(values), actorOfStaff(staff)).needs],
  run(turn, values) {
    const made = createPage(contentOf(values), actorOfStaff(turn.staff)).decide(turn.facts, turn.context);
    if (!made.ok) return askAgain(turn, newPage, values, 'title', { key: 'pages.refused' });
    return writing(made.changes, show(saying(turn, { key: 'pages.made' }), made.result));
  },
};

function contentOf({ title = '', text = '', button = '' }: Values) {
  return { title, text, button };
}

/** What of a page can be another, in the order it is offered. */
const parts = ['title', 'text', 'button', 'picture', 'url', 'coupon'] as const;
type Part = (typeof parts)[number];

function partOf({ part }: Values): Part {
  return parts.find((one) => one === part) ?? 'title';
}

/** What stands for "none". */
const none = '-';

const hidden = (name: string): Field => ({
  name,
  isOpen: () => false,
  ask: () => ({ words: [] }),
  read: (raw) => ({ ok: true, value: raw }),
});

/** One part of a page, asked for by its name. */
const valueField: Field = {
  name: 'value',
  needs: { couponShelf: true },
  ask(turn, values) {
    const part = partOf(values);
    const words: Words[] = [{ key: `pages.ask_${part}` }];
    if (part === 'picture') {
      return { words, buttons: [[choose({ key: 'pages.no_picture' }, none)]], picture: true, choice: true };
    }
    if (part === 'url') return { words, buttons: [[choose({ key: 'pages.no_url' }, none)]], choice: true };
    if (part !== 'coupon') return { words };
    const shelf = turn.facts.couponShelf().slice(0, mostListed);
    const coupons = shelf.map(({ id, name }) => [
      choose({ key: 'find.coupon', variables: { title: name } }, id),
    ]);
    return { words, buttons: [...coupons, [choose({ key: 'pages.no_coupon' }, none)]], choice: true };
  },
  read: (raw) => ({ ok: true, value: raw.trim() }),
};

/** Changes one part of a page. */
const editPage: Task = {
  act: 'page',
  name: 'page_edit',
  fields: [hidden('slug'), hidden('part'), valueField],
  split: () => ({}),
  rounds(values, { staff }) {
    const input = inputOf(values);
    return input ? [() => commandOf(values, input, actorOfStaff(staff)).needs] : [];
  },
  run(turn, values) {
    const input = inputOf(values);
    const part = partOf(values);
    if (!input) return askAgain(turn, editPage, values, 'value', problemOf(part));
    const changed = commandOf(values, input, actorOfStaff(turn.staff)).decide(turn.facts, turn.context);
    if (changed.ok)
      return writing(changed.changes, show(saying(turn, { key: 'pages.changed' }), changed.result));
    if (changed.refusal.code === 'page_not_found') return done(turn, [{ key: 'pages.gone' }]);
    return askAgain(turn, editPage, values, 'value', problemOf(part));
  },
};

/** The tasks of pages. */
export const pageTasks: readonly Task[] = [page, newPage, editPage];

function commandOf({ slug = '' }: Values, input: PageInput, actor: string) {
  return changePage(slug, input, actor);
}

function problemOf(part: Part): Words {
  return part === 'title' || part === 'text' || part === 'button'
    ? { key: 'pages.too_long', variables: { number: pageLimits[part] } }
    : { key: `pages.bad_${part}` };
}

/** What a value means for the part it was asked for; undefined where it can be none. */
function inputOf(values: Values): PageInput | undefined {
  const { value = '' } = values;
  const isNone = /^[-–—]$/.test(value);
  switch (partOf(values)) {
    case 'picture': {
      const id = /pic_[0-9A-Z]{26}/.exec(value)?.[0];
      if (isNone) return { pictureId: null };
      return id === undefined ? undefined : { pictureId: id as PictureId };
    }
    case 'url':
      if (isNone) return { url: null };
      return isWebAddress(value) ? { url: value } : undefined;
    case 'coupon':
      if (isNone) return { couponId: null };
      return value.startsWith('cpn_') ? { couponId: value as CouponId } : undefined;
    case 'text':
      return fits('text', value) ? { text: value } : undefined;
    case 'title':
      return fits('title', value) ? { title: value } : undefined;
    case 'button':
      return fits('button', value) ? { button: value } : undefined;
  }
}

function fits(part: 'title' | 'text' | 'button', value: string): boolean {
  return value !== '' && value.length <= pageLimits[part];
}

/** `SLUG` shows a page; `SLUG-on` and `SLUG-off` publish it and take it back, `SLUG-title` asks for another title. */
export const pageScreen: StaffScreen = {
  act: 'page',
  rounds: (argument) => [needsOf(argument)],
  show(turn, argument) {
    const { slug, act } = read(argument);
    const found = turn.facts.page({ slug })?.page;
    if (!found) return done(turn, [{ key: 'pages.gone' }]);
    if (act === '') return show(turn, found);
    if (act === 'on' || act === 'off') return publish(turn, slug, act === 'on');
    const part = parts.find((one) => one === act);
    return part && askNext(turn, editPage, { slug, part }, 'value');
  },
};

function read(argument: string): { readonly slug: string; readonly act: string } {
  const [slug = '', act = ''] = argument.split('-');
  return { slug, act };
}

function needsOf(argument: string): DialogRound {
  const { slug, act } = read(argument);
  return (): DialogNeeds => ({ ...publishPage(slug, act === 'on', '').needs, couponShelf: true });
}

function publish(turn: StaffTurn, slug: string, isOn: boolean): Outcome {
  const written = publishPage(slug, isOn, actorOfStaff(turn.staff)).decide(turn.facts, turn.context);
  if (!written.ok) return done(turn, [{ key: 'pages.gone' }]);
  const said = saying(turn, { key: isOn ? 'pages.published' : 'pages.withdrawn' });
  return writing(written.changes, show(said, written.result));
}

/** A page as people see it, where it is, and what can be done about it. */
function show(turn: StaffTurn, shown: Page): Outcome {
  const { slug, title, text, button, pictureId, publishedAt, views } = shown;
  const change = (part: Part): Button => press({ key: `pages.change_${part}` }, `paged:${slug}-${part}`);
  const turnIt =
    publishedAt === null
      ? press({ key: 'pages.publish' }, `paged:${slug}-on`)
      : press({ key: 'pages.withdraw' }, `paged:${slug}-off`);
  return {
    ...done(
      turn,
      [
        { key: 'pages.shown_title', variables: { title } },
        { key: 'pages.shown_text', variables: { text } },
        [{ key: 'pages.shown_button', variables: { button } }, ...leads(turn, shown)],
        [
          ...standing(turn, shown),
          ...(views > 0 ? [{ key: 'pages.views', variables: { number: views } } as const] : []),
        ],
      ],
      [
        [turnIt],
        [change('title'), change('text'), change('button')],
        [change('picture'), change('url'), change('coupon')],
        [press({ key: 'pages.others' }, 'do:page')],
      ],
    ),
    ...(pictureId === null ? {} : { picture: { kind: 'photo', id: pictureId } as const }),
  };
}

/** Where the button leads, and what comes along. */
function leads(turn: StaffTurn, { slug, url, couponId }: Page): Words[] {
  const coupon = turn.facts.page({ slug })?.coupon ?? (couponId ? turn.facts.coupon(couponId) : undefined);
  const isSame = coupon?.id === couponId;
  return [
    url === null ? { key: 'pages.leads_chat' } : { key: 'pages.leads_to', variables: { url } },
    ...(coupon && isSame ? [{ key: 'pages.gives', variables: { title: coupon.name } } as const] : []),
  ];
}

function standing(turn: StaffTurn, { slug, publishedAt }: Page): Words[] {
  if (publishedAt === null) return [{ key: 'pages.is_draft' }];
  const site = turn.site?.();
  return [{ key: 'pages.at', variables: { url: site ? pageUrl(site.url, slug) : `/o/${slug}` } }];
}
