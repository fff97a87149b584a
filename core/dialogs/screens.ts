import { claimNeeds } from '../checkout/claim.ts';
import { foldCode } from '../codes.ts';
import type { CustomerId } from '../ids.ts';
import type { Words } from '../messaging/types.ts';
import { afterLink, followLink, invitedBy, linkNeeds } from './links.ts';
import type { Route } from './routes.ts';
import { mergeOwn } from './screens/accounts.ts';
import { cart, cartNeeds, decline } from './screens/cart.ts';
import { changeChats, chats, connect, inviteIn, openInvite, relink } from './screens/chats.ts';
import { claim, claimCodeIn } from './screens/claim.ts';
import { codeAim, expectCode, followCode } from './screens/code.ts';
import { coupon, couponNeed, couponPage, coupons } from './screens/coupons.ts';
import { answerFact, fact, facts, isFactQuestion } from './screens/facts.ts';
import { history, historyPage, why, whyPage } from './screens/history.ts';
import { chooseLanguage, help, home, isMember, language, menu, start } from './screens/home.ts';
import {
  askedAboutCart,
  calledPerson,
  duringTalk,
  human,
  isForPerson,
  offerPerson,
  sayToPerson,
} from './screens/human.ts';
import {
  joinAsSender,
  joinScreen,
  takeContact,
  takeContactOfMember,
  takeWordsOfStranger,
} from './screens/join.ts';
import { offerNeeds, offers } from './screens/offers.ts';
import { orders } from './screens/orders.ts';
import { answerTill, askedAbout, pay } from './screens/pay.ts';
import { card, points } from './screens/points.ts';
import { answer, answerMarketing, ask, flowOf, isQuestion, remove, skip } from './screens/profile.ts';
import {
  confirmErase,
  confirmLeave,
  erase,
  leave,
  messages,
  settings,
  switchMessages,
} from './screens/settings.ts';
import { answersSms, followSms } from './screens/sms.ts';
import { resume, stop, stopStranger } from './screens/stop.ts';
import { askScoreAgain, survey } from './screens/survey.ts';
import { hear, later, never, topicNeeds, topics } from './screens/topics.ts';
import { followStaff } from './staff/screens.ts';
import { type MemberTurn, type Outcome, saying, type Turn } from './turn.ts';
import type { DialogNeeds } from './types.ts';

/** A screen by name; undefined when what was asked no longer applies. */
type Find<Some extends Turn> = (turn: Some, argument: string) => Outcome | undefined;

/** Screens for everybody. */
const open: Readonly<Record<string, Find<Turn>>> = {
  start: arrive,
  menu: home,
  language,
  lang: chooseLanguage,
  help,
  human,
  stop: (turn, argument) => (isMember(turn) ? stop(turn, argument) : stopStranger(turn)),
  resume: (turn) => (isMember(turn) ? resume(turn) : start(turn, '')),
  join: (turn, argument) => {
    if (isMember(turn)) return menu(turn, '');
    return argument === 'yes' ? joinAsSender(turn) : joinScreen(turn);
  },
};

/** Screens for those who have joined. */
const ofMembers: Readonly<Record<string, Find<MemberTurn>>> = {
  points,
  card,
  pay,
  coupons,
  coupon,
  cart,
  decline,
  orders,
  offers,
  topics,
  later,
  never,
  hear,
  redeem: answerTill,
  history,
  why,
  settings,
  facts,
  fact,
  name: (turn) => ask(turn, 'name', 'settings'),
  birthday: (turn) => ask(turn, 'birthday', 'settings'),
  skip,
  remove,
  marketing: answerMarketing,
  messages: (turn, argument) => (argument === '' ? messages(turn, '') : switchMessages(turn, argument)),
  chats: (turn, argument) => (argument === '' ? chats(turn, '') : changeChats(turn, argument)),
  connect,
  relink,
  merge: mergeOwn,
  nps: survey,
  leave: (turn, argument) => (argument === 'yes' ? confirmLeave(turn) : leave(turn, '')),
  erase: (turn, argument) => (argument === '' ? erase(turn, '') : confirmErase(turn, argument)),
};

/** What a route needs to know of a member beyond the record. */
export function needsOf(route: Route, customerId: CustomerId): DialogNeeds {
  if (route.kind === 'command') return commandNeeds(route, customerId);
  if (route.kind === 'words') return wordsNeeds(route.text, customerId);
  if (route.kind !== 'screen') return {};
  const { name, argument } = route;
  if (name === 'start') return linkNeeds(argument, customerId);
  if (name === 'cart' || name === 'decline') return cartNeeds(route);
  if (name === 'offers') return offerNeeds(customerId);
  if (name === 'topics' || name === 'hear') return topicNeeds(customerId);
  if (name === 'points') return { waiting: [customerId] };
  if (name === 'redeem') return { redemptions: [askedAbout(argument)] };
  if (name === 'coupons') return { couponWallets: [couponPage(customerId, argument)] };
  if (name === 'coupon') return { couponWallets: [couponNeed(customerId), couponPage(customerId, '')] };
  if (name === 'history') return { history: [historyPage(customerId, argument)] };
  if (name === 'why') return { history: [whyPage(customerId, argument), historyPage(customerId, '')] };
  return {};
}

/** `/staff TOKEN` is a link in words: whoever has been invited is not on the staff yet. */
function commandNeeds(route: Extract<Route, { kind: 'command' }>, customerId: CustomerId): DialogNeeds {
  const link = invitationIn(route);
  return link === undefined ? wordsNeeds(route.typed, customerId) : linkNeeds(link, customerId);
}

function invitationIn({ name, text }: Extract<Route, { kind: 'command' }>): string | undefined {
  const token = foldCode(text);
  return name === 'staff' && token !== '' ? `s_${token}` : undefined;
}

function wordsNeeds(text: string, customerId: CustomerId): DialogNeeds {
  const code = claimCodeIn(text);
  return code === undefined ? {} : claimNeeds(code, customerId);
}

/** Follows a route. Whatever it is, the answer is a screen with a way on. `lost`: said when it leads nowhere. */
export function follow(turn: Turn, route: Route, lost: Words): Outcome {
  const { staff, event } = turn;
  if (event.channel === 'sms') {
    // One question, one answer: nobody makes us send SMS after SMS to somebody else's number.
    return answersSms(turn, route)
      ? { ...followAlone(turn, route, lost), buttons: [] }
      : followSms(turn, route);
  }
  if (staff && isMember(turn)) {
    const theirs = followStaff({ ...turn, staff }, route);
    if (theirs) return theirs;
  }
  const aim =
    turn.isNew || isForPerson(turn) ? undefined : codeAim(route, { ...turn, isMember: isMember(turn) });
  if (aim) return duringTalk(turn, (speaking) => followCode(speaking, aim));
  const passedOn = sayToPerson(turn, route);
  if (passedOn) return passedOn;
  return duringTalk(turn, (speaking) => followAlone(speaking, route, lost));
}

/** A route that is for the bot to answer. */
function followAlone(turn: Turn, route: Route, lost: Words): Outcome {
  if (route.kind === 'contact') {
    if (!isMember(turn)) return takeContact(turn, route.own);
    return route.own ? takeContactOfMember(turn) : home(saying(turn, lost), '');
  }
  if (route.kind === 'words') return takeWords(turn, route.text, lost);
  if (route.kind === 'command') return takeCommand(turn, route, lost);
  if (route.kind !== 'screen') return home(saying(turn, lost), '');
  const { name, argument } = route;
  const everybody = lookUp(open, name);
  if (everybody) return everybody(turn, argument) ?? outdated(turn);
  const members = lookUp(ofMembers, name);
  if (!members) return outdated(turn);
  if (!isMember(turn)) return joinScreen(saying(turn, { key: 'join.first' }));
  return members(turn, argument) ?? outdated(turn);
}

/** A command of the staff from somebody who is not: an invitation to be, or words like any other. */
function takeCommand(turn: Turn, route: Extract<Route, { kind: 'command' }>, lost: Words): Outcome {
  const link = invitationIn(route);
  if (link === undefined) return takeWords(turn, route.typed, lost);
  if (!isMember(turn)) return { ...joinScreen(invitedBy(turn, link)), data: { context: link } };
  return arrive(turn, link);
}

/** Words for the bot: who calls a person gets one, and who is not understood twice in a row is offered one. */
function takeWords(turn: Turn, text: string, lost: Words): Outcome {
  return calledPerson(turn, text) ?? offerPerson(turn, text, lost, readWords(turn, text, lost));
}

function readWords(turn: Turn, text: string, lost: Words): Outcome {
  const code = claimCodeIn(text);
  if (!isMember(turn)) return takeStrangersWords(turn, text, code, lost);
  const step = turn.state?.step;
  if (code !== undefined) return takeReceipt(turn, code);
  if (isFactQuestion(step)) return answerFact(turn, text) ?? outdated(turn);
  if (isQuestion(step)) return answer(turn, step, text);
  return askedAboutCart(turn, text) ?? askScoreAgain(turn) ?? menu(saying(turn, lost), '');
}

/** No name or date looks like the code of a receipt: a question that stands open is put again after it. */
function takeReceipt(turn: MemberTurn, code: string): Outcome {
  const step = turn.state?.step;
  const claimed = claim(turn, code);
  const next = isQuestion(step) ? ask(claimed.turn, step, flowOf(turn)) : menu(claimed.turn, '');
  return afterLink(claimed, next);
}

/** The code of a receipt is kept until the stranger has joined, as if its link had been opened. */
function takeStrangersWords(turn: Turn, text: string, code: string | undefined, lost: Words): Outcome {
  const context = code && `c_${code}`;
  const invited = invitedBy(turn, context);
  const remember = (outcome: Outcome) =>
    context ? { ...outcome, data: { ...outcome.data, context } } : outcome;
  if (turn.isNew) return remember(start(invited, ''));
  if (context) return remember(joinScreen(invited));
  return turn.state?.step === 'code' ? expectCode(turn, lost) : takeWordsOfStranger(turn, text, lost);
}

/** The beginning, by a link perhaps: a member gets at once what it promises, a stranger after joining. */
function arrive(turn: Turn, context: string): Outcome {
  const invite = inviteIn({ kind: 'screen', name: 'start', argument: context });
  if (invite !== undefined) return openInvite(turn, invite);
  if (!isMember(turn)) return start(invitedBy(turn, context), '');
  const followed = followLink(turn, context);
  return followed ? afterLink(followed, menu(followed.turn, '')) : start(turn, '');
}

function outdated(turn: Turn): Outcome {
  return home(saying(turn, { key: 'help.old_button' }), '');
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
