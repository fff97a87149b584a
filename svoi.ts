import { type Analyst, analystHere } from './analyst.ts';
import type { Channel, EventHandler, FetchOutcome, ReceiptHandler } from './bots/channel.ts';
import type { ChannelName } from './core/customers/types.ts';
import { handleEvent } from './core/dialogs/handle.ts';
import type { Site } from './core/dialogs/turn.ts';
import type { Ids } from './core/ids.ts';
import { journeysInForce } from './core/journeys/in_force.ts';
import { toldAtOnce } from './core/journeys/instant.ts';
import { withEvents } from './core/journeys/triggers/own_events.ts';
import type { Journey, JourneyRules, ShippedJourney } from './core/journeys/types.ts';
import { mostImageBytes } from './core/messaging/images.ts';
import { withNotifications } from './core/messaging/notify.ts';
import { takeReceipt } from './core/messaging/receive.ts';
import { anyChat, type MessagingRules } from './core/messaging/rules.ts';
import type { Clock, Submitted } from './core/ports.ts';
import type { Program } from './core/program/program.ts';
import type { Database } from './db/database.ts';
import { journeysStamp, keptJourneys } from './db/journeys.ts';
import { currentProgram, programSince } from './db/programs.ts';
import { type AnyCommand, createWriter, type Writer, type WriterOptions } from './db/writer.ts';
import type { ChatLinks } from './links.ts';
import { consentTexts } from './locales/consents.ts';
import { shipped as shippedJourneys } from './locales/journeys.ts';

/** The parts every root shares: one database, one writer, the program in force. */
export interface Svoi {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly writer: Writer;
  /** Takes long looks at the database. */
  readonly analyst: Analyst;
  /** The rules in force; a newly applied program counts from the next decision on. */
  program(): Program;
  reloadProgram(): Promise<void>;
  /** The journeys there are, on or off, as last read: those that come with Svoi, and the shop's own. */
  journeys(): readonly Journey[];
  reloadJourneys(): Promise<void>;
  /** The journeys that come with Svoi, as they come. */
  readonly shipped: readonly ShippedJourney[];
  /** What decides about journeys besides facts. */
  journeyRules(): JourneyRules;
  /** Carries out a use case and tells the customer what came of it. */
  submit<Result>(command: AnyCommand<Result>): Promise<Submitted<Result>>;
  /** A link that opens a chat with us and carries `context`; undefined where none is known. */
  chatLink(context: string): string | undefined;
  /** Takes the links that open chats, from the root that knows the messengers. */
  useLinks(links: Pick<ChatLinks, 'open' | 'all'>): void;
  /** Takes where our own pages are, from the root that has them. */
  useSite(site: () => Site | undefined): void;
  /** Takes the channels that are there, from the root that opened them; until then every chat is. */
  useChannels(channels: readonly KnownChannel[]): void;
  /** Fetches a picture that somebody sent on a channel, by what its event called it. */
  fetchPicture(channel: ChannelName, ref: string): Promise<FetchOutcome>;
  /** The program in force and the channels that are there. */
  messagingRules(): MessagingRules;
  /** What a channel calls with each thing that happens in a chat. */
  readonly handleEvent: EventHandler;
  /** What a channel calls with receipts of messages it took. */
  readonly handleReceipts: ReceiptHandler;
}

/** As much of a channel as the policy asks for. */
interface KnownChannel extends Pick<Channel, 'name' | 'fetchPicture'> {
  readonly abilities: Pick<Channel['abilities'], 'receipts' | 'templates'>;
}

/** What Svoi is made of; where requests may not share one writer, the root brings its own. */
export interface SvoiOptions extends WriterOptions {
  readonly writer?: Writer;
  /** Default: looks on the thread that asks. */
  readonly analyst?: Analyst;
  /** The journeys that come with Svoi; default: all of them. */
  readonly shipped?: readonly ShippedJourney[];
}

/** Where the people we write to reach our pages; undefined where they cannot. */
function siteOfPeople(site: Site | undefined): string | undefined {
  return site && (site.isPublic || site.isPlayground) ? site.url : undefined;
}

/** Joins core and database. Channels, HTTP and jobs are joined to it by the root that runs. */
export async function createSvoi(options: SvoiOptions): Promise<Svoi> {
  const { database, clock, ids, writer = createWriter(options) } = options;
  const { analyst = analystHere(database), shipped = shippedJourneys } = options;
  let program = await currentProgram(database);
  const journeys = await openJourneys(database, shipped);
  let links: Pick<ChatLinks, 'open' | 'all'> | undefined;
  const chatLink = (context: string) => links?.open(context);
  const chatLinks = (context: string) => links?.all(context) ?? [];
  let channels = anyChat;
  let doors: readonly KnownChannel[] = [];
  let site: (() => Site | undefined) | undefined;
  const journeyRules = (): JourneyRules => ({ program, channels, site: siteOfPeople(site?.()) });
  let atOnce = toldAtOnce(journeys.all(), journeyRules);
  const messagingRules = (): MessagingRules => ({ ...journeyRules(), atOnce });
  const submit = <Result>(command: AnyCommand<Result>) =>
    writer.submit(withNotifications(withEvents(command), messagingRules));
  return {
    database,
    clock,
    ids,
    writer,
    analyst,
    program: () => program,
    reloadProgram: async () => {
      const newer = await programSince(database, program.version);
      // A look that took longer comes back with less.
      if (newer && newer.version > program.version) program = newer;
    },
    journeys: journeys.all,
    reloadJourneys: async () => {
      if (await journeys.reload()) atOnce = toldAtOnce(journeys.all(), journeyRules);
    },
    shipped,
    journeyRules,
    submit,
    chatLink,
    useLinks: (known) => {
      links = known;
    },
    useSite: (known) => {
      site = known;
    },
    useChannels: (known) => {
      doors = known;
      channels = new Map(
        known.map(({ name, abilities: { receipts, templates = false } }) => [name, { receipts, templates }]),
      );
    },
    fetchPicture: (name, ref) => fetchFrom(doors, name, ref),
    messagingRules,
    handleReceipts: (receipts) => takeReceipts(receipts, writer),
    handleEvent: async (event) => {
      await submit(
        handleEvent(event, {
          program,
          consentTexts,
          chatLink,
          chatLinks,
          channels,
          site,
          journeys: journeys.all,
        }),
      );
    },
  };
}

/** The journeys there are, as last read; of two looks the one that began later counts. `reload`: whether it found others. */
async function openJourneys(database: Database, shipped: readonly ShippedJourney[]) {
  let stamp = await journeysStamp(database);
  let journeys = journeysInForce(shipped, await keptJourneys(database));
  let [looks, shown] = [0, 0];
  return {
    all: (): readonly Journey[] => journeys,
    async reload(): Promise<boolean> {
      looks += 1;
      const look = looks;
      const newest = await journeysStamp(database);
      if (newest === stamp) return false;
      const kept = await keptJourneys(database);
      if (look < shown) return false;
      journeys = journeysInForce(shipped, kept);
      [shown, stamp] = [look, newest];
      return true;
    },
  };
}

/** That a message was taken is known from the answer to the sending. */
async function takeReceipts(receipts: Parameters<ReceiptHandler>[0], writer: Writer): Promise<void> {
  const news = receipts.filter(({ status }) => status !== 'sent');
  await Promise.all(news.map((receipt) => writer.submit(takeReceipt(receipt))));
}

async function fetchFrom(
  doors: readonly KnownChannel[],
  name: ChannelName,
  ref: string,
): Promise<FetchOutcome> {
  const door = doors.find((one) => one.name === name && one.fetchPicture);
  if (!door?.fetchPicture) return { status: 'refused', detail: `${name} hands out no pictures` };
  return door.fetchPicture(ref, mostImageBytes);
}
