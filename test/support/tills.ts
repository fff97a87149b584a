import { type Deferred, deferred } from './deferred.ts';

/** A request of a till. One with an id in its body says, when repeated, that it is a repeat. */
interface Step {
  readonly path: string;
  readonly body?: { readonly id?: string; readonly [field: string]: unknown };
}

/** Something that happens at a till for one customer, in one request or several. */
interface Story {
  readonly name: string;
  /** How many points the customer has more, once all of it is done. */
  readonly net: number;
  steps(id: string, phone: string): readonly Step[];
}

const at = '2026-11-20T14:05:00+02:00';
const spent = 20;
const lamp = { sku: 'lamp', quantity: 1, unit_price: 94_000 };
const cups = { sku: 'cup', quantity: 2, unit_price: 10_000 };

const purchase = (id: string, phone: string, more: object = {}): Step => ({
  path: '/v1/purchases',
  body: { id, at, customer: { phone }, lines: [lamp], ...more },
});
const redemption = (id: string, phone: string): Step => ({
  path: '/v1/redemptions',
  body: { id, ...{ customer: { phone }, points: spent, total: 94_000, ttl_seconds: 3600 } },
});
const refund = (purchaseId: string, id: string, more: object = {}): Step => ({
  path: `/v1/purchases/${purchaseId}/refunds`,
  body: { id, at, ...more },
});

/** What tills do. 5 % of what is paid in money comes back as points, each worth 1.00. */
export const stories: readonly Story[] = [
  { name: 'a purchase', net: 47, steps: (id, phone) => [purchase(id, phone)] },
  {
    name: 'a purchase on credit, and its payment',
    net: 47,
    steps: (id, phone) => [purchase(id, phone, { paid: false }), { path: `/v1/purchases/${id}/payment` }],
  },
  {
    name: 'a purchase partly paid with points',
    net: 46 - spent,
    steps: (id, phone) => [redemption(id, phone), purchase(id, phone, { redemption: id })],
  },
  {
    name: 'points held and taken',
    net: -spent,
    steps: (id, phone) => [redemption(id, phone), { path: `/v1/redemptions/${id}/confirm` }],
  },
  {
    name: 'points held and let go',
    net: 0,
    steps: (id, phone) => [redemption(id, phone), { path: `/v1/redemptions/${id}/cancel` }],
  },
  {
    name: 'goods that go back one by one',
    net: 0,
    steps: (id, phone) => [
      purchase(id, phone, { lines: [lamp, cups] }),
      refund(id, `${id}-cup`, { lines: [{ sku: 'cup', quantity: 1 }] }),
      refund(id, `${id}-rest`),
    ],
  },
  {
    name: 'goods that points helped to pay, and all of it goes back',
    net: 0,
    steps: (id, phone) => [
      redemption(id, phone),
      purchase(id, phone, { redemption: id }),
      refund(id, `${id}-back`),
    ],
  },
];

/** A request and what it was answered. */
export interface Acknowledged extends Step {
  readonly key: string;
  readonly status: number;
  readonly answer: string;
  /** Whether the server said that it had answered before. */
  readonly repeat: boolean;
}

/** A server that comes and goes, as tills see it. */
export interface ServerDoor {
  /** Where the server is now, or once it is there again. */
  url(): Promise<string>;
  open(url: string): void;
  shut(): void;
  /** A till has sent something, or was answered. */
  happened(): void;
  /** Resolves when so much has happened from now on. */
  after(events: number): Promise<void>;
}

/** A door nobody has opened yet. */
export function serverDoor(): ServerDoor {
  let here = '';
  let opened: Deferred = deferred();
  let left = Number.POSITIVE_INFINITY;
  let enough: Deferred = deferred();
  return {
    async url() {
      await opened.promise;
      return here;
    },
    open(url) {
      here = url;
      opened.resolve();
    },
    shut() {
      opened = deferred();
    },
    happened() {
      left -= 1;
      if (left === 0) enough.resolve();
    },
    after(events) {
      left = events;
      enough = deferred();
      return enough.promise;
    },
  };
}

/** Sends a request once. Throws when the connection breaks. */
export async function send(url: string, key: string, { path, body = {} }: Step): Promise<Acknowledged> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  const repeat = response.headers.get('idempotent-replay') === 'true';
  return { path, body, key, status: response.status, answer, repeat };
}

/** Sends a request until it is answered, as a till does: to the server of now, and then to the next one. */
async function sendUntilAnswered(door: ServerDoor, key: string, step: Step): Promise<Acknowledged> {
  for (;;) {
    const url = await door.url();
    door.happened();
    try {
      const acknowledged = await send(url, key, step);
      if (acknowledged.status > 201) throw new Refused(`${step.path}: ${acknowledged.answer}`);
      return acknowledged;
    } catch (error) {
      if (error instanceof Refused) throw error;
    } finally {
      door.happened();
    }
  }
}

class Refused extends Error {}

/** A till at work: what it does, for whom, and where it notes what was acknowledged. */
export interface Till {
  readonly name: string;
  readonly key: string;
  readonly phones: readonly string[];
  random(): number;
  /** Each request that was answered, at once. */
  acknowledged(request: Acknowledged): void;
  /** Points that a customer has won or lost, once a story is through. */
  done(phone: string, net: number): void;
}

/** Lets one thing after the other happen at a till, until `closing`; the last one is finished. */
export async function work(till: Till, door: ServerDoor, closing: () => boolean): Promise<void> {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(till.random() * items.length)] as Item;
  for (let count = 0; !closing(); count += 1) {
    const story = pick(stories);
    const phone = pick(till.phones);
    for (const step of story.steps(`${till.name}-${count}`, phone)) {
      till.acknowledged(await sendUntilAnswered(door, till.key, step));
    }
    till.done(phone, story.net);
  }
}
