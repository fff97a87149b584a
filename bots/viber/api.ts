import { z } from 'zod';
import { parseExactly } from './json.ts';

/** A token of a message exceeds 2^53: it is kept as a string. */
export const messageToken = z.union([z.string().min(1).max(64), z.int()]).transform(String);

const answerSchema = z.object({
  status: z.number(),
  status_message: z.string().catch(''),
  message_token: messageToken.optional().catch(undefined),
  failed_list: z
    .array(z.object({ receiver: z.string(), status: z.number(), status_message: z.string().catch('') }))
    .optional()
    .catch(undefined),
  name: z.string().optional().catch(undefined),
  uri: z.string().optional().catch(undefined),
  webhook: z.string().optional().catch(undefined),
  subscribers_count: z.number().optional().catch(undefined),
});

/** What Viber answered to a call. Anything but status 0 is a refusal, though HTTP said 200. */
export type Answer = z.output<typeof answerSchema>;

/** Calls Viber's REST API. */
export interface ViberApi {
  /** Resolves with Viber's answer, whatever its status; throws `ViberUnreachable` where there was none. */
  call(method: string, payload: object): Promise<Answer>;
}

/** No answer of Viber's: the network failed, or something before Viber answered in its place. */
export class ViberUnreachable extends Error {
  /** How long whoever answered asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Well within the dispatcher's lease, so that a message is never sent again while its first request still runs. */
const requestMs = 15_000;

/** The API at `apiRoot` for the bot with this token. */
export function createViberApi(apiRoot: string, token: string): ViberApi {
  const root = apiRoot.replace(/\/+$/, '');
  return {
    async call(method, payload) {
      const response = await fetch(`${root}/pa/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-viber-auth-token': token },
        body: JSON.stringify(payload),
        // The token goes to Viber and nowhere else.
        redirect: 'manual',
        signal: AbortSignal.timeout(requestMs),
      }).catch(unreachable);
      const body = await response.text().catch(unreachable);
      const answer = response.ok ? answerSchema.safeParse(parseExactly(body)).data : undefined;
      if (answer) return answer;
      throw new ViberUnreachable(`HTTP ${response.status}, not an answer of Viber's`, retryAfterOf(response));
    },
  };
}

function unreachable(error: unknown): never {
  throw new ViberUnreachable(`${error instanceof Error ? error.message : error}${causeOf(error)}`);
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? ` ${cause.code}` : '';
}

function retryAfterOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? 'none');
  if (Number.isFinite(seconds)) return 1000 * seconds;
  return response.status === 429 ? 1000 : undefined;
}
