import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Submitted } from '../core/ports.ts';
import { type Right, type Shop, scopesWith } from '../core/shops.ts';
import type { Guard } from './auth.ts';
import { parseJson, readBytes, requireJson, requireType } from './body.ts';
import {
  detailsOf,
  invalidRequest,
  type Problem,
  type ProblemCode,
  ProblemError,
  problemKinds,
  refusalProblem,
} from './errors.ts';
import type { GuessLimit } from './guesses.ts';
import type { ApiParts } from './parts.ts';
import { problemSchema } from './schemas.ts';

/** What travels with a request: its id, and the pattern of its route for the metrics. */
export interface ApiEnv {
  Variables: { requestId: string; route: string };
}

/** The API while its calls are being added. */
export interface Api {
  readonly app: OpenAPIHono<ApiEnv>;
  readonly parts: ApiParts;
  readonly guard: Guard;
  readonly guesses: GuessLimit;
  /** What writes each call into the document, once that is asked for: it takes longer than to add all calls. */
  readonly descriptions: (() => void)[];
}

/** The most bytes of a body, unless a call says otherwise. */
const defaultBodyLimit = 1024 * 1024;

/** What a call can answer when all goes well: a schema for each status. */
type Answers = Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;

/** One answer of those a call can give. */
type Reply<All extends Answers> = {
  [Status in keyof All & ContentfulStatusCode]: {
    readonly status: Status;
    readonly body: z.output<All[Status]['schema']>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof All & ContentfulStatusCode];

/** An answer that is no JSON. */
interface OtherMedia {
  readonly media: Response;
}

/** A call as data: from it come its checks, its types and its page of the documentation. */
export interface Call<
  All extends Answers,
  Body extends z.ZodType,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With parameters in braces: `/v1/purchases/{id}/payment`. */
  readonly path: string;
  /** What a key needs the right to do. */
  readonly right: Right;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly bodyLimit?: number;
  /** Instead of JSON: the media types of a body that is taken as its bytes. */
  readonly takes?: readonly string[];
  /** Bodies that work; the tests post them. */
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
  readonly answers: All;
  /** What else than JSON it may answer with 200: media types, as binary. */
  readonly media?: readonly string[];
  /** What can go wrong besides what can go wrong in every call. */
  readonly problems?: readonly ProblemCode[];
}

/** A request that was let in and fits the call. */
export interface Input<Body extends z.ZodType, Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly shop: Shop;
  /** Where it came from, where that is known. */
  readonly address: string | undefined;
  /** Which of these media types the caller likes best; the first, where it is all the same. */
  prefers(types: readonly string[]): string;
  readonly body: z.output<Body>;
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
}

/** Adds a call to the API and to its documentation. */
export function serve<
  All extends Answers,
  Body extends z.ZodType = z.ZodUndefined,
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
>(
  { app, guard, parts, descriptions }: Api,
  call: Call<All, Body, Params, Query>,
  handle: (input: Input<Body, Params, Query>) => Promise<Reply<All> | OtherMedia>,
): void {
  const path = call.path.replaceAll(/{(\w+)}/g, ':$1');
  descriptions.push(() => document(app, call));
  app.on(call.method.toUpperCase(), path, async (c) => {
    c.set('route', call.path);
    const request = c.req.raw;
    const shop = await guard.admit(request, c.env, call.right);
    const bytes = await readBody(request, call);
    await guard.checkSignature(request, bytes, shop);
    const { body, params, query } = parseInput(c, call, bytes);
    const address = parts.addressOf?.(request, c.env);
    const prefers = ([first = '', ...others]: readonly string[]) =>
      accepts(c, { header: 'Accept', supports: [first, ...others], default: first });
    const reply = await handle({ shop, address, prefers, body, params, query });
    if ('media' in reply) return reply.media;
    return c.json(reply.body, reply.status, reply.headers);
  });
}

const noBytes = new Uint8Array();

type BodyOfCall = Pick<Call<Answers, z.ZodType, z.ZodObject, z.ZodObject>, 'body' | 'bodyLimit' | 'takes'>;

async function readBody(request: Request, call: BodyOfCall): Promise<Uint8Array> {
  if (request.method === 'GET' || request.method === 'HEAD') return noBytes;
  if (call.takes) requireType(request.headers, call.takes);
  else if (call.body) requireJson(request.headers);
  return readBytes(request, call.bodyLimit ?? defaultBodyLimit);
}

function parseInput<Body extends z.ZodType, Params extends z.ZodObject, Query extends z.ZodObject>(
  c: Context,
  call: Pick<Call<Answers, Body, Params, Query>, 'body' | 'params' | 'query' | 'takes'>,
  bytes: Uint8Array,
) {
  const { body = z.undefined(), params = z.object(), query = z.object() } = call;
  return {
    body: parsed(
      body,
      call.takes ? bytes : call.body ? parseJson(bytes) : undefined,
      'body',
    ) as z.output<Body>,
    params: parsed(params, c.req.param(), 'parameter') as z.output<Params>,
    query: parsed(query, c.req.query(), 'parameter') as z.output<Query>,
  };
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: 'body' | 'parameter',
): z.output<Schema> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  throw new ProblemError(invalidRequest(detailsOf(outcome.error.issues, where)));
}

/** The result of a use case, or its refusal thrown as a problem. */
export function orRefuse<Result>(outcome: Submitted<Result>): {
  readonly result: Result;
  readonly replayed: boolean;
} {
  if (outcome.ok) return outcome;
  throw new ProblemError(refusalProblem(outcome.refusal));
}

/** What every call can answer when something is wrong. */
const commonProblems = ['unauthorized', 'forbidden', 'invalid_request', 'rate_limited'] as const;
const bodyProblems = ['malformed_json', 'too_large', 'unsupported_media_type'] as const;

function document<
  All extends Answers,
  Body extends z.ZodType,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
>(app: OpenAPIHono<ApiEnv>, call: Call<All, Body, Params, Query>): void {
  const { method, path, tag, summary, description, params, query, body, examples } = call;
  const json = body && { schema: body, ...(examples ? { examples } : {}) };
  const content = json && (call.takes ? mediaOf(call.takes) : { 'application/json': json });
  const ofBody = call.takes ? bodyProblems.filter((code) => code !== 'malformed_json') : bodyProblems;
  const codes = [...commonProblems, ...(body ? ofBody : []), ...(call.problems ?? [])];
  app.openAPIRegistry.registerPath({
    method,
    path,
    summary,
    description: `${description}\n\nScopes: ${scopesWith(call.right).join(', ')}.`,
    operationId: operationId(method, path),
    tags: [tag],
    security: [{ key: [] }],
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      ...(content ? { body: { required: true, content } } : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(call.answers).map(([status, { description, schema }]) => [
          status,
          {
            description,
            content: { 'application/json': { schema }, ...(status === '200' ? mediaOf(call.media) : {}) },
          },
        ]),
      ),
      ...problemAnswers(codes),
    },
  });
}

function mediaOf(types: readonly string[] = []) {
  const schema = { type: 'string', format: 'binary' } as const;
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function operationId(method: string, path: string): string {
  const words = path.split(/[^a-z]+/).filter((word) => word && word !== 'v');
  return [method, ...words]
    .map((word, index) => (index ? word[0]?.toUpperCase() + word.slice(1) : word))
    .join('');
}

function problemAnswers(codes: readonly ProblemCode[]) {
  const statuses = [...new Set(codes.map((code) => problemKinds[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes.filter((code) => problemKinds[code].status === status);
      const description = here.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' ');
      return [status, { description, content: { 'application/problem+json': { schema: problemSchema } } }];
    }),
  );
}

/** A problem as a response. */
export function problemResponse(
  c: Context<ApiEnv>,
  body: Problem,
  headers: Readonly<Record<string, string>> = {},
) {
  return c.body(JSON.stringify(body), body.status, {
    'Content-Type': 'application/problem+json',
    ...headers,
  });
}
