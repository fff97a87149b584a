import { z } from 'zod';
import { extensionOf, type Image } from '../../../core/messaging/images.ts';
import type { FetchOutcome } from '../../channel.ts';
import { fetchBytes } from '../../fetching.ts';

/** How to reach the Graph API as one business phone number. */
export interface GraphOptions {
  readonly token: string;
  readonly phoneNumberId: string;
  /** Like `https://graph.facebook.com`. */
  readonly apiRoot: string;
}

/** The calls of the Graph API that Svoi makes. Each throws a `GraphFault` for what the outside does. */
export interface Graph {
  /** Sends a message; returns its wamid. `deadline` ends the call. */
  send(payload: object, deadline: AbortSignal): Promise<string>;
  /** Uploads a picture to be sent within 30 days; returns the id of the medium. */
  upload(image: Image, deadline: AbortSignal): Promise<string>;
  /** Fetches a medium that somebody sent, up to `mostBytes`. */
  download(id: string, mostBytes: number): Promise<FetchOutcome>;
  /** What is known of our number. */
  number(): Promise<BusinessNumber>;
  /** Sends our number's webhooks to `url`, which WhatsApp calls at once with `verifyToken`. */
  callAt(url: string, verifyToken: string): Promise<void>;
}

/** A call that did not work: `code` is the Graph API's own, absent where the network failed or the answer made no sense. */
export class GraphFault extends Error {
  readonly status: number | undefined;
  readonly code: number | undefined;
  /** How long the answer asked us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    detail: string,
    {
      status,
      code,
      retryAfterMs,
    }: { status?: number; code?: number; retryAfterMs?: number | undefined } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Versions live for two years; this one knows business-scoped user ids. */
const version = 'v25.0';
const requestMs = 15_000;

const sentSchema = z.object({ messages: z.array(z.object({ id: z.string().min(1) })).min(1) });
const mediumSchema = z.object({ id: z.string().min(1) });
/** https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media: the address works for five minutes. */
const placeSchema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  file_size: z.coerce.number().optional().catch(undefined),
});
const numberSchema = z.object({
  display_phone_number: z.string(),
  verified_name: z.string().optional(),
  quality_rating: z.string().optional(),
  webhook_configuration: z
    .object({
      phone_number: z.string().optional(),
      whatsapp_business_account: z.string().optional(),
      application: z.string().optional(),
    })
    .optional(),
});
const errorSchema = z.object({
  error: z.object({
    message: z.string().default('no reason given'),
    code: z.int(),
    error_data: z.object({ details: z.string().optional() }).optional().catch(undefined),
  }),
});

/** A business number as the Graph API describes it. */
export type BusinessNumber = z.output<typeof numberSchema>;

/** A client for one number. No error it throws holds the token. */
export function createGraph({ token, phoneNumberId, apiRoot }: GraphOptions): Graph {
  const base = graphRoot({ apiRoot });
  const root = `${base}/${phoneNumberId}`;
  const authorization = `Bearer ${token}`;

  const call = (path: string, init: RequestInit, from = root) => callGraph(`${from}${path}`, token, init);

  const post = (path: string, payload: object, deadline: AbortSignal) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
      signal: deadline,
    });

  return {
    async send(payload, deadline) {
      const sent = parsed(sentSchema, await post('/messages', payload, deadline));
      return sent.messages[0]?.id ?? '';
    },
    async upload({ type, bytes }, deadline) {
      const body = new FormData();
      body.set('messaging_product', 'whatsapp');
      body.set('type', type);
      body.set('file', new Blob([new Uint8Array(bytes)], { type }), `picture.${extensionOf(type)}`);
      return parsed(mediumSchema, await call('/media', { method: 'POST', body, signal: deadline })).id;
    },
    async download(id, mostBytes) {
      const path = `/${encodeURIComponent(id)}?phone_number_id=${phoneNumberId}`;
      const asked = await call(path, { signal: AbortSignal.timeout(requestMs) }, base);
      const { url, file_size: bytes = 0 } = parsed(placeSchema, asked);
      return bytes > mostBytes ? { status: 'too_large' } : fetchBytes(url, mostBytes, { authorization });
    },
    async number() {
      const fields = 'display_phone_number,verified_name,quality_rating,webhook_configuration';
      return parsed(
        numberSchema,
        await call(`?fields=${fields}`, { signal: AbortSignal.timeout(requestMs) }),
      );
    },
    async callAt(url, verifyToken) {
      const configuration = { override_callback_uri: url, verify_token: verifyToken };
      await post('', { webhook_configuration: configuration }, AbortSignal.timeout(requestMs));
    },
  };
}

/** Where the calls of a version of the Graph API begin. */
export function graphRoot({ apiRoot }: Pick<GraphOptions, 'apiRoot'>): string {
  return `${apiRoot.replace(/\/+$/, '')}/${version}`;
}

/** One call: the JSON of its answer. Throws a `GraphFault` for what the outside does; none holds the token. */
export async function callGraph(url: string, token: string, init: RequestInit): Promise<unknown> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  const response = await reach(url, { ...init, headers });
  const body = await response.text().catch((error) => {
    throw new GraphFault(reasonOf(error));
  });
  if (!response.ok) throw faultIn(response, body);
  return parseJson(body);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new GraphFault(reasonOf(error));
  }
}

/** Why the network failed: the innermost code, where there is one. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

function faultIn(response: Response, body: string): GraphFault {
  const { status } = response;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  const found = errorSchema.safeParse(parseJson(body));
  if (!found.success) return new GraphFault(`HTTP ${status}`, { status, retryAfterMs });
  const { code, message, error_data: data } = found.data.error;
  return new GraphFault(`${code} ${data?.details ?? message}`, { status, code, retryAfterMs });
}

function parsed<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const result = schema.safeParse(json);
  if (!result.success) throw new GraphFault('the Graph API answered something else than it should');
  return result.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
