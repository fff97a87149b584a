/** An update on its way to the bot; confirmed ones are gone. */
export interface PendingUpdate {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

/** Where updates go when there is a webhook. */
export interface Webhook {
  readonly url: string;
  readonly secret_token: string;
}

/** The queue of updates, delivered as Telegram does: to the webhook, or to whoever polls. */
export interface Updates {
  webhook: Webhook | undefined;
  readonly pending: readonly PendingUpdate[];
  /** Queues an update; with a webhook, resolves with the status it was answered with. */
  push(update: Readonly<Record<string, unknown>>): Promise<number | undefined>;
  /** Delivers what is still pending to the webhook again; resolves with the statuses. */
  redeliver(): Promise<(number | undefined)[]>;
  /** Delivers the newest update once more, though it was confirmed: the bot's answer got lost. */
  again(): Promise<number | undefined>;
  /** Confirms what is before `offset` and resolves with what follows, waiting for it at most `timeout` seconds. */
  poll(offset: number, timeout: number): Promise<readonly PendingUpdate[] | 'conflict'>;
  close(): void;
}

/** An empty queue; ids grow from `firstId`. */
export function createUpdates(firstId: number): Updates {
  let pending: PendingUpdate[] = [];
  let nextId = firstId;
  let newest: PendingUpdate | undefined;
  let poller: { answer(result: readonly PendingUpdate[] | 'conflict'): void } | undefined;

  async function deliver(update: PendingUpdate, webhook: Webhook): Promise<number | undefined> {
    const answer = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-telegram-bot-api-secret-token': webhook.secret_token,
      },
      body: JSON.stringify(update),
    }).catch(() => undefined);
    if (answer?.ok) pending = pending.filter((one) => one !== update);
    return answer?.status;
  }

  const updates: Updates = {
    webhook: undefined,
    get pending() {
      return pending;
    },
    async push(content) {
      const update = { update_id: nextId++, ...content };
      newest = update;
      pending = [...pending, update];
      if (updates.webhook) return deliver(update, updates.webhook);
      poller?.answer([update]);
      return undefined;
    },
    async redeliver() {
      const { webhook } = updates;
      return webhook ? Promise.all(pending.map((update) => deliver(update, webhook))) : [];
    },
    async again() {
      const { webhook } = updates;
      return webhook && newest ? deliver(newest, webhook) : undefined;
    },
    poll(offset, timeout) {
      pending = pending.filter((update) => update.update_id >= offset);
      poller?.answer('conflict');
      if (pending.length > 0 || timeout === 0) return Promise.resolve(pending.slice(0, 100));
      return new Promise((resolve) => {
        const timer = setTimeout(() => one.answer([]), timeout * 1000);
        const one = {
          answer(result: readonly PendingUpdate[] | 'conflict') {
            clearTimeout(timer);
            if (poller === one) poller = undefined;
            resolve(result);
          },
        };
        poller = one;
      });
    },
    close: () => poller?.answer([]),
  };
  return updates;
}
