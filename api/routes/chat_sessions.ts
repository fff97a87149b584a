import { z } from '@hono/zod-openapi';
import { parsePhone } from '../../core/customers/phone.ts';
import { invalidRequest, ProblemError, problem } from '../errors.ts';
import { wrongPhone } from '../references.ts';
import { identifier, utc, utcSchema } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const longestSeconds = 86_400;

const bodySchema = z
  .strictObject({
    phone: identifier(40).openapi({
      description: 'The phone of the customer who is signed in on your site',
      example: '+380671234567',
    }),
    ttl_seconds: z.int().min(60).max(longestSeconds).default(3600),
  })
  .openapi('ChatSessionPost');

const sessionSchema = z
  .object({
    session: z.string().openapi({ description: 'For `data-session` of the script tag of the site chat' }),
    expires_at: utcSchema,
  })
  .openapi('ChatSession');

/** The call by which a web shop vouches for a visitor of its site chat. */
export function chatSessionRoutes(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/chat-sessions',
      right: 'customers:vouch',
      tag: 'Site chat',
      summary: 'Vouch for a visitor of the site chat',
      description:
        'Your site knows who is signed in: with this session the chat on your page knows it too, and asks for no proof of the phone. Call it from your server, for the phone of the signed-in customer only: who has the session is that customer.',
      body: bodySchema,
      examples: {
        visitor: { summary: 'A customer who has signed in', value: { phone: '+380671234567' } },
      },
      answers: { 201: { description: 'A session', schema: sessionSchema } },
      problems: ['not_found'],
    },
    async ({ body }) => {
      const { chatSessions, clock, program } = api.parts;
      if (!chatSessions) throw new ProblemError(problem('not_found', 'this installation has no site chat'));
      const phone = parsePhone(body.phone, program().country);
      if (!phone) {
        throw new ProblemError(invalidRequest([{ pointer: '/phone', detail: wrongPhone(program()) }]));
      }
      const expiresAt = Math.floor(clock.now() / 1000 + body.ttl_seconds) * 1000;
      const session = await chatSessions.create(phone, expiresAt);
      return { status: 201, body: { session, expires_at: utc(expiresAt) } };
    },
  );
}
