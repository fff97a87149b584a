import type { Messenger } from './bots/channel.ts';
import type { ChannelName } from './core/customers/types.ts';
import type { Clock } from './core/ports.ts';

/** A link that opens our chat on a messenger. */
export interface ChatLink {
  readonly channel: ChannelName;
  readonly url: string;
}

/** Links that open a chat of ours: on receipts, in invitations, from one messenger to another. */
export interface ChatLinks {
  /** For each messenger whose name is known, a link that opens it and tells it `context`. */
  all(context: string): readonly ChatLink[];
  /** The first of them; undefined where there is none. */
  open(context: string): string | undefined;
  /**
   * Where the code of a receipt leads: to the only messenger, else to our own page with the choice; undefined where
   * there is neither.
   */
  claim(code: string): string | undefined;
  /** Resolves once the messengers' names are known, or could not be learned. Never rejects. */
  readonly asked: Promise<void>;
}

/** What links are made of. */
export interface LinkParts {
  readonly messengers: readonly (Pick<Messenger, 'publicName' | 'link'> & {
    readonly channel: Pick<Messenger['channel'], 'name'>;
  })[];
  /** Where our page about a code is reached from outside. */
  readonly publicUrl?: string | undefined;
  readonly clock: Clock;
}

/** After a failure a messenger's name is asked for again so much later. */
const pauseMs = 60_000;

/**
 * Links by the names the messengers know us under. They are asked for in the background from now on: nobody at a till
 * waits for a messenger.
 */
export function createChatLinks({ messengers, publicUrl, clock }: LinkParts): ChatLinks {
  const doors = messengers.flatMap(({ channel, publicName, link }) =>
    publicName && link ? [createDoor(channel.name, publicName, link, clock)] : [],
  );
  const all = (context: string) => doors.flatMap((door) => door.to(context) ?? []);
  const open = (context: string) => all(context)[0]?.url;
  const page = (code: string) => publicUrl && `${publicUrl.replace(/\/+$/, '')}/c/${code}`;
  return {
    all,
    open,
    claim(code) {
      const links = all(`c_${code}`);
      return (links.length > 1 ? page(code) : undefined) ?? links[0]?.url ?? page(code);
    },
    asked: Promise.all(doors.map((door) => door.asked)).then(() => {}),
  };
}

/** One messenger's links, by a name that is asked for until it is known. */
function createDoor(
  channel: ChannelName,
  publicName: NonNullable<Messenger['publicName']>,
  link: NonNullable<Messenger['link']>,
  clock: Clock,
) {
  let name: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  function ask(): Promise<void> {
    askedAt = clock.now();
    const take = (known: string) => {
      name = known;
    };
    return publicName().then(take, () => {});
  }

  return {
    asked: ask(),
    to(context: string): ChatLink | undefined {
      if (name === undefined && clock.now() - askedAt >= pauseMs) void ask();
      return name === undefined ? undefined : { channel, url: link(name, context) };
    },
  };
}
