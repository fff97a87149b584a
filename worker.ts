import { AsyncLocalStorage } from 'node:async_hooks';
import { createApi } from './api/app.ts';
import type { Messenger } from './bots/channel.ts';
import { createDispatcher } from './bots/dispatcher.ts';
import { createRenderer } from './bots/render.ts';
import { SvoiError } from './core/errors.ts';
import { createIds } from './core/ids.ts';
import type { Database } from './db/database.ts';
import { openWebDatabase } from './db/open-web.ts';
import { createOutbox } from './db/outbox.ts';
import { createRandom } from './db/random.ts';
import { createWriter, type Writer } from './db/writer.ts';
import { runErrands } from './errands.ts';
import { apiParts } from './http.ts';
import { settleDue, settleNotices } from './jobs.ts';
import { goOnWithJourneys } from './journeys_work.ts';
import { createChatLinks } from './links.ts';
import { consentTexts } from './locales/consents.ts';
import { createTranslator } from './locales/translator.ts';
import { messagePictures } from './message_pictures.ts';
import { isCalledAt, openMessengers } from './messengers.ts';
import { runNightly } from './nightly.ts';
import manifest from './package.json' with { type: 'json' };
import { scoreNewProfiles } from './rfm.ts';
import { eachInTurn } from './runner.ts';
import { parseSettings, type Settings } from './settings.ts';
import { createSvoi, type Svoi } from './svoi.ts';
import { createWebPages } from './web_pages.ts';

/** The settings as Cloudflare passes them, by the names of `.env`. */
type Bindings = Readonly<Record<string, string | undefined>>;

/** Cloudflare's context of a request: keeps work alive after the answer. */
interface Execution {
  waitUntil(work: Promise<unknown>): void;
}

/** What an isolate keeps between requests. */
interface Instance {
  readonly svoi: Svoi;
  fetch(request: Request, context: Execution): Response | Promise<Response>;
  /** Sends what is due; resolves when it is sent. */
  dispatch(): Promise<void>;
}

/** What a commit leaves to be done at once. */
type Left = 'messages' | 'errands' | 'journeys';

/** What belongs to one request or one run of the cron: no request may wait for the I/O of another. */
interface Turn {
  readonly writer: Writer;
  /** What its commits left; whoever does a part of it takes that away. */
  readonly left: Set<Left>;
}

const turns = new AsyncLocalStorage<Turn>();
const environment = {
  clock: { now: () => Date.now() },
  ids: createIds(createRandom()),
  random: createRandom(),
};
/** How long a newly applied program may go unnoticed. */
const programMs = 10_000;
let kept: Instance | undefined;
let programReadAt = 0;

/** Svoi on Cloudflare Workers: the API and the webhooks; every minute, what is due. */
export default {
  async fetch(request: Request, bindings: Bindings, context: Execution): Promise<Response> {
    try {
      return await takeTurn(bindings, context, (instance) => instance.fetch(request, context));
    } catch (error) {
      log('error', String(error));
      return unavailable();
    }
  },
  async scheduled(_event: unknown, bindings: Bindings, context: Execution): Promise<void> {
    // What is wrong with one of these keeps no message from going out.
    await takeTurn(bindings, context, ({ svoi, dispatch }) =>
      eachInTurn(svoi, [
        settleDue,
        (one) => runNightly(one),
        scoreNewProfiles,
        (one) => runErrands(one),
        dispatch,
      ]),
    );
  },
};

async function takeTurn<Result>(
  bindings: Bindings,
  context: Execution,
  act: (instance: Instance) => Result | Promise<Result>,
): Promise<Result> {
  const instance = await instanceFor(bindings);
  const turn = openTurn(instance.svoi.database);
  try {
    return await turns.run(turn, () => act(instance));
  } finally {
    if (turn.left.size > 0) context.waitUntil(turns.run(turn, () => goOn(instance, turn)));
  }
}

function openTurn(database: Database): Turn {
  const left = new Set<Left>();
  const leave = (what: Left) => () => void left.add(what);
  return {
    left,
    writer: createWriter({
      ...{ ...environment, database },
      onMessages: leave('messages'),
      onNotices: leave('messages'),
      onErrands: leave('errands'),
      onJourneys: leave('journeys'),
    }),
  };
}

/** What goes on for more rounds than this goes on with the cron. */
const mostRounds = 5;

/** Does what a turn left, and what that leaves in its turn; what fails is the cron's to try again. */
async function goOn({ svoi, dispatch }: Instance, { left }: Turn): Promise<void> {
  for (let round = 0; round < mostRounds && left.size > 0; round += 1) {
    const works = [
      ...(left.delete('errands') ? [() => runErrands(svoi)] : []),
      ...(left.delete('journeys') ? [() => goOnWithJourneys(svoi)] : []),
      dispatch,
    ];
    try {
      await eachInTurn(svoi, works);
    } catch (error) {
      log('error', String(error));
      return;
    }
  }
}

async function instanceFor(bindings: Bindings): Promise<Instance> {
  if (kept && Date.now() - programReadAt < programMs) return kept;
  const instance = kept ?? (await createInstance(parseSettings(bindings)));
  if (kept) await Promise.all([instance.svoi.reloadProgram(), instance.svoi.reloadJourneys()]);
  // Kept once it is complete: a promise kept from a request that was cancelled would never end for the next.
  kept = instance;
  programReadAt = Date.now();
  return instance;
}

async function createInstance(settings: Settings): Promise<Instance> {
  const database = openWebDatabase(serverOf(settings), settings.DATABASE_AUTH_TOKEN);
  const svoi = await createSvoi({ ...environment, database, writer: writerOfTurn() });
  const messengers = messengersFor(settings, svoi);
  const links = createChatLinks({ messengers, clock: environment.clock });
  svoi.useLinks(links);
  svoi.useChannels(messengers.map(({ channel }) => channel));
  const { PUBLIC_URL: url } = settings;
  if (url !== undefined) svoi.useSite(() => ({ url, isPublic: true, hasNoLists: true }));
  const app = createApi(
    apiParts(svoi, {
      version: manifest.version,
      consentTexts,
      claimUrl: links.claim,
      // A commit that fails for good fails its own request; the next one has a writer of its own.
      writerStopped: () => false,
      log: { error: (details, message) => log('error', message, details) },
      addressOf: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
    }),
  );
  const onError = (error: unknown) => log('error', `an opened link could not be counted: ${error}`);
  const pages = createWebPages(svoi, { links: links.all, hasSiteChat: false, onError });
  return {
    svoi,
    dispatch: () => dispatch(database, svoi, messengers),
    fetch(request, context) {
      const { pathname } = new URL(request.url);
      const messenger = messengers.find((one) => isCalledAt(one, pathname));
      if (messenger) return messenger.webhook(request, (work) => context.waitUntil(work));
      return /^\/[lo]\//.test(pathname) ? pages.fetch(request) : app.fetch(request);
    },
  };
}

function serverOf({ DATABASE_URL: url }: Settings): string {
  if (!url.startsWith('file:')) return url;
  throw new SvoiError(
    'invalid_setting',
    'DATABASE_URL: a Worker has no files; put libsql:// of a libSQL server',
  );
}

function writerOfTurn(): Writer {
  const current = () => {
    const turn = turns.getStore();
    if (!turn) throw new Error('a command was submitted outside of a request');
    return turn.writer;
  };
  return {
    submit: (command) => current().submit(command),
    idle: () => current().idle(),
    close: () => current().close(),
  };
}

function messengersFor(settings: Settings, svoi: Svoi): Messenger[] {
  return openMessengers({
    ...{ settings, log, program: svoi.program, clock: environment.clock },
    drawPicture: messagePictures(svoi),
    handle: svoi.handleEvent,
    receipts: svoi.handleReceipts,
  });
}

/** Sends what is due, and goes on with the notices that this reached or did not reach, until nothing is left. */
async function dispatch(database: Database, svoi: Svoi, messengers: readonly Messenger[]): Promise<void> {
  let settled = true;
  const dispatcher = createDispatcher({
    ...environment,
    channels: messengers.map(({ channel }) => channel),
    outbox: createOutbox(database),
    render: createRenderer(createTranslator()),
    drawPicture: messagePictures(svoi),
    formats: svoi.program,
    book: svoi.program,
    onSettled() {
      settled = true;
    },
    onError: (error) => log('error', String(error)),
  });
  dispatcher.start();
  try {
    while (settled) {
      settled = false;
      await settleNotices(svoi);
      turns.getStore()?.left.delete('messages');
      dispatcher.wake();
      await dispatcher.idle();
    }
  } finally {
    await dispatcher.stop();
  }
}

function log(level: string, message: string, details: object = {}): void {
  console.log(JSON.stringify({ level, message, ...details }));
}

function unavailable(): Response {
  const code = 'unavailable';
  const detail = 'the Worker could not start; its log says why';
  const problem = { type: 'about:blank', title: 'Unavailable', status: 503, code, detail };
  return new Response(JSON.stringify(problem), {
    status: 503,
    headers: { 'content-type': 'application/problem+json' },
  });
}
