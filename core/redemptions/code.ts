import { randomText } from '../codes.ts';
import type { CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { PaymentCode } from './types.ts';

/** How long a customer has to show a code, in minutes. */
export const paymentCodeMinutes = 5;

const length = 6;

/**
 * A code to pay with points, in the place of the customer's last one. Who else has the same one right now is for the
 * commit to tell: it fails, and another is drawn.
 */
export function drawPaymentCode(customerId: CustomerId, { random, now }: Context): PaymentCode {
  const code = randomText(random, '0123456789', length);
  return { code, customerId, createdAt: now, expiresAt: now + paymentCodeMinutes * 60_000 };
}
