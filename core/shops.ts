import type { ShopId } from './ids.ts';

/** What a shop system may be: a till, a web shop, or the shop's own back office. */
export const scopes = ['till', 'site', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** What a call needs the right to do. */
export type Right =
  | 'purchases:write'
  | 'redemptions:write'
  | 'coupons:use'
  | 'coupons:issue'
  | 'coupons:write'
  | 'customers:read'
  | 'customers:write'
  | 'customers:vouch'
  | 'customers:erase'
  | 'messages:read'
  | 'rfm:read'
  | 'reports:read'
  | 'surveys:write'
  | 'talks:read'
  | 'refills:read'
  | 'products:write'
  | 'carts:write'
  | 'orders:write'
  | 'events:write'
  | 'journeys:read'
  | 'journeys:write'
  | 'pictures:write'
  | 'segments:read'
  | 'segments:write'
  | 'campaigns:read'
  | 'campaigns:write';

/** What each scope may do. */
const rights: Readonly<Record<Scope, readonly Right[]>> = {
  till: ['purchases:write', 'redemptions:write', 'coupons:use', 'customers:read', 'surveys:write'],
  site: [
    ...(['purchases:write', 'redemptions:write', 'coupons:use', 'coupons:issue'] as const),
    ...(['customers:read', 'customers:write', 'customers:vouch', 'messages:read', 'refills:read'] as const),
    ...(['products:write', 'carts:write', 'orders:write', 'events:write', 'pictures:write'] as const),
    'surveys:write',
  ],
  admin: [
    'purchases:write',
    'redemptions:write',
    'coupons:use',
    'coupons:issue',
    'coupons:write',
    'customers:read',
    'customers:write',
    'customers:vouch',
    'customers:erase',
    'messages:read',
    'rfm:read',
    'reports:read',
    'surveys:write',
    'talks:read',
    'refills:read',
    'products:write',
    'carts:write',
    'orders:write',
    'events:write',
    'journeys:read',
    'journeys:write',
    'pictures:write',
    'segments:read',
    'segments:write',
    'campaigns:read',
    'campaigns:write',
  ],
};

/** A shop system that may call us. With a signing secret, each of its changes must be signed by it. */
export interface Shop {
  readonly id: ShopId;
  readonly name: string;
  readonly scope: Scope;
  readonly signingSecret: string | null;
}

/** Whether a shop of `scope` may do what needs `right`. */
export function hasRight(scope: Scope, right: Right): boolean {
  return rights[scope].includes(right);
}

/** The scopes that may do what needs `right`. */
export function scopesWith(right: Right): readonly Scope[] {
  return scopes.filter((scope) => hasRight(scope, right));
}
