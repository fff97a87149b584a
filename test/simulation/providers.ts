import type { Channel, OutgoingMessage, SendOutcome } from '../../bots/channel.ts';
import { createDispatcher } from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import type { ChannelName } from '../../core/customers/types.ts';
import { createOutbox, outboxDepth } from '../../db/outbox.ts';
import { createTranslator } from '../../locales/translator.ts';
import type { Svoi } from '../../svoi.ts';
import type { TestClock } from '../support/svoi.ts';
import { testTimers } from '../support/timers.ts';

/** A messenger that fails as often as not, and what it has accepted, in order. */
interface Flaky extends Channel {
  readonly accepted: OutgoingMessage[];
}

/** What a messenger throws now and then, as only a bug of ours would. */
const channelBug = new Error('a bug of this channel');

function flaky(name: ChannelName, random: () => number): Flaky {
  const accepted: OutgoingMessage[] = [];
  const answer = (message: OutgoingMessage): SendOutcome => {
    const luck = random();
    if (luck < 0.3) return { status: 'failed', detail: 'the network' };
    if (luck < 0.32) return { status: 'refused', reason: 'blocked', detail: 'gone' };
    if (luck < 0.35) return { status: 'refused', reason: 'invalid', detail: 'too strange' };
    accepted.push(message);
    return { status: 'sent', providerId: `p-${message.id}` };
  };
  return {
    ...{ name, accepted },
    abilities: {
      ...{ buttons: name === 'telegram', pictures: false, sharePhone: true, edits: false },
      ...{ receipts: 'accepted', textLimit: 4096, ratePerSecond: 1_000_000 },
    },
    async send(message) {
      if (random() < 0.05) throw channelBug;
      return answer(message);
    },
  };
}

/** Sends all that stands in the outbox of `svoi` over messengers that fail; returns what each accepted. */
export async function sendEverything(
  svoi: Svoi,
  clock: TestClock,
  random: () => number,
): Promise<readonly OutgoingMessage[]> {
  const timers = testTimers(clock);
  // A moment passes at each look at the watch, so that the rate of a channel holds up nothing.
  let moments = 0;
  const now = () => (moments += 1);
  const channels = [flaky('telegram', random), flaky('whatsapp', random)];
  const dispatcher = createDispatcher({
    ...{ channels, clock, timers: { ...timers, now }, random, outbox: createOutbox(svoi.database) },
    render: createRenderer(createTranslator()),
    formats: () => svoi.program(),
    onError(error) {
      if (error !== channelBug) throw error;
    },
  });
  dispatcher.start();
  for (;;) {
    await dispatcher.idle();
    const { queued = 0, sending = 0 } = await outboxDepth(svoi.database);
    if (queued + sending === 0) break;
    timers.advance(60_000);
    dispatcher.wake();
  }
  await dispatcher.stop();
  return channels.flatMap(({ accepted }) => accepted);
}
