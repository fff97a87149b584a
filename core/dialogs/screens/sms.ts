import { consentCategories } from '../../customers/types.ts';
import type { Words } from '../../messaging/types.ts';
import { DAY_MS } from '../../time.ts';
import type { Route } from '../routes.ts';
import { type MemberTurn, type Outcome, type Turn, writing } from '../turn.ts';
import { isMember } from './home.ts';
import { consent } from './profile.ts';
import { clearing } from './stop.ts';

/**
 * Screens that a number may lead to, where an SMS of ours offered it. The sender of an SMS can be forged: nothing is
 * here that takes anything from its owner, or tells it to anybody but the owner's phone.
 */
const harmless: ReadonlySet<string> = new Set(['points', 'coupons', 'coupon']);

/** Whether it is a number that answers what we asked by SMS. */
export function answersSms({ event: { said } }: Turn, route: Route): boolean {
  const typedNumber = said.kind === 'text' && /^\d{1,2}$/.test(said.text.trim());
  return typedNumber && route.kind === 'screen' && harmless.has(route.name);
}

/** What came by SMS: STOP and START are heard; of anything else it is said once a day where we can talk. */
export function followSms(turn: Turn, route: Route): Outcome {
  if (!isMember(turn)) return silence(turn);
  const name = route.kind === 'screen' ? route.name : '';
  if (name === 'stop') return stopSms(turn);
  return name === 'resume' ? resumeSms(turn) : help(turn);
}

/** Nothing is said: each SMS costs, and two machines would talk for ever. */
function silence({ state }: Turn): Outcome {
  return { step: state?.step ?? 'sms', data: state?.data ?? {}, paragraphs: [], silent: true };
}

/** By SMS a STOP means all of it: there is no button to say how much. */
function stopSms(turn: MemberTurn): Outcome {
  const refused = turn.record.channelConsents.sms ?? {};
  const open = consentCategories.filter((category) => refused[category] !== false);
  if (open.length === 0) return silence(turn);
  const rows = open.map((category) => consent(turn, category, false, 'sms'));
  return writing({ consents: rows }, say(turn, { key: 'stop.sms' }));
}

function resumeSms(turn: MemberTurn): Outcome {
  const rows = clearing(turn, consentCategories);
  if (rows.length === 0) return help(turn);
  return writing({ consents: rows }, say(turn, { key: 'stop.sms_resumed' }));
}

function say({ state }: Turn, words: Words): Outcome {
  return { step: 'sms', data: state?.data ?? {}, paragraphs: [words] };
}

function help(turn: MemberTurn): Outcome {
  const { now } = turn.context;
  const last = Number(turn.state?.data.helped ?? Number.NEGATIVE_INFINITY);
  if (last + DAY_MS > now) return silence(turn);
  const url = turn.chatLink?.('sms');
  const words: Words =
    url === undefined ? { key: 'stop.sms_help' } : { key: 'stop.sms_help_at', variables: { url } };
  return { ...say(turn, words), data: { helped: String(now) } };
}
