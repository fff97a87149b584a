import { erasureOf } from '../../customers/erase.ts';
import { type ConsentCategory, channelNames, consentCategories } from '../../customers/types.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { type MemberScreen, type MemberTurn, type Outcome, press, toMenu, writing } from '../turn.ts';
import { consent } from './profile.ts';
import { clearing, comesHere, recordWith } from './stop.ts';

/** What can be changed; each value stands on its own button. */
export const settings: MemberScreen = (turn) => {
  const { name, birthday } = turn.record.customer;
  const one = (label: Words, data: string): readonly Button[] => [press(label, data)];
  return {
    step: 'settings',
    paragraphs: [...turn.lead, { key: 'settings.title' }],
    buttons: [
      one({ key: 'settings.language', variables: { language: turn.address.locale } }, 'language'),
      one(
        name === null ? { key: 'settings.name_none' } : { key: 'settings.name', variables: { name } },
        'name',
      ),
      one(
        birthday === null
          ? { key: 'settings.birthday_none' }
          : { key: 'settings.birthday', variables: { date: birthday } },
        'birthday',
      ),
      [press({ key: 'settings.notifications' }, 'messages'), press({ key: 'settings.chats' }, 'chats')],
      one({ key: 'facts.open' }, 'facts'),
      [press({ key: 'settings.leave' }, 'leave'), press({ key: 'settings.erase' }, 'erase')],
      toMenu,
    ],
  };
};

const back: Button = press({ key: 'button.back' }, 'settings');

/** Which messages come, on which channels they do not, and a switch for each kind by what comes to this one. */
export const messages: MemberScreen = (turn) => {
  const { service: about = true, marketing: offers = false } = turn.record.consents;
  const [service, marketing] = [comesHere(turn, 'service'), comesHere(turn, 'marketing')];
  return {
    step: 'messages',
    paragraphs: [
      ...turn.lead,
      [
        { key: about ? 'notifications.service_on' : 'notifications.service_off' },
        ...(about ? exceptions(turn, 'service') : []),
        { key: offers ? 'notifications.marketing_on' : 'notifications.marketing_off' },
        ...(offers ? exceptions(turn, 'marketing') : []),
      ],
    ],
    buttons: [
      [
        service
          ? press({ key: 'notifications.turn_service_off' }, 'messages:service-off')
          : press({ key: 'notifications.turn_service_on' }, 'messages:service-on'),
      ],
      [
        marketing
          ? press({ key: 'notifications.turn_marketing_off' }, 'messages:marketing-off')
          : press({ key: 'notifications.turn_marketing_on' }, 'messages:marketing-on'),
      ],
      [press({ key: 'topics.open' }, 'topics')],
      [back, ...toMenu],
    ],
  };
};

function exceptions({ record }: MemberTurn, category: ConsentCategory): Words[] {
  return channelNames
    .filter((channel) => record.channelConsents[channel]?.[category] === false)
    .map((channel) => ({ key: `notifications.${category}_off_on`, variables: { channel } }));
}

/** Turns a kind of message on or off (`service-off`). Undefined when there is no such switch. */
export function switchMessages(turn: MemberTurn, argument: string): Outcome | undefined {
  const [kind, way] = argument.split('-');
  const category = consentCategories.find((known) => known === kind);
  if (!category || (way !== 'on' && way !== 'off')) return undefined;
  const granted = way === 'on';
  const { record } = turn;
  const said = record.consents[category] === granted ? [] : [consent(turn, category, granted)];
  const consents = [...said, ...(granted ? clearing(turn, [category]) : [])];
  const outcome = messages({ ...turn, record: recordWith(record, consents) }, '');
  return consents.length === 0 ? outcome : writing({ consents }, outcome);
}

/** Asks whether this chat shall be let go of; the account stays. */
export const leave: MemberScreen = (turn) => ({
  step: 'leave',
  paragraphs: [...turn.lead, { key: 'leave.ask' }],
  buttons: [[press({ key: 'leave.yes' }, 'leave:yes'), back]],
});

const comeBack: readonly (readonly Button[])[] = [[press({ key: 'button.join' }, 'join')]];

/** This chat belongs to nobody from now on. Undefined when that was not the question. */
export function confirmLeave(turn: MemberTurn): Outcome | undefined {
  if (turn.state?.step !== 'leave') return undefined;
  return {
    step: 'left',
    paragraphs: [{ key: 'leave.done' }],
    buttons: comeBack,
    address: { customerId: null },
  };
}

/** The first of two questions before a person is forgotten. */
export const erase: MemberScreen = (turn) => ({
  step: 'erase',
  paragraphs: [...turn.lead, { key: 'erase.ask' }],
  buttons: [[press({ key: 'erase.next' }, 'erase:next'), back]],
});

/** The second question, then the deed. Undefined when the first was not asked just before. */
export function confirmErase(turn: MemberTurn, argument: string): Outcome | undefined {
  const step = turn.state?.step;
  if (argument === 'next' && step === 'erase') return askOnceMore(turn);
  if (argument !== 'yes' || step !== 'erase_sure') return undefined;
  const { changes } = erasureOf(turn.record, 'customer', turn.context);
  return writing(changes, {
    step: 'left',
    paragraphs: [{ key: 'erase.done' }],
    buttons: comeBack,
    address: { customerId: null },
  });
}

function askOnceMore(turn: MemberTurn): Outcome {
  const { head, lots } = turn.record;
  const balance = viewPoints(head.balance, lots, turn.context.now).available;
  const sure: Words =
    balance > 0 ? { key: 'erase.sure', variables: { balance } } : { key: 'erase.sure_empty' };
  return {
    step: 'erase_sure',
    paragraphs: [sure],
    buttons: [[press({ key: 'erase.yes' }, 'erase:yes'), back]],
  };
}
