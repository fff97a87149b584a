import type { Clock } from '../../core/ports.ts';
import type { Abilities, Channel, OutgoingMessage, SendOutcome } from '../channel.ts';
import type { Log } from '../log.ts';
import type { ViberApi } from './api.ts';
import { busy, createJudge } from './judge.ts';
import type { MessageMaker, ViberContent } from './messages.ts';
import { faultOfSilence, refusalOf } from './statuses.ts';

/**
 * 7000 characters: https://creators.viber.com/docs/bots-api/data-models/message. Of a rate is said only that broadcasts
 * may be 500 in 10 seconds, to 300 people each (https://developers.viber.com/docs/api/rest-bot-api/#broadcast-message):
 * that is what all calls keep to.
 */
const abilities: Abilities = {
  buttons: true,
  pictures: true,
  sharePhone: true,
  edits: false,
  receipts: 'read',
  textLimit: 7000,
  ratePerSecond: 50,
  // With eight, a call that takes longer than 140 ms would hold the rate down.
  parallel: 16,
  batch: 300,
};

/** A broadcast that somebody in it spoils goes out one by one, for as long as its lease surely lasts. */
const oneByOneMs = 10_000;
const abreast = 5;

/** What the channel works with. */
export interface ViberChannelOptions {
  readonly api: ViberApi;
  readonly make: MessageMaker;
  readonly fetchPicture: NonNullable<Channel['fetchPicture']>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What goes to one or several people in the very same words. */
interface Letter {
  readonly contents: readonly ViberContent[];
  readonly messages: OutgoingMessage[];
}

/** Viber as a channel. */
export function createViberChannel(options: ViberChannelOptions): Channel {
  const { api, make, fetchPicture, clock, log } = options;
  const judge = createJudge(log);
  let mayBroadcast = true;

  async function post(address: string, contents: readonly ViberContent[]): Promise<SendOutcome> {
    let outcome: SendOutcome = { status: 'refused', reason: 'invalid', detail: 'nothing to send' };
    for (const content of contents) {
      outcome = judge(await api.call('send_message', { receiver: address, ...content }), address);
      if (outcome.status !== 'sent') break;
    }
    return outcome;
  }

  const attempt = (address: string, contents: readonly ViberContent[]) =>
    post(address, contents).catch(faultOfSilence);

  async function oneByOne({ messages, contents }: Letter): Promise<SendOutcome[]> {
    const until = clock.now() + oneByOneMs;
    const outcomes: SendOutcome[] = [];
    for (let start = 0; start < messages.length; start += abreast) {
      const some = messages.slice(start, start + abreast);
      if (clock.now() >= until) outcomes.push(...some.map(() => later));
      else outcomes.push(...(await Promise.all(some.map(({ address }) => attempt(address, contents)))));
    }
    return outcomes;
  }

  async function broadcast(letter: Letter): Promise<SendOutcome[]> {
    const addresses = letter.messages.map(({ address }) => address);
    const answer = await api.call('broadcast_message', { broadcast_list: addresses, ...letter.contents[0] });
    const { matter, detail } = refusalOf(answer);
    if (matter === 'broadcast') {
      if (mayBroadcast) log('warn', `viber: ${detail}; campaigns go out one message at a time`);
      mayBroadcast = false;
      return addresses.map(() => later);
    }
    if (matter === 'message') return oneByOne(letter);
    if (matter === 'pace') return addresses.map(() => busy);
    const failed = new Map(answer.failed_list?.map((one) => [one.receiver, one]));
    return addresses.map((address) => judge({ ...answer, ...failed.get(address) }, address));
  }

  async function deliver(letter: Letter): Promise<SendOutcome[]> {
    if (letter.contents.length !== 1 || letter.messages.length === 1) return oneByOne(letter);
    return broadcast(letter).catch((error) => letter.messages.map(() => faultOfSilence(error)));
  }

  async function sendMany(messages: readonly OutgoingMessage[]): Promise<readonly SendOutcome[]> {
    const outcomes = new Map<OutgoingMessage, SendOutcome>();
    const mail = async (letter: Letter) => {
      const told = await deliver(letter);
      for (const [index, message] of letter.messages.entries()) outcomes.set(message, told[index] ?? later);
    };
    for (const letters of await sort(messages, make)) await Promise.all(letters.map(mail));
    return messages.map((message) => outcomes.get(message) ?? later);
  }

  return {
    name: 'viber',
    abilities,
    fetchPicture,
    send: async (message) => attempt(message.address, await make(message)),
    get sendMany() {
      return mayBroadcast ? sendMany : undefined;
    },
  };
}

const later: SendOutcome = { status: 'slow_down', retryAfterMs: 1000, chatOnly: true };

/** Puts together what says the same, in rounds: the second message to somebody comes after the first. */
async function sort(messages: readonly OutgoingMessage[], make: MessageMaker): Promise<Letter[][]> {
  const rounds: Map<string, Letter>[] = [];
  const earlier = new Map<string, number>();
  for (const message of messages) {
    const nth = earlier.get(message.address) ?? 0;
    earlier.set(message.address, nth + 1);
    const letters = rounds[nth] ?? new Map<string, Letter>();
    rounds[nth] = letters;
    const contents = await make(message);
    const key = JSON.stringify(contents);
    const letter = letters.get(key) ?? { contents, messages: [] };
    letter.messages.push(message);
    letters.set(key, letter);
  }
  return rounds.map((letters) => [...letters.values()]);
}
