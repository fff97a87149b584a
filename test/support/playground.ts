import type { Hono } from 'hono';
import { createApi } from '../../api/app.ts';
import { createDispatcher } from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import type { Timers } from '../../bots/timers.ts';
import { faultAnswers } from '../../bots/web/http.ts';
import type { Way } from '../../bots/web/playground/clock.ts';
import { chatOf, type PhoneId } from '../../bots/web/playground/phones.ts';
import type { Call } from '../../bots/web/playground/till.ts';
import { createSiteChat } from '../../bots/web/site.tsx';
import { createOutbox } from '../../db/outbox.ts';
import { createShops } from '../../db/shops.ts';
import { runErrands } from '../../errands.ts';
import { apiParts } from '../../http.ts';
import { settleNotices } from '../../jobs.ts';
import { goOnWithJourneys as goOnWithAll } from '../../journeys_work.ts';
import { consentTexts } from '../../locales/consents.ts';
import { createTranslator } from '../../locales/translator.ts';
import { messagePictures } from '../../message_pictures.ts';
import { openPlayground } from '../../playground.ts';
import { nextStopOf, passTime, silence } from '../../playground_time.ts';
import { createBackground } from '../../runner.ts';
import { openWebParts, type WebParts } from '../../web.ts';
import type { SeenMessage } from '../contract/channel.ts';
import { type TestSvoi, type TestSvoiOptions, testSvoi } from './svoi.ts';
import { seenIn, sendJson } from './web.ts';

/** The playground over a new database, without a browser: phones to use, a till to sell at. */
export interface TestPlayground extends Omit<TestSvoi, 'close'> {
  readonly app: Hono;
  readonly web: WebParts;
  /** What the person at a phone does; the answers have been sent when it resolves. */
  act(phone: PhoneId, said: object): Promise<Response>;
  change(phone: PhoneId, change: object): Promise<Response>;
  sell(sale: object): Promise<Call>;
  /** Anything else done at the till: `{do: 'refund', …}`. */
  till(action: object): Promise<Call>;
  post(path: string, body: unknown): Promise<Response>;
  /** What the chat with this number shows. */
  seen(channel: 'telegram' | 'viber' | 'whatsapp' | 'sms', number: string): Promise<SeenMessage[]>;
  /** Does what is due now, and waits until it has been sent and has arrived. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Messages arrive when a test has waited for the dispatcher, not when some time has passed. */
const never: Timers = { now: () => 0, after: () => () => {} };

/** Joins everything as the server does in playground mode. */
export async function testPlayground(
  timers = never,
  options: Pick<TestSvoiOptions, 'through'> = {},
): Promise<TestPlayground> {
  let wake = (): void => {};
  let goOn = (): void => {};
  let goOnWithErrands = (): void => {};
  let goOnWithJourneys = (): void => {};
  const writer = {
    onMessages: () => wake(),
    onNotices: () => goOn(),
    onErrands: () => goOnWithErrands(),
    onJourneys: () => goOnWithJourneys(),
  };
  const here = await testSvoi({ writer, ...options });
  const { svoi } = here;
  const { database, ids } = svoi;
  const web = await openWebParts(database);
  const shops = createShops({ database, clock: here.clock, ids });
  const log = { error: (details: object) => expectNoFault(details) };
  const api = createApi(
    apiParts(svoi, { version: 'test', writerStopped: () => false, consentTexts, log, shops }),
  );
  const render = createRenderer(createTranslator());
  let way: Way | undefined;
  const jump = async (milliseconds: number) => {
    const end = here.clock.now() + milliseconds;
    way = { from: here.clock.now(), until: end };
    while (here.clock.now() < end) {
      const since = here.clock.now();
      const stop = (await nextStopOf(svoi)(since, end)) ?? end;
      here.clock.advance(stop - since);
      await passTime(svoi, since, { live: crowd.live, delivered });
    }
    way = undefined;
  };
  const { app, channels, arrive, close, crowd } = await openPlayground(svoi, {
    ...{ web, shops, render, timers },
    clock: { now: here.clock.now, jump, underWay: () => way },
    api: async (request) => api.fetch(request),
    follow: async (path) => {
      await app.request(path);
    },
  });
  const delivered = async () => {
    await dispatcher.idle();
    await arrive();
  };
  const site = createSiteChat({ ...web, handle: svoi.handleEvent, clock: here.clock });
  app.route('/', site.app);
  app.onError(faultAnswers((error) => console.error(error)));
  svoi.useChannels([site.channel, ...channels]);
  const outbox = createOutbox(database);
  const formats = () => svoi.program();
  const dispatcher = createDispatcher({
    channels: [site.channel, ...channels],
    outbox,
    render,
    drawPicture: messagePictures(svoi),
    formats,
    book: svoi.program,
    onSettled: () => goOn(),
    clock: here.clock,
    random: () => 0,
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const background = createBackground();
  goOn = background.oneAtATime(() => settleNotices(svoi), fail);
  goOnWithErrands = background.oneAtATime(() => runErrands(svoi), fail);
  goOnWithJourneys = background.oneAtATime(() => goOnWithAll(svoi), fail);
  wake = dispatcher.wake;
  dispatcher.start();
  const settled = async (response: Response) => {
    for (const _ of ['sent', 'arrived', 'gone on']) {
      await settleNotices(svoi);
      dispatcher.wake();
      await dispatcher.idle();
      await arrive();
    }
    return response;
  };
  let count = 0;
  const id = () => {
    count += 1;
    return `event-${count}-of-test`;
  };
  const post = async (path: string, body: unknown, method = 'POST') =>
    settled(await sendJson(app, path, body, method));
  const till = async (action: object) => callOf(await post('/playground/till', action));
  return {
    ...{ ...here, app, web, post, till },
    act: (phone, said) => post(`/playground/phones/${phone}/events`, { id: id(), language: 'en', said }),
    change: (phone, change) => post(`/playground/phones/${phone}`, { id: id(), ...change }, 'PUT'),
    sell: (sale) => till({ do: 'sell', locale: 'en', ...sale }),
    seen: (channel, number) => seenIn(web.store, chatOf({ channel, number })),
    settle: () => passTime(svoi, here.clock.now(), { ...silence, delivered }),
    async close() {
      const ended = background.end();
      close();
      await dispatcher.stop();
      await svoi.writer.close();
      await ended;
      here.close();
    },
  };
}

async function callOf(response: Response): Promise<Call> {
  if (!response.ok) throw new Error(`the till was refused: ${response.status} ${await response.text()}`);
  return (await response.json()) as Call;
}

function expectNoFault(details: object): void {
  throw new Error(`the API logged a fault: ${JSON.stringify(details)}`);
}
