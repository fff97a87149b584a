import type { z } from 'zod';
import { createApi } from '../../api/app.ts';
import type { Problem } from '../../api/errors.ts';
import type { ApiLimits } from '../../api/parts.ts';
import type { talkSchema } from '../../api/routes/talks.ts';
import type { customerSchema } from '../../api/shapes/customer.ts';
import type { ledgerSchema } from '../../api/shapes/ledger.ts';
import type { redemptionSchema } from '../../api/shapes/redemption.ts';
import type { Scope, Shop } from '../../core/shops.ts';
import { createShops, type Shops } from '../../db/shops.ts';
import { apiParts, type HttpOptions } from '../../http.ts';
import { type TestSvoi, type TestSvoiOptions, testSvoi } from './svoi.ts';

/** What came back: the status, the headers, and the body as JSON (or nothing, where it is not) and as text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
  readonly text: string;
}

/** The bodies of all answers as one, so that a test can look into any of them. */
export interface AnswerBody
  extends Problem,
    Record<'id' | 'customer' | 'next' | 'external_id' | 'consent', string>,
    Pick<
      z.output<typeof customerSchema>,
      'profile' | 'external_ids' | 'last_purchases' | 'consents' | 'tier' | 'talk'
    > {
  readonly points: z.output<typeof customerSchema>['points'] & { readonly earned: number };
  readonly transactions: z.output<typeof ledgerSchema>['transactions'];
  /** Of a list of redemptions. */
  readonly redemptions: readonly z.output<typeof redemptionSchema>[];
  /** Of a page of talks. */
  readonly talks: readonly z.output<typeof talkSchema>[];
  /** Of a batch; absent elsewhere. */
  readonly results?: readonly { readonly status: number; readonly body: AnswerBody }[];
}

/** The API on a fresh database, with a shop of each scope. */
export interface TestApi extends TestSvoi {
  readonly app: ReturnType<typeof createApi>;
  readonly shops: Shops;
  /** What was logged as a fault of ours. */
  readonly faults: readonly { readonly details: object; readonly message: string }[];
  /** A request with the key of `as` (default: the admin's), or with no key. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Makes the health check say that the writer has stopped. */
  stopWriter(): void;
  addShop(
    name: string,
    scope: Scope,
    signed?: boolean,
  ): Promise<{ readonly shop: Shop; readonly key: string }>;
}

export interface CallOptions {
  /** A key, or nobody. */
  readonly as?: string | null;
  /** Sent as JSON; text and bytes are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApiOptions
  extends TestSvoiOptions,
    Partial<Pick<HttpOptions, 'metrics' | 'addressOf' | 'chatSessions' | 'claimUrl' | 'drawPng'>> {
  readonly limits?: Partial<ApiLimits>;
}

const generous = { perSecond: 1e9, burst: 1e9 };

/** Starts the API for one test. Limits are out of the way unless the test sets them. */
export async function testApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { limits, metrics, addressOf, chatSessions, claimUrl, drawPng, ...rest } = options;
  const here = await testSvoi(rest);
  const { database, ids } = here.svoi;
  const shops = createShops({ database, clock: here.clock, ids });
  const faults: { details: object; message: string }[] = [];
  let stopped = false;
  const app = createApi(
    apiParts(here.svoi, {
      shops,
      version: 'test',
      writerStopped: () => stopped,
      consentTexts: (category, locale) => ({ text: `${category} in ${locale}`, version: 1 }),
      log: { error: (details, message) => faults.push({ details, message }) },
      limits: { key: generous, strangers: generous, ...limits },
      ...(metrics ? { metrics } : {}),
      ...(drawPng ? { drawPng } : {}),
      ...(addressOf ? { addressOf } : {}),
      ...(claimUrl ? { claimUrl } : {}),
      chatSessions: chatSessions ?? { create: async (phone) => `session of ${phone}` },
    }),
  );
  const addShop = async (name: string, scope: Scope, signed?: boolean) => {
    const added = await shops.add(name, scope, signed);
    if (!added.ok) throw new Error(added.refusal.detail);
    return added.result;
  };
  const { key } = await addShop('Office', 'admin');
  return {
    ...here,
    app,
    shops,
    faults,
    addShop,
    stopWriter: () => {
      stopped = true;
    },
    async call(method, path, { as = key, body, headers } = {}) {
      const response = await app.request(path, {
        method,
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: bodyOf(body) }),
      });
      return answerOf(response);
    },
  };
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {}, text };
}

/** A purchase of one line over 500.00 by a phone; what is given takes the place of the default. */
export function purchaseBody(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'r-1',
    at: '2026-11-22T11:30:00+02:00',
    customer: { phone: '+380671234567' },
    lines: [{ sku: 'coffee', quantity: 1, unit_price: 50_000 }],
    ...changes,
  };
}
