import type { Render } from './bots/render.ts';
import type { Timers } from './bots/timers.ts';
import { createPlayground, type Playground } from './bots/web/playground/app.tsx';
import type { PlaygroundClock } from './bots/web/playground/clock.ts';
import type { Api } from './bots/web/playground/till.ts';
import { crowdPrefix } from './bots/web/playground/year/people.ts';
import { SvoiError } from './core/errors.ts';
import { saveJourney, switchJourney } from './core/journeys/switch.ts';
import { segmentsOf } from './core/messaging/segments.ts';
import { inviteStaff } from './core/staff/invite.ts';
import { DAY_MS, instantOfLocal, localDay } from './core/time.ts';
import { readRow } from './db/database.ts';
import { latestMessages, messageCosts } from './db/message_log.ts';
import { applyProgram } from './db/programs.ts';
import type { NewKey, Shops } from './db/shops.ts';
import { createValues } from './db/values.ts';
import { type Crowd, createCrowd } from './playground_crowd.ts';
import { liveYear, type YearOptions, yearEndedAt } from './playground_year.ts';
import type { Svoi } from './svoi.ts';
import type { WebParts } from './web.ts';

/** What a root has ready when it opens the playground. */
export interface PlaygroundOptions {
  readonly web: WebParts;
  readonly shops: Shops;
  readonly clock: PlaygroundClock;
  readonly render: Render;
  readonly api: Api;
  /** Default: the platform's. */
  readonly timers?: Timers;
  /** A new playground begins with a year of a made-up shop, which tells how far it is; absent: it begins empty. */
  readonly year?: Pick<YearOptions, 'onBegin' | 'onProgress'>;
  /** Opens a path of ours as a browser does. */
  follow(path: string): Promise<void>;
}

/** A playground with the made-up people of its year. */
export interface LivelyPlayground extends Playground {
  readonly crowd: Crowd;
}

/** Joins the playground to a database: its till has a shop and a key of its own, a new key at every start. */
export async function openPlayground(svoi: Svoi, options: PlaygroundOptions): Promise<LivelyPlayground> {
  const { web, shops, year, follow, ...rest } = options;
  await applyPlaygroundProgram(svoi);
  const { key: shopKey, shop } = await playgroundKey(shops);
  if (year) await liveYear({ ...year, database: svoi.database, shopId: shop.id, until: svoi.clock.now() });
  await switchOnJourneys(svoi);
  // What was written to people of the year stands on no phone of the table.
  const yearEnd = await yearEndedAt(svoi.database);
  const playground = await createPlayground({
    ...web,
    ...rest,
    handle: svoi.handleEvent,
    program: svoi.program,
    chatSecret: web.secret,
    shopKey,
    invite: async ({ number, id }) => {
      const invited = await svoi.submit(inviteStaff({ phone: number, role: id, stores: [] }));
      return invited.ok ? invited.result.token : undefined;
    },
    receipts: svoi.handleReceipts,
    nextBirthday: (number) => nextBirthday(number, svoi),
    segments: (text) => segmentsOf(text).parts.length,
    messageLog: async (limit) => ({
      messages: (await latestMessages(svoi.database, limit, crowdPrefix)).filter(({ at }) => at > yearEnd),
      costs: await messageCosts(svoi.database),
    }),
  });
  svoi.useLinks({ open: () => undefined, all: (context) => linksTo(playground, context) });
  const crowd = createCrowd(svoi, shop.id, (code) => follow(`/l/${code}`));
  return { ...playground, crowd };
}

/** How long it is until noon of somebody's next birthday, milliseconds; undefined where it is not known. */
async function nextBirthday(
  number: string,
  { database, program, clock }: Pick<Svoi, 'database' | 'program' | 'clock'>,
): Promise<number | undefined> {
  const row = await readRow(database, 'select birthday from customers where phone = ?', number);
  if (row?.birthday == null) return undefined;
  const birthday = String(row.birthday);
  const { zone } = program();
  const now = clock.now();
  const year = Number(localDay(now, zone).slice(0, 4));
  // Greetings go out at ten: later than that, this year's is over.
  const soonest = now + hoursToNoon * hourMs;
  const noons = [year, year + 1, year + 2].map((each) => {
    const day = Date.UTC(each, Number(birthday.slice(-5, -3)) - 1, Number(birthday.slice(-2)));
    return instantOfLocal(day + DAY_MS / 2, zone);
  });
  const next = noons.find((noon) => noon > soonest);
  return next === undefined ? undefined : next - now;
}

/** From the hour of the greeting to noon. */
const hoursToNoon = 2;
const hourMs = 3_600_000;

/** Links from one phone on the table to another. */
function linksTo(playground: Playground, context: string) {
  const channels = ['telegram', 'viber', 'whatsapp'] as const;
  return channels.map((channel) => ({ channel, url: playground.link(channel, context) }));
}

/** What messages cost in the playground: round figures, so that one sees what a cascade saves. */
const madeUpPrices = {
  viber: { session: 0, outside: 60 },
  whatsapp: { session: 0, utility: 70, marketing: 180, authentication: 70 },
  sms: { segment: 120, countries: {} },
};

/** Nobody sleeps here: whoever plays in the evening sees what comes an hour later. */
const awake = { from: '00:00', to: '00:00' };

/** A verdict takes a hundred people on either side: of a few hundred nearly half are kept apart to compare with. */
const keptApart = 45;

/** Journeys whose messages the phones on the table show: everybody gets them, nobody is kept apart. */
const shownJourneys = ['birthday', 'cart', 'invoice', 'points_burn_7', 'points_burn_1'];
/** Those that the made-up people are moved by. */
const crowdJourneys = ['refill', 'win_back'];

/** The program of a new playground names prices and asks for opinions; one that was changed stays as it is. */
async function applyPlaygroundProgram(svoi: Svoi): Promise<void> {
  const { version, ...definition } = svoi.program();
  if (version > 1) return;
  const nps = { ...definition.nps, on: true };
  const proof = { ...definition.proof, control_percent: keptApart };
  const rules = { ...definition, prices: madeUpPrices, nps, proof, quiet_hours: awake };
  await applyProgram(svoi.database, rules, svoi.clock.now());
  await svoi.reloadProgram();
}

const journeysName = 'playground_journeys';

/** A new playground shows what journeys do; what somebody switched there later stays as it is. */
async function switchOnJourneys(svoi: Svoi): Promise<void> {
  const values = createValues(svoi.database);
  if ((await values.get(journeysName)) !== undefined) return;
  const actor = 'playground';
  for (const journey of svoi.journeys()) {
    const { key, definition } = journey;
    const isShown = shownJourneys.includes(key);
    if (isShown) await svoi.submit(saveJourney({ ...definition, control: 0 }, actor, journey));
    if (isShown || crowdJourneys.includes(key)) await svoi.submit(switchJourney(key, true, actor, journey));
  }
  await svoi.reloadJourneys();
  await values.set(journeysName, 'on');
}

const shopName = 'Playground';

async function playgroundKey(shops: Shops): Promise<NewKey> {
  const added = await shops.add(shopName, 'admin');
  const made = added.ok ? added : await shops.rotate(shopName);
  if (!made.ok) {
    throw new SvoiError('shop_revoked', `the shop "${shopName}" was revoked: start with another database`);
  }
  return made.result;
}
