import type { Clock } from './core/ports.ts';

/** Links that open a chat of ours: on receipts, in invitations. */
export interface ChatLinks {
  /** Opens the bot, which is told `context`; undefined while there is no bot, or its name is not known yet. */
  telegram(context: string): string | undefined;
  /** Where the code of a receipt leads: to the bot, else to our own page about it; undefined where there is neither. */
  claim(code: string): string | undefined;
  /** Resolves once the bot's name is known, or could not be learned. Never rejects. */
  readonly asked: Promise<void>;
}

/** What links are made of. */
export interface LinkParts {
  readonly bot: { username(): Promise<string> } | undefined;
  /** Where our page about a code is reached from outside. */
  readonly publicUrl?: string | undefined;
  readonly clock: Clock;
}

/** After a failure the bot's name is asked for again so much later. */
const pauseMs = 60_000;

/**
 * Links by the name of the bot. It is asked for in the background from now on: nobody at a till waits for Telegram.
 */
export function createChatLinks({ bot, publicUrl, clock }: LinkParts): ChatLinks {
  let name: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  function ask(): Promise<void> {
    askedAt = clock.now();
    const take = (known: string) => {
      name = known;
    };
    return bot ? bot.username().then(take, () => {}) : Promise.resolve();
  }

  function botName(): string | undefined {
    if (bot && name === undefined && clock.now() - askedAt >= pauseMs) void ask();
    return name;
  }

  const telegram = (context: string) => {
    const known = botName();
    return known && `https://t.me/${known}?start=${context}`;
  };
  return {
    asked: ask(),
    telegram,
    claim: (code) => telegram(`c_${code}`) ?? (publicUrl && `${publicUrl.replace(/\/+$/, '')}/c/${code}`),
  };
}
