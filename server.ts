import type { AddressInfo } from 'node:net';
import { type HttpBindings, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { pino } from 'pino';
import { analystOnThread, type DrawingAnalyst } from './analyst_on_thread.ts';
import { createApi } from './api/app.ts';
import type { Channel } from './bots/channel.ts';
import { createDispatcher, type Dispatcher } from './bots/dispatcher.ts';
import { createRenderer, type DrawPicture } from './bots/render.ts';
import { createClaimPage } from './bots/web/claim.tsx';
import { createExportPage } from './bots/web/export.tsx';
import { faultAnswers } from './bots/web/http.ts';
import { type EndingClock, openPlaygroundClock, type Passing } from './bots/web/playground/clock.ts';
import { createSiteChat } from './bots/web/site.tsx';
import { createStartingDoor } from './bots/web/starting.tsx';
import { createSessionToken } from './bots/web/tokens.ts';
import { runHandedOver } from './cli.ts';
import { openControlDoor } from './control.ts';
import { SvoiError } from './core/errors.ts';
import { createIds } from './core/ids.ts';
import type { Database } from './db/database.ts';
import { faultOf } from './db/faults.ts';
import { openDatabase } from './db/open.ts';
import { createOutbox, outboxDepth } from './db/outbox.ts';
import { createRandom } from './db/random.ts';
import { createShops } from './db/shops.ts';
import { createValues } from './db/values.ts';
import { runErrands } from './errands.ts';
import { apiParts } from './http.ts';
import { settleDue, settleNotices } from './jobs.ts';
import { goOnWithJourneys as goOnWithAll } from './journeys_work.ts';
import { createChatLinks } from './links.ts';
import { takeList } from './lists.ts';
import { consentTexts } from './locales/consents.ts';
import { createTranslator } from './locales/translator.ts';
import { messagePictures } from './message_pictures.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { runNightly } from './nightly.ts';
import { type NodeMessengers, openNodeMessengers } from './node_messengers.ts';
import manifest from './package.json' with { type: 'json' };
import { type LivelyPlayground, openPlayground } from './playground.ts';
import { type Bustle, nextStopOf, passTime, silence } from './playground_time.ts';
import { scoreNewProfiles } from './rfm.ts';
import { type Background, createBackground, eachInTurn } from './runner.ts';
import { parseSettings, type Settings } from './settings.ts';
import { createSvoi, type Svoi } from './svoi.ts';
import { openWebParts } from './web.ts';
import { createWebPages } from './web_pages.ts';

const realClock = { now: () => Date.now() };
/** How often due points are looked for: exact to a second, and one look-up of an index when nothing is due. */
const jobsEveryMs = 1000;

/** Where a running server listens, and how to end it. */
interface Running {
  readonly url: string;
  /** Takes nothing more; resolves when all that was taken has been done. The database stays open. */
  stop(): Promise<void>;
}

/** How the process is ended at this moment. */
interface Ending {
  stop(): Promise<void>;
  /** Closes the database: what is under way then is undone, or done by the next start. */
  close(): void;
}

/** Under the ten seconds that containers are given: what takes longer is gone on with by the next start. */
const longestStopMs = 8000;

/** What everything in the process is joined to. */
interface Core {
  readonly settings: Settings;
  readonly log: pino.Logger;
  readonly svoi: Svoi;
  /** Draws pictures of reports, and those of messages. */
  readonly drawPng: DrawingAnalyst['draw'];
  readonly drawPicture: DrawPicture;
  readonly clock: EndingClock;
  readonly metrics: Metrics;
  /** Notices, journeys, errands, and what falls due by the clock. */
  readonly background: Background;
  /** Writes down that work of the background failed: it is tried again, unless the disk failed. */
  failed(message: string): (error: unknown) => void;
  /** Ends the process: nothing may be acknowledged after the disk failed. */
  fatal(error: unknown): void;
  writerStopped(): boolean;
  /** Where it listens, as it is reached on this machine; empty before it does. */
  url(): string;
  listensAt(url: string): void;
  /** Notices are due: said after a commit or a result of sending that made some due. */
  goOnWithNotices(): void;
  /** The staff asked for something that takes its time. */
  goOnWithErrands(): void;
  /** Set once the dispatcher is there. */
  wake(): void;
  onWake(wake: () => void): void;
  /** Takes what goes on in a playground while its clock is put forward. */
  onBustle(bustle: Bustle): void;
}

/** A door that is open. */
interface Listening {
  readonly url: string;
  /** Something else answers from now on. */
  answerBy(next: Answering): void;
  close(): Promise<void>;
}

/** What answers requests. */
type Answering = Pick<Hono<{ Bindings: HttpBindings }>, 'fetch'>;

/**
 * Starts Svoi as one process: database, API, channels, jobs. Refuses a database in use. `ending` closes the database from
 * the moment it is open.
 */
async function start(settings: Settings, ending: Ending): Promise<Running> {
  const log = pino({ level: settings.LOG_LEVEL, serializers: { error: pino.stdSerializers.err } });
  const { DATABASE_URL: url, DATABASE_AUTH_TOKEN: authToken } = settings;
  const database = await openDatabase({ url, authToken });
  ending.close = database.close;
  const core = await createCore(settings, database, log);
  const starting = createStartingDoor();
  const listening = await listen(starting.app, settings);
  core.listensAt(listening.url);
  const { app, channels, messengers, playground } = await openDoors(core, starting.progress);
  const dispatcher = await startDispatcher(core, channels);
  if (playground) {
    const delivered = async () => {
      await dispatcher.idle();
      await playground.arrive();
    };
    core.onBustle({ live: playground.crowd.live, delivered });
  }
  const control = await openControlDoor(url, (argv, io) => runHandedOver(argv, core.svoi, io));
  startJobs(core);
  listening.answerBy(app);
  for (const messenger of messengers) messenger.start?.();
  return {
    url: listening.url,
    async stop() {
      const ended = Promise.all([core.background.end(), core.clock.end()]);
      playground?.close();
      await listening.close();
      await control.close();
      // What is in flight still needs its connection.
      await dispatcher.stop();
      await Promise.all(messengers.map((messenger) => messenger.stop?.()));
      // Work under way ends at what it would write or ask next.
      await core.svoi.writer.close();
      core.svoi.analyst.close();
      await ended;
      await database.checkpoint?.();
    },
  };
}

async function createCore(settings: Settings, database: Database, log: pino.Logger): Promise<Core> {
  let wake = (): void => {};
  let goOnWithNotices = (): void => {};
  let goOnWithErrands = (): void => {};
  let goOnWithJourneys = (): void => {};
  let url = '';
  let stopped = false;
  const fatal = (error: unknown) => {
    stopped = true;
    log.fatal({ error }, 'the database failed: stopping, so that nothing more is acknowledged');
    setTimeout(() => process.exit(1), 100);
  };
  const metrics = createMetrics(() => outboxDepth(database));
  let bustle = silence;
  const clock = await openClock(settings, database, {
    nextStop: (from, until) => nextStopOf(core.svoi)(from, until),
    settle: (since) => passTime(core.svoi, since, bustle),
  });
  const { DATABASE_URL, DATABASE_AUTH_TOKEN: authToken } = settings;
  const analyst = analystOnThread({ url: DATABASE_URL, authToken });
  const svoi = await createSvoi({
    analyst,
    ...{ database, clock, ids: createIds(createRandom()), random: createRandom() },
    onMessages: () => wake(),
    onNotices: () => goOnWithNotices(),
    onJourneys: () => goOnWithJourneys(),
    onErrands: () => goOnWithErrands(),
    onCommit: metrics.commit,
    onFatal: fatal,
  });
  const failed = (message: string) => (error: unknown) => {
    log.error({ error }, `${message}; it is tried again`);
    if (faultOf(error) === 'fatal') fatal(error);
  };
  const background = createBackground();
  const { oneAtATime } = background;
  goOnWithNotices = oneAtATime(() => settleNotices(svoi), failed('a notice could not go on'));
  goOnWithJourneys = oneAtATime(() => goOnWithAll(svoi), failed('a journey could not go on'));
  goOnWithErrands = oneAtATime(() => runErrands(svoi), failed('what the staff asked for failed'));
  const core: Core = {
    goOnWithNotices,
    goOnWithErrands,
    ...{ settings, log, svoi, clock, metrics, background, failed, fatal },
    drawPng: analyst.draw,
    drawPicture: messagePictures(svoi, analyst.draw),
    writerStopped: () => stopped,
    url: () => url,
    listensAt: (at) => {
      url = at;
    },
    wake: () => wake(),
    onWake: (next) => {
      wake = next;
    },
    onBustle: (next) => {
      bustle = next;
    },
  };
  return core;
}

/** The real clock; in the playground one that can be put forward. */
async function openClock(settings: Settings, database: Database, passing: Passing): Promise<EndingClock> {
  if (settings.SVOI_MODE === 'playground') {
    return openPlaygroundClock(createValues(database), realClock, passing);
  }
  return { ...realClock, jump: async () => {}, underWay: () => undefined, end: async () => {} };
}

/** How a made-up person's browser names itself. */
const browserHeaders = { 'user-agent': 'Mozilla/5.0 (Linux; Android 14) Gecko/130.0 Firefox/130.0' };

/** Everything that listens: the API, the site chat, the messengers' webhooks, the playground. */
async function openDoors(core: Core, onProgress: (share: number) => void) {
  const { svoi, settings, clock, log } = core;
  const web = await openWebParts(svoi.database);
  const { messengers, pages } = await messengersOf(core);
  const links = createChatLinks({ messengers, publicUrl: settings.PUBLIC_URL, clock: realClock });
  svoi.useLinks(links);
  const { PUBLIC_URL } = settings;
  const isPlayground = settings.SVOI_MODE === 'playground';
  svoi.useSite(() => ({ url: PUBLIC_URL ?? core.url(), isPublic: PUBLIC_URL !== undefined, isPlayground }));
  const shops = createShops({ database: svoi.database, clock, ids: svoi.ids });
  const api = createApi(
    apiParts(svoi, {
      ...{ shops, consentTexts, version: manifest.version, metrics: core.metrics, claimUrl: links.claim },
      chatSessions: { create: (phone, expiresAt) => createSessionToken(web.secret, phone, expiresAt) },
      ...{ writerStopped: core.writerStopped, drawPng: core.drawPng },
      log: { error: (details, message) => log.error(details, message) },
      addressOf: (_, env) => (env as HttpBindings | undefined)?.incoming?.socket.remoteAddress,
    }),
  );
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError(faultAnswers((error) => log.error({ error }, 'a request failed')));
  app.route('/', createClaimPage({ links: links.all }));
  app.route(
    '/',
    createWebPages(svoi, {
      ...{ links: links.all, hasSiteChat: true },
      onError: (error) => log.error({ error }, 'an opened link could not be counted'),
    }),
  );
  app.route('/', createExportPage({ take: (token) => takeList(svoi, token) }));
  const site = createSiteChat({ ...web, handle: svoi.handleEvent, clock });
  const channels: Channel[] = [site.channel];
  let playground: LivelyPlayground | undefined;
  app.route('/', site.app);
  for (const page of pages) app.route('/', page);
  for (const { channel, paths, webhook } of messengers) {
    channels.push(channel);
    for (const path of paths) app.all(path, (c) => webhook(c.req.raw));
  }
  if (isPlayground) {
    const render = createRenderer(createTranslator());
    const calls = async (request: Request) => api.fetch(request);
    const year =
      settings.PLAYGROUND_HISTORY === 'year' ? { year: { onBegin: () => tellOfYear(core), onProgress } } : {};
    const follow = async (path: string) => {
      await app.request(new URL(path, core.url()), { headers: browserHeaders });
    };
    playground = await openPlayground(svoi, { web, shops, clock, render, api: calls, follow, ...year });
    channels.push(...playground.channels);
    app.route('/', playground.app);
  } else {
    app.get('/', (c) => c.redirect('/docs'));
  }
  svoi.useChannels(channels);
  app.mount('/', (request, env) => api.fetch(request, env), { replaceRequest: false });
  return { app, channels, messengers, playground };
}

function messengersOf({ settings, svoi, log, url, drawPicture }: Core): Promise<NodeMessengers> {
  return openNodeMessengers({
    url,
    print: console.log,
    random: Math.random,
    ...{ settings, program: svoi.program, clock: realClock, drawPicture },
    handle: svoi.handleEvent,
    receipts: svoi.handleReceipts,
    log: (level, message) => log[level](message),
  });
}

async function startDispatcher(core: Core, channels: readonly Channel[]): Promise<Dispatcher> {
  const { svoi, clock, log, settings } = core;
  const outbox = createOutbox(svoi.database);
  // Only a file is ours alone: on a server another process may be sending what it leased.
  if (settings.DATABASE_URL.startsWith('file:')) await outbox.releaseLeases(clock.now());
  const dispatcher = createDispatcher({
    ...{ channels, outbox, clock, random: Math.random, drawPicture: core.drawPicture },
    render: createRenderer(createTranslator()),
    formats: () => svoi.program(),
    book: svoi.program,
    onSettled: core.goOnWithNotices,
    onSent: core.metrics.sent,
    onError(error, channel) {
      log.error({ error, channel }, 'a message could not be handled');
      if (faultOf(error) === 'fatal') core.fatal(error);
    },
  });
  core.onWake(dispatcher.wake);
  dispatcher.start();
  return dispatcher;
}

function startJobs({ svoi, background, failed, goOnWithErrands }: Core): void {
  const isShared = svoi.database.kind === 'server';
  const run = async () => {
    goOnWithErrands();
    // Another process may have put a program in force.
    if (isShared) await svoi.reloadProgram();
    await eachInTurn(svoi, [settleDue, (one) => runNightly(one), scoreNewProfiles]);
  };
  background.every(jobsEveryMs, run, failed('work that is due failed'));
}

/** Listens from now on; `first` answers until another does. */
async function listen(first: Answering, settings: Settings) {
  let answering = first;
  const { HOST: hostname, PORT: port } = settings;
  return new Promise<Listening>((resolve, reject) => {
    const fetch: Answering['fetch'] = (request, env) => answering.fetch(request, env);
    const server = serve({ fetch, hostname, port }, (info: AddressInfo) => {
      const host = hostname === '0.0.0.0' || hostname === '127.0.0.1' ? 'localhost' : hostname;
      resolve({
        url: `http://${host}:${info.port}`,
        answerBy: (next) => {
          answering = next;
        },
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new SvoiError('port_in_use', `PORT: ${port} is taken by another program; set another`)
          : error,
      );
    });
  });
}

function tellOfYear({ url }: Core): void {
  console.log(`Making up a year in the life of a shop, this once: ${url()} shows how far it is…`);
}

function greet({ url }: Running, settings: Settings): void {
  const lines =
    settings.SVOI_MODE === 'playground'
      ? [`Svoi is running. Open ${url} and play: phones, a till, people behind the counter, a clock.`]
      : [`Svoi is running at ${url}.`];
  console.log([...lines, `How to post purchases: ${url}/docs`].join('\n'));
}

/** The first signal ends the process in good order, at whatever moment it comes; a second one at once. */
function stopOnSignals(ending: Ending): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    const tooLong = new Promise<void>((resolve) => setTimeout(resolve, longestStopMs));
    await Promise.race([ending.stop(), tooLong]);
    ending.close();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

try {
  const settings = parseSettings(process.env);
  // Before it runs there is nothing to wait for.
  const ending: Ending = { stop: async () => {}, close: () => {} };
  stopOnSignals(ending);
  const running = await start(settings, ending);
  ending.stop = running.stop;
  greet(running, settings);
} catch (error) {
  if (!(error instanceof SvoiError)) throw error;
  console.error(error.message);
  process.exit(1);
}
