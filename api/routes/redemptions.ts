import { z } from '@hono/zod-openapi';
import type { RedemptionId } from '../../core/ids.ts';
import type { Submitted } from '../../core/ports.ts';
import { spendingRules } from '../../core/program/rules.ts';
import { type Agreed, agreeByCode } from '../../core/redemptions/agree.ts';
import { requestRedemption } from '../../core/redemptions/request.ts';
import { cancelRedemption, confirmRedemption } from '../../core/redemptions/settle.ts';
import { type Redemption, redemptionStatuses } from '../../core/redemptions/types.ts';
import type { Shop } from '../../core/shops.ts';
import { ProblemError, problem, refusalProblem } from '../errors.ts';
import { identifier, utc } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  agreementSchema,
  redemptionInput,
  redemptionPostSchema,
  redemptionSchema,
  redemptionView,
  requestedSchema,
} from '../shapes/redemption.ts';

const right = 'redemptions:write';
const tag = 'Paying with points';

const paramsSchema = z.object({
  id: identifier(200).openapi({ description: 'Your id of the redemption, or ours (`red_…`)' }),
});

const pageSchema = z.object({
  status: z.enum(redemptionStatuses).optional(),
  cursor: z
    .string()
    .regex(/^red_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
    .optional()
    .openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const listSchema = z
  .object({
    redemptions: z.array(redemptionSchema),
    next: z
      .string()
      .nullable()
      .openapi({ description: 'The cursor of the next, older page; null at the end' }),
  })
  .openapi('RedemptionPage');

const phoneExample = {
  id: 'pay-10234',
  customer: { phone: '+380671234567' },
  points: 20,
  total: 80900,
  store: 'Khreshchatyk 1',
};

/** The calls by which a till takes points. */
export function redemptionRoutes(api: Api): void {
  serveRequest(api);
  serveCode(api);
  serveConfirm(api);
  serveCancel(api);
  serveGet(api);
  serveList(api);
}

function serveRequest(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/redemptions',
      ...{ right, tag },
      summary: 'Set points aside for a purchase',
      description:
        'With the `code` a customer shows, the points are held at once. With `customer`, the customer is asked in chat, and you read the redemption until the status is `held` or `declined`. Where no chat reaches the customer, a code goes out by SMS (`consent` is `sms`): the customer tells it to you, and you post it to `/code`. Only where no SMS goes either are the points held unasked, which is kept in the audit trail. Points that burn first go first. Then name the redemption in the purchase, or confirm it; unless you do in time, the points are free again. Post it again with the same body as often as you like: the first answer comes back, with status 200 and `Idempotent-Replay: true`. Too many wrong codes get 429.',
      body: redemptionPostSchema,
      examples: { phone: { summary: 'A customer who said a phone number', value: phoneExample } },
      answers: {
        201: { description: 'Held, or the customer is being asked', schema: requestedSchema },
        200: { description: 'It had been posted before: the first answer again', schema: requestedSchema },
      },
      problems: [
        ...(['payment_code_invalid', 'customer_not_found', 'customer_not_registered'] as const),
        ...(['insufficient_points', 'too_many_points', 'redemption_conflict', 'writer_stopped'] as const),
        ...(['code_too_soon', 'codes_used_up'] as const),
      ],
    },
    async ({ body, shop, address }) => {
      const { program, submit } = api.parts;
      const input = redemptionInput(body, shop, program());
      const request = () => submit(requestRedemption(input, spendingRules(program()), api.parts.codeRules()));
      const outcome = await ('code' in input.payer
        ? api.guesses.attempt({ shop, address }, request, isWrongCode)
        : request());
      const { result, replayed } = orRefuse(outcome);
      const { id, status, points, amountMinor: amount, expiresAt, consent } = result;
      const asked = consent === undefined ? {} : { consent };
      const answer = { id, status, points, amount, expires_at: utc(expiresAt), ...asked };
      if (!replayed) return { status: 201, body: answer };
      return { status: 200, body: answer, headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}

type Outcome = Awaited<ReturnType<Api['parts']['submit']>>;

function isWrongCode(outcome: Outcome): boolean {
  return !outcome.ok && outcome.refusal.code === 'payment_code_invalid';
}

function serveCode(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/redemptions/{id}/code',
      ...{ right, tag },
      summary: 'Tell the code of the SMS',
      description:
        'Where `consent` is `sms`: the code that the customer reads out. A right one holds the points, and you have the whole time again to confirm. It is good for ten minutes and five tries; then cancel, and ask anew. Again once the points are held: the same answer. Too many wrong codes get 429.',
      params: paramsSchema,
      body: agreementSchema,
      answers: { 200: { description: 'Held', schema: redemptionSchema } },
      problems: [
        ...(['redemption_not_found', 'redemption_not_agreed', 'redemption_expired'] as const),
        ...(['redemption_closed', 'redemption_code_wrong', 'redemption_code_over'] as const),
        ...(['insufficient_points', 'writer_stopped'] as const),
      ],
    },
    async ({ params, body, shop, address }) => {
      const { id } = await find(api, shop, params.id);
      const agree = () => api.parts.submit(agreeByCode(id, shop.id, body.code));
      const { result } = orRefuse(await api.guesses.attempt({ shop, address }, agree, isWrongDigits));
      return { status: 200, body: redemptionView(heldBy(result), api.parts.clock.now()) };
    },
  );
}

function isWrongDigits(outcome: Submitted<Agreed>): boolean {
  return outcome.ok && (outcome.result.verdict === 'wrong' || outcome.result.verdict === 'over');
}

/** The redemption whose points are held. Throws where the code did not bring that about. */
function heldBy(agreed: Agreed): Redemption {
  switch (agreed.verdict) {
    case 'held':
      return agreed.redemption;
    case 'wrong':
      throw new ProblemError(
        problem('redemption_code_wrong', `this is not the code; tries left: ${agreed.triesLeft}`),
      );
    case 'over':
      throw new ProblemError(
        problem('redemption_code_over', 'the code is too old, or was wrong too often: cancel, and ask anew'),
      );
    case 'too_few': {
      const { balance } = agreed;
      const detail = `the customer can spend ${balance} points: the redemption is cancelled`;
      throw new ProblemError(refusalProblem({ code: 'insufficient_points', detail, figures: { balance } }));
    }
  }
}

function serveConfirm(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/redemptions/{id}/confirm',
      ...{ right, tag },
      summary: 'Spend the points',
      description:
        'The held points are spent. Not needed where the purchase names the redemption. Again: the same answer; after a cancellation: 409.',
      params: paramsSchema,
      answers: { 200: { description: 'Spent', schema: redemptionSchema } },
      problems: [
        ...(['redemption_not_found', 'redemption_not_agreed'] as const),
        ...(['redemption_expired', 'redemption_closed', 'writer_stopped'] as const),
      ],
    },
    ({ params, shop }) => settle(api, shop, params.id, confirmRedemption),
  );
}

function serveCancel(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/redemptions/{id}/cancel',
      ...{ right, tag },
      summary: 'Let the points go',
      description:
        'The held points are free again, or the customer need not answer any more. Again: the same answer; one that is declined or expired stays so; after a confirmation: 409.',
      params: paramsSchema,
      answers: { 200: { description: 'Over', schema: redemptionSchema } },
      problems: ['redemption_not_found', 'redemption_closed', 'writer_stopped'],
    },
    ({ params, shop }) => settle(api, shop, params.id, cancelRedemption),
  );
}

function serveGet(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/redemptions/{id}',
      ...{ right, tag },
      summary: 'Read a redemption',
      description: 'As it stands now; your own only.',
      params: paramsSchema,
      answers: { 200: { description: 'The redemption', schema: redemptionSchema } },
      problems: ['redemption_not_found'],
    },
    async ({ params, shop }) => {
      const redemption = await find(api, shop, params.id);
      return { status: 200, body: redemptionView(redemption, api.parts.clock.now()) };
    },
  );
}

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/redemptions',
      ...{ right, tag },
      summary: 'List redemptions',
      description:
        'Newest first, a page at a time; your own only. A till that was restarted finds with `status=held` what it has yet to confirm or cancel.',
      query: pageSchema,
      answers: { 200: { description: 'A page', schema: listSchema } },
    },
    async ({ query: { status, cursor, limit }, shop }) => {
      const { redemptions, clock } = api.parts;
      const found = await redemptions.list(shop.id, {
        limit: limit + 1,
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { before: cursor as RedemptionId }),
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return {
        status: 200,
        body: { redemptions: page.map((one) => redemptionView(one, clock.now())), next },
      };
    },
  );
}

async function settle(api: Api, shop: Shop, reference: string, command: typeof confirmRedemption) {
  const { submit, program, clock } = api.parts;
  const { id } = await find(api, shop, reference);
  const by = { shopId: shop.id, actor: `shop:${shop.id}` };
  const { result } = orRefuse(await submit(command(id, by, spendingRules(program()))));
  return { status: 200, body: redemptionView(result, clock.now()) } as const;
}

async function find(api: Api, shop: Shop, reference: string): Promise<Redemption> {
  const redemption = await api.parts.redemptions.find(shop.id, reference);
  if (redemption) return redemption;
  const detail = `this shop has no redemption "${reference}"`;
  throw new ProblemError(problem('redemption_not_found', detail));
}
