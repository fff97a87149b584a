import { type Locale, locales } from '../../customers/types.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Button } from '../../messaging/types.ts';
import {
  type MemberScreen,
  type MemberTurn,
  type Outcome,
  press,
  type Screen,
  saying,
  type Turn,
  toMenu,
  withCustomer,
  writing,
} from '../turn.ts';
import { joinScreen } from './join.ts';

/** Whether a turn is a member's. */
export function isMember(turn: Turn): turn is MemberTurn {
  return turn.record !== undefined;
}

/** The main menu of a member. */
export const menu: MemberScreen = (turn) => {
  const { head, lots } = turn.record;
  const balance = viewPoints(head.balance, lots, turn.context.now).available;
  return {
    step: 'menu',
    paragraphs: [...turn.lead, { key: 'menu.title', variables: { balance } }],
    buttons: [
      [press({ key: 'button.points' }, 'points'), press({ key: 'button.history' }, 'history')],
      [...payButton(turn), press({ key: 'button.card' }, 'card')],
      [press({ key: 'button.coupons' }, 'coupons'), press({ key: 'button.offers' }, 'offers')],
      [press({ key: 'button.settings' }, 'settings'), press({ key: 'button.help' }, 'help')],
      ...shoppingButtons(turn),
      ...(turn.staff ? [staffButton] : []),
      ...(turn.staff || turn.talk ? [] : [humanButton]),
    ],
  };
};

/** The cart and the orders of a web shop, for whoever has some. */
function shoppingButtons({ facts, record }: MemberTurn): readonly Button[][] {
  const { id } = record.customer;
  const row = [
    ...(facts.cartsOf(id).length > 0 ? [press({ key: 'button.cart' }, 'cart')] : []),
    ...(facts.ordersOf(id).length > 0 ? [press({ key: 'button.orders' }, 'orders')] : []),
  ];
  return row.length > 0 ? [row] : [];
}

/** One tap to a person, for whoever is not one of the staff. */
const humanButton: readonly Button[] = [press({ key: 'button.human' }, 'human')];

/** One tap to what only the staff see. */
const staffButton: readonly Button[] = [press({ key: 'button.staff' }, 'staff')];

/** Nothing where the program lets no points pay for anything. */
function payButton({ program }: MemberTurn): readonly Button[] {
  return program.max_spend_percent > 0 ? [press({ key: 'button.pay' }, 'pay')] : [];
}

/** Where "0" leads: the menu, or the way in for somebody who has not joined. */
export const home: Screen = (turn) => (isMember(turn) ? menu(turn, '') : joinScreen(turn));

/** The beginning: a stranger chooses a language, a member is greeted. */
export const start: Screen = (turn) => {
  if (!isMember(turn)) {
    return {
      step: 'start',
      paragraphs: [...turn.lead, { key: 'start.hello' }, { key: 'start.choose_language' }],
      buttons: languageButtons,
    };
  }
  return menu(saying(turn, { key: 'start.welcome_back' }), '');
};

const languageButtons: readonly (readonly Button[])[] = locales.map((language) => [
  press({ key: 'button.language_choice', variables: { language } }, `lang:${language}`),
]);

/** The question which language to speak. */
export const language: Screen = (turn) => ({
  step: 'language',
  paragraphs: [...turn.lead, { key: 'language.choose' }],
  buttons: isMember(turn) ? [...languageButtons, toMenu] : languageButtons,
});

/** The answer: the chat speaks it from the very next message on. Undefined when it is no language of ours. */
export function chooseLanguage(turn: Turn, argument: string): Outcome | undefined {
  const locale = locales.find((known) => known === argument);
  if (!locale) return undefined;
  return { ...nextAfterLanguage(turn, locale), address: { locale } };
}

function nextAfterLanguage(turn: Turn, locale: Locale): Outcome {
  if (!isMember(turn)) return joinScreen(turn);
  const customer = { ...turn.record.customer, locale };
  const spoken = saying(withCustomer(turn, customer), { key: 'language.changed' });
  return writing({ customerUpdates: [customer] }, menu(spoken, ''));
}

/** What one can do here. */
export const help: Screen = (turn) => {
  const { earn_percent: percent, points_live_days: days } = turn.program;
  const how = { key: 'help.how', variables: { percent, days } } as const;
  if (isMember(turn)) {
    return {
      step: 'help',
      paragraphs: [...turn.lead, how, { key: 'help.claim' }, { key: 'help.commands' }],
      buttons: [...(turn.staff || turn.talk ? [] : [humanButton]), toMenu],
    };
  }
  return {
    step: 'help',
    paragraphs: [...turn.lead, how, { key: 'help.how_to_join' }],
    buttons: [
      [press({ key: 'button.join' }, 'join')],
      [press({ key: 'button.language' }, 'language')],
      humanButton,
    ],
  };
};
