/** Hears of news on its topics. Every `next` resolves at once when something came since the one before. */
export interface Listener {
  /** True for news, false when `milliseconds` have passed without any or the listener was closed. */
  next(milliseconds: number): Promise<boolean>;
  close(): void;
}

/** Tells streams of this process that there is something to read. It carries no content: that is in the store. */
export interface Bus {
  publish(topic: string): void;
  /** Listens to every topic for which `wants` is true. */
  listen(wants: (topic: string) => boolean): Listener;
}

/** The topic of a chat. */
export function chatTopic(key: { readonly channel: string; readonly chat: string }): string {
  return `chat:${key.channel}:${key.chat}`;
}

/** A bus within this process. */
export function createBus(): Bus {
  const listeners = new Set<(topic: string) => void>();
  return {
    publish: (topic) => {
      for (const tell of listeners) tell(topic);
    },
    listen(wants) {
      const { tell, ...listener } = createListener(wants, () => listeners.delete(tell));
      listeners.add(tell);
      return listener;
    },
  };
}

function createListener(wants: (topic: string) => boolean, leave: () => void) {
  let news = false;
  let closed = false;
  let wake: (() => void) | undefined;
  return {
    tell(topic: string) {
      if (!wants(topic)) return;
      news = true;
      wake?.();
    },
    async next(milliseconds: number): Promise<boolean> {
      if (!news && !closed) await waitAtMost(milliseconds, (resolve) => (wake = resolve));
      wake = undefined;
      const heard = news && !closed;
      news = false;
      return heard;
    },
    close() {
      closed = true;
      leave();
      wake?.();
    },
  };
}

function waitAtMost(milliseconds: number, arm: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    arm(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
