import { z } from 'zod';
import { isCardNumber } from '../../../core/customers/card.ts';
import { parsePhone } from '../../../core/customers/phone.ts';
import { type Locale, locales } from '../../../core/customers/types.ts';
import type { Clock } from '../../../core/ports.ts';
import { playgroundWords } from './words.ts';

/** Something to buy. The name is the word `goods.{sku}`, the price in minor units. */
export interface Good {
  readonly sku: keyof ReturnType<typeof playgroundWords>['goods'];
  readonly priceMinor: number;
}

/** What the made-up shop sells. */
export const catalogue: readonly Good[] = [
  { sku: 'beans', priceMinor: 34_900 },
  { sku: 'cappuccino', priceMinor: 8_500 },
  { sku: 'croissant', priceMinor: 7_200 },
  { sku: 'tea', priceMinor: 18_900 },
  { sku: 'mug', priceMinor: 42_000 },
  { sku: 'press', priceMinor: 129_900 },
];

/** The API as the till calls it, in this process or elsewhere. */
export type Api = (request: Request) => Promise<Response>;

/** What the page shows of one call: what was sent, and what came back. */
export interface Call {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
  };
  readonly status: number;
  /** The API had seen the receipt before, and answered as the first time. */
  readonly replayed: boolean;
  readonly answer: unknown;
}

/** What is on the counter: quantities by sku, and whose purchase it is (a phone, a card, or nothing). */
export const saleSchema = z.strictObject({
  locale: z.enum(locales),
  customer: z.string().trim().max(40),
  items: z
    .array(z.strictObject({ sku: z.string(), quantity: z.int().min(1).max(99) }))
    .min(1)
    .max(catalogue.length),
});
export type Sale = z.output<typeof saleSchema>;

/** The till of the made-up shop. It knows nothing of Svoi but the HTTP API and its own key. */
export interface Till {
  sell(sale: Sale): Promise<Call>;
  /** Posts a receipt as it is: what a till does when an answer got lost. */
  post(receipt: unknown): Promise<Call>;
}

/** A till that posts to `api` with `shopKey`. National phone numbers are read in `country`. */
export function createTill(
  parts: { readonly api: Api; readonly shopKey: string; readonly clock: Clock },
  country: () => string,
): Till {
  const post = async (receipt: unknown): Promise<Call> => {
    const path = '/v1/purchases';
    const response = await parts.api(
      new Request(`http://till.local${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${parts.shopKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(receipt),
      }),
    );
    return {
      request: { method: 'POST', path, body: receipt },
      status: response.status,
      replayed: response.headers.get('idempotent-replay') === 'true',
      answer: await answerOf(response),
    };
  };
  return { post, sell: (sale) => post(receiptOf(sale, parts.clock.now(), country())) };
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function receiptOf({ locale, customer, items }: Sale, now: number, country: string) {
  const at = new Date(now).toISOString();
  const { goods } = playgroundWords(locale);
  const lines = items.flatMap(({ sku, quantity }) => {
    const good = catalogue.find((known) => known.sku === sku);
    return good ? [{ sku, name: goods[good.sku], quantity, unit_price: good.priceMinor }] : [];
  });
  const who = customerOf(customer, country);
  return { id: receiptNumber(at), at, ...(who ? { customer: who } : {}), store: 'Playground', lines };
}

/** What cannot be read is sent as it is: the API's own words about it are worth seeing. */
function customerOf(text: string, country: string) {
  if (text === '') return undefined;
  const digits = text.replace(/[\s-]/g, '');
  return isCardNumber(digits) ? { card: digits } : { phone: parsePhone(text, country) ?? text };
}

function receiptNumber(at: string): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return `T1-${at.slice(0, 10).replaceAll('-', '')}-${random.toString(36).toUpperCase().padStart(7, '0')}`;
}

/** The name of a good in the language of the page. */
export function goodName(locale: Locale, good: Good): string {
  return playgroundWords(locale).goods[good.sku];
}
