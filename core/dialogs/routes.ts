import { mostImageBytes, type PictureProblem } from '../messaging/images.ts';
import { type StaffAct, staffActs } from '../staff/rights.ts';
import { surveyIn, surveyPress } from './scores.ts';
import type { DialogState, Said, SentPicture } from './types.ts';

/** What a person asks for: a screen by name with an argument, an answer in words, or a contact. */
export type Route =
  | { readonly kind: 'screen'; readonly name: string; readonly argument: string }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'contact'; readonly phone: string; readonly own: boolean }
  /** Sent where a picture is asked for: one that is still to be fetched, or why it cannot be one. */
  | { readonly kind: 'picture'; readonly sent: SentPicture }
  | { readonly kind: 'no_picture'; readonly problem: PictureProblem }
  /** A command of the staff, with what followed it; `typed` is all of it, for whoever is not on the staff. */
  | { readonly kind: 'command'; readonly name: StaffAct; readonly text: string; readonly typed: string };

/** What brings home from anywhere, as typed. */
const home = new Set([
  ...['0', 'menu', 'меню'],
  ...['/cancel', 'cancel', '/скасувати', 'скасувати', '/отмена', 'отмена', 'отменить'],
]);

/** What ends offers on every channel, and what brings them back, as typed; any case, and with a full stop perhaps. */
const wordScreens: ReadonlyMap<string, 'stop' | 'resume'> = new Map([
  ...(
    [
      ...['stop', 'stopall', 'unsubscribe', 'стоп', 'відписатися', 'відписатись', 'відписка'],
      ...['отписаться', 'отписка', 'отпишите', 'відпишіть'],
    ] as const
  ).map((word) => [word, 'stop'] as const),
  ...(
    [...['start', 'unstop', 'subscribe', 'старт', 'підписатися', 'підписатись'], 'подписаться'] as const
  ).map((word) => [word, 'resume'] as const),
]);

/** A link that connects one more chat, as text: by itself, or as it was copied. */
const linkInWords = /(?:^|[=\s])(l_[0-9A-Z]{20})$/;

/** Commands that are known in every chat. */
const commands = [
  ...([
    'start',
    'menu',
    'points',
    'pay',
    'coupons',
    'offers',
    'history',
    'orders',
    'card',
    'settings',
    'help',
    'human',
    'language',
  ] as const),
] as const;

/** The commands to register with messengers that list them. */
export const commandNames: readonly (typeof commands)[number][] = commands;

/** The commands of the staff, as they are typed in each language. */
const staffCommands: ReadonlyMap<string, StaffAct> = new Map([
  ...staffActs.map((act) => [act, act] as const),
  ...(
    [
      ['find', 'знайти', 'найти'],
      ['who', 'хто', 'кто'],
      ['buy', 'покупка'],
      ['redeem', 'списати', 'списать'],
      ['refund', 'повернення', 'возврат'],
      ['issue', 'видати', 'выдать'],
      ['coupon', 'купон'],
      ['adjust', 'виправити', 'исправить'],
      ['stats', 'статистика'],
      ['approve', 'запити', 'запросы'],
      ['invite', 'запросити', 'пригласить'],
      ['staff', 'персонал'],
      ['audit', 'журнал'],
      ['talks', 'розмови', 'разговоры'],
      ['merge', 'зєднати', 'соединить'],
      ['segment', 'сегмент'],
      ['segments', 'сегменти', 'сегменты'],
      ['rfm', 'рфм'],
      ['report', 'звіт', 'отчет', 'отчёт'],
      ['campaign', 'кампанія', 'кампания', 'розсилка', 'рассылка'],
      ['results', 'результати', 'результаты'],
      ['page', 'сторінка', 'страница'],
      ['journeys', 'сценарії', 'сценарии'],
    ] as const
  ).flatMap(([act, ...words]) => words.map((word) => [word, act] as const)),
]);

/** What was meant. A number picks by the press buttons of our last reply, in their order. */
export function routeOf(
  said: Exclude<Said, { kind: 'blocked' | 'returned' }>,
  state: DialogState | null,
): Route {
  switch (said.kind) {
    case 'start':
      return { kind: 'screen', name: 'start', argument: said.context ?? '' };
    case 'press':
      return screenOf(said.data);
    case 'contact':
      return said;
    case 'text':
      return readText(said.text.trim(), state);
    case 'attachment':
      if (!asksPicture(state)) return readText(said.text.trim(), state);
      return said.picture ? pictureSent(said.picture) : { kind: 'no_picture', problem: 'not_a_picture' };
    case 'fetched':
      // A picture that is there is named by its number, as if that had been typed.
      if ('picture' in said.found) return { kind: 'words', text: said.found.picture };
      return { kind: 'no_picture', problem: said.found.problem };
  }
}

/** Whether the question that stands open can be answered by a picture. */
function asksPicture(state: DialogState | null): boolean {
  return state?.data.awaits === 'picture';
}

function pictureSent(sent: SentPicture): Route {
  const isTooLarge = (sent.bytes ?? 0) > mostImageBytes;
  return isTooLarge ? { kind: 'no_picture', problem: 'too_large' } : { kind: 'picture', sent };
}

function readText(text: string, state: DialogState | null): Route {
  const isRating = surveyIn(state)?.asks === 'score';
  const rated = isRating ? surveyPress(text, state) : undefined;
  if (rated !== undefined) return screenOf(rated);
  if (home.has(text.toLowerCase())) return screenOf('menu');
  const word = wordScreens.get(text.toLowerCase().replace(/[\s.!,…"'«»]+$|^["'«\s]+/gu, ''));
  if (word) return screenOf(word);
  const link = linkInWords.exec(text)?.[1];
  if (link !== undefined) return { ...screenOf('start'), argument: link };
  const [, typed = '', rest = ''] = /^\/([\p{L}\w]+)(?:@\w+)?(?:\s+(.*))?$/su.exec(text) ?? [];
  const name = commands.find((known) => known === typed.toLowerCase());
  if (name) return { ...screenOf(name), argument: name === 'start' ? rest : '' };
  const act = staffCommands.get(typed.toLowerCase());
  if (act) return { kind: 'command', name: act, text: rest, typed: text };
  const isNumber = /^\d{1,2}$/.test(text) && !isRating;
  const choice = isNumber ? state?.choices[Number(text) - 1] : surveyPress(text, state);
  return choice === undefined ? { kind: 'words', text } : screenOf(choice);
}

/** Buttons carry `screen` or `screen:argument`. */
function screenOf(data: string): Extract<Route, { kind: 'screen' }> {
  const colon = data.indexOf(':');
  const [name, argument] = colon < 0 ? [data, ''] : [data.slice(0, colon), data.slice(colon + 1)];
  return { kind: 'screen', name, argument };
}
