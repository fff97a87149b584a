import { z } from '@hono/zod-openapi';
import { checkCode } from '../../core/checkout/quote.ts';
import { cancelReservation, reserveCoupons } from '../../core/coupons/reserve.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { refusedCode, usingCodes } from '../codes.ts';
import { couponProblems } from '../errors.ts';
import { identifier, utc, utcSchema } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  checkedSchema,
  checkInput,
  checkSchema,
  discountSchema,
  discountView,
  reasonView,
  reservationInput,
  reservationSchema,
} from '../shapes/coupon.ts';

const right = 'coupons:use';
const tag = 'Coupons';

/** The calls by which a till looks at codes and puts coupons aside. */
export function reservationRoutes(api: Api): void {
  serveCheck(api);
  serveReserve(api);
  serveCancel(api);
}

function serveCheck(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons/check',
      ...{ right, tag },
      summary: 'Look at a code',
      description:
        'Whether it is good, and for a cart what it would take off. A wrong code and one that is somebody else’s get the same answer; too many of them get 429. Writes nothing.',
      body: checkSchema,
      examples: { code: { summary: 'A code alone', value: { code: 'SPRING' } } },
      answers: { 200: { description: 'Whether it is good', schema: checkedSchema } },
      problems: ['customer_not_found', 'writer_stopped'],
    },
    async ({ body, shop, address }) => {
      const { submit, program, clock } = api.parts;
      const input = checkInput(body, shop, program(), clock.now());
      const check = async () => orRefuse(await submit(checkCode(input, purchaseRules(program())))).result;
      const isWrong = (checked: Awaited<ReturnType<typeof check>>) =>
        !checked.valid && checked.reason.code === 'coupon_not_found';
      const checked = await usingCodes(api, { shop, address }, [body.code], check, isWrong);
      if (!checked.valid) return { status: 200, body: { valid: false, ...reasonView(checked.reason) } };
      const { discount } = checked;
      const effect = discount ? { discount: discount.amountMinor, effect: discountView(discount) } : {};
      return { status: 200, body: { valid: true, ...effect } };
    },
  );
}

const reservedSchema = z
  .object({
    id: z.string().openapi({ description: 'Your own id' }),
    status: z.literal('reserved'),
    discounts: z.array(discountSchema),
    total: z.int(),
    payable: z.int(),
    expires_at: utcSchema,
  })
  .openapi('CouponReservation');

function serveReserve(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons/reservations',
      ...{ right, tag },
      summary: 'Put coupons aside for a cart',
      description:
        'Until the time is over nobody else gets them, and their limits count them as used. A purchase of yours that names the same codes uses them up; its times are held against the moment they were put aside.',
      body: reservationSchema,
      answers: {
        201: { description: 'Put aside', schema: reservedSchema },
        200: { description: 'It had been put aside before: the first answer again', schema: reservedSchema },
      },
      problems: ['reservation_conflict', ...couponProblems, 'customer_not_found', 'writer_stopped'],
    },
    async ({ body, shop, address }) => {
      const { submit, program, clock } = api.parts;
      const input = reservationInput(body, shop, program());
      const reserve = () => submit(reserveCoupons(input, purchaseRules(program()), clock.now()));
      const outcome = await usingCodes(api, { shop, address }, body.coupons, reserve, refusedCode);
      const { result, replayed } = orRefuse(outcome);
      const answer = {
        id: body.id,
        status: 'reserved' as const,
        discounts: result.discounts.map(discountView),
        ...{ total: result.totalMinor, payable: result.payableMinor, expires_at: utc(result.expiresAt) },
      };
      if (!replayed) return { status: 201, body: answer };
      return { status: 200, body: answer, headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}

function serveCancel(api: Api): void {
  const cancelledSchema = z.object({ id: z.string(), status: z.literal('cancelled') });
  serve(
    api,
    {
      method: 'post',
      path: '/v1/coupons/reservations/{id}/cancel',
      ...{ right, tag },
      summary: 'Let reserved coupons go',
      description:
        'They are free again, as they are by themselves when the time is over. Again: the same answer.',
      params: z.object({ id: identifier(200).openapi({ description: 'Your id of the reservation' }) }),
      answers: { 200: { description: 'Free again', schema: cancelledSchema } },
      problems: ['reservation_not_found', 'reservation_closed', 'writer_stopped'],
    },
    async ({ params, shop }) => {
      const ref = { shopId: shop.id, reservation: params.id };
      orRefuse(await api.parts.submit(cancelReservation(ref)));
      return { status: 200, body: { id: params.id, status: 'cancelled' as const } };
    },
  );
}
