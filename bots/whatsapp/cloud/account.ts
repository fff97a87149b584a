import { z } from 'zod';
import { callGraph, GraphFault, type GraphOptions, graphRoot } from './graph.ts';

/** A business account as the Graph API knows it: where templates are handed in. */
export interface AccountOptions extends GraphOptions {
  /** Its id; where it is not known, the token is asked. */
  readonly accountId?: string | undefined;
}

/** A template as Meta wants it handed in. */
export interface NewTemplate {
  readonly name: string;
  readonly language: string;
  readonly category: 'MARKETING' | 'UTILITY';
  readonly components: readonly object[];
}

/** A template Meta knows; `status` is `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, …. */
export interface KnownTemplate {
  readonly name: string;
  readonly language: string;
  readonly status: string;
  /** Why it was refused. */
  readonly reason?: string | undefined;
}

/** The templates of an account. Each call throws a `GraphFault` for what the outside does. */
export interface TemplateAccount {
  all(): Promise<readonly KnownTemplate[]>;
  /** Hands one in; the status it has then. */
  submit(template: NewTemplate): Promise<string>;
}

const requestMs = 30_000;
/** So many pages of a hundred at most: an account has 6,000 templates, in several languages each. */
const mostPages = 300;

const scopeSchema = z.object({
  data: z.object({
    granular_scopes: z
      .array(z.object({ scope: z.string(), target_ids: z.array(z.string()).default([]) }))
      .default([]),
  }),
});
const idsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const pageSchema = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      language: z.string(),
      status: z.string(),
      rejected_reason: z.string().optional(),
    }),
  ),
  paging: z.object({ cursors: z.object({ after: z.string().optional() }).optional() }).optional(),
});
const submittedSchema = z.object({ id: z.string(), status: z.string().default('PENDING') });

/** The account that our number belongs to. Throws where it cannot be found out. */
export async function openAccount(options: AccountOptions): Promise<TemplateAccount> {
  const root = graphRoot(options);
  const call = (path: string, init: RequestInit = {}) =>
    callGraph(`${root}${path}`, options.token, { ...init, signal: AbortSignal.timeout(requestMs) });
  const account = options.accountId ?? (await accountOf(options, call));
  return {
    async all() {
      const known: KnownTemplate[] = [];
      let after: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
        const fields = 'name,language,status,rejected_reason';
        const path = `/${account}/message_templates?fields=${fields}&limit=100${from}`;
        const { data, paging } = parsed(pageSchema, await call(path));
        known.push(...data.map(({ rejected_reason: reason, ...one }) => ({ ...one, reason })));
        after = paging?.cursors?.after;
        if (after === undefined || data.length === 0) break;
      }
      return known;
    },
    async submit(template) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(template);
      const made = await call(`/${account}/message_templates`, { method: 'POST', headers, body });
      return parsed(submittedSchema, made).status;
    },
  };
}

type Call = (path: string) => Promise<unknown>;

/**
 * A token tells which accounts it may manage; of several, ours has our number.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/solution-providers/manage-accounts
 */
async function accountOf({ token, phoneNumberId }: GraphOptions, call: Call): Promise<string> {
  const { data } = parsed(scopeSchema, await call(`/debug_token?input_token=${encodeURIComponent(token)}`));
  const scopes = data.granular_scopes.filter(({ scope }) => scope.startsWith('whatsapp_business'));
  const ids = [...new Set(scopes.flatMap(({ target_ids }) => target_ids))];
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return only;
  for (const id of ids) {
    const numbers = parsed(idsSchema, await call(`/${id}/phone_numbers?fields=id&limit=100`));
    if (numbers.data.some((number) => number.id === phoneNumberId)) return id;
  }
  throw new GraphFault('the token does not tell its business account: set WHATSAPP_BUSINESS_ACCOUNT_ID');
}

function parsed<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const result = schema.safeParse(json);
  if (!result.success) throw new GraphFault('the Graph API answered something else than it should');
  return result.data;
}
