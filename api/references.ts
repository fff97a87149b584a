import { z } from '@hono/zod-openapi';
import { isCardNumber } from '../core/customers/card.ts';
import { parsePhone } from '../core/customers/phone.ts';
import type { CustomerRef } from '../core/customers/types.ts';
import type { CustomerId } from '../core/ids.ts';
import type { Program } from '../core/program/program.ts';
import type { Shop } from '../core/shops.ts';
import { invalidRequest, type ProblemDetail, ProblemError } from './errors.ts';
import { identifier } from './schemas.ts';

/** How a body names a customer: by exactly one of four. */
export const referenceSchema = z
  .strictObject({
    phone: identifier(40).optional().openapi({ example: '+380671234567' }),
    card: identifier(40).optional(),
    id: identifier(40).optional(),
    external_id: identifier(200).optional(),
  })
  .refine(
    (reference) => Object.keys(reference).length === 1,
    'give exactly one of phone, card, id, external_id',
  )
  .openapi('CustomerReference', {
    description:
      'A phone in any usual form (a national number is read in the program’s country), a card number, our id, or your own id of the customer.',
    minProperties: 1,
    maxProperties: 1,
  });

/** A reference in our words, or what is wrong with it and in which of its fields. */
export type ParsedReference =
  | { readonly ok: true; readonly ref: CustomerRef }
  | { readonly ok: false; readonly field: string; readonly detail: string };

/** Reads a reference of a body. */
export function parseReference(
  reference: z.output<typeof referenceSchema>,
  shop: Shop,
  program: Program,
): ParsedReference {
  const { phone, card, id, external_id } = reference;
  if (phone !== undefined) {
    const parsed = parsePhone(phone, program.country);
    return parsed === undefined ? wrong('phone', wrongPhone(program)) : found({ phone: parsed });
  }
  if (card !== undefined) return isCardNumber(card) ? found({ card }) : wrong('card', wrongCard);
  if (id !== undefined) return isOurs(id) ? found({ id }) : wrong('id', 'our ids look like cus_01KAB…');
  return found({ externalId: external_id ?? '', shopId: shop.id });
}

/** Reads a reference of an address: `cus_…`, `phone:+380…`, `card:…`, `ext:…`. Throws 422 that names the `parameter`. */
export function parsePathReference(
  text: string,
  shop: Shop,
  program: Program,
  parameter = 'ref',
): CustomerRef {
  const [, kind = 'id', value] = /^(phone|card|ext):(.+)$/s.exec(text) ?? ['', 'id', text];
  const parsed = parseReference({ [kind === 'ext' ? 'external_id' : kind]: value }, shop, program);
  if (parsed.ok) return parsed.ref;
  throw new ProblemError(invalidRequest([{ parameter, detail: parsed.detail }]));
}

/** What is wrong with a phone that cannot be one. */
export function wrongPhone(program: Program): string {
  return `not a phone number; write it like +380671234567 (without "+" it is read as one of ${program.country})`;
}

/** What is wrong with a card that cannot be one. */
export const wrongCard = 'not a card number: 13 digits, the last one a check digit (EAN-13)';

/** What is wrong with a reference at `pointer` of a body. */
export function referenceError(pointer: string, { field, detail }: { field: string; detail: string }) {
  return { pointer: `${pointer}/${field}`, detail } satisfies ProblemDetail;
}

function isOurs(id: string): id is CustomerId {
  return /^cus_[0-9A-Z]{26}$/.test(id);
}

function found(ref: CustomerRef): ParsedReference {
  return { ok: true, ref };
}

function wrong(field: string, detail: string): ParsedReference {
  return { ok: false, field, detail };
}
