import type { Words } from '../../messaging/types.ts';
import { keepRef, keptRef, readCustomer, readMoney } from './read.ts';
import { choose, type Field, type Reader, type StaffTurn, type Values } from './task.ts';

/** Whom it is about. */
export const customerField: Field = {
  name: 'customer',
  ask: () => ({ words: [{ key: 'staff.ask_customer' }] }),
  read(raw, { program }) {
    const ref = readCustomer(raw, program);
    return ref
      ? { ok: true, value: keepRef(ref) }
      : { ok: false, problem: { key: 'staff.customer_unreadable' } };
  },
};

/** The customer that was named. */
export function customerOf({ customer = '' }: Values) {
  return keptRef(customer);
}

/** The customer that was named, as far as known. */
export function recordOf({ facts }: StaffTurn, values: Values) {
  const record = facts.customer(customerOf(values));
  return record?.customer.erasedAt === null ? record : undefined;
}

/** An amount of money, kept in minor units. */
export function moneyField(name: string, words: Words): Field {
  return {
    name,
    ask: () => ({ words: [words] }),
    read(raw, { program }) {
      const minor = readMoney(raw, program.currency);
      return minor === undefined
        ? { ok: false, problem: { key: 'staff.money_unreadable' } }
        : { ok: true, value: String(minor) };
    },
  };
}

/** What was kept of a number. */
export function numberOf(values: Values, name: string): number {
  return Number(values[name] ?? 0);
}

const longestStore = 100;

/** The store: asked of those who work in several, taken for granted where there is one. */
export const storeField: Field = {
  name: 'store',
  isOpen: (_, { staff }) => staff.stores.length > 1,
  ask: ({ staff }) => ({
    words: [{ key: 'staff.ask_store' }],
    buttons: staff.stores.map((store, index) => [
      choose({ key: 'staff.store', variables: { store } }, `#${index}`),
    ]),
    choice: true,
  }),
  read(raw, { staff: { stores } }) {
    const named = raw.trim();
    const picked = /^#\d+$/.test(named) ? stores[Number(named.slice(1))] : undefined;
    const same = stores.find((store) => store.toLowerCase() === named.toLowerCase());
    const value = picked ?? same ?? (stores.length === 0 ? named.slice(0, longestStore) : undefined);
    return value === undefined ? { ok: false, problem: { key: 'staff.store_unknown' } } : { ok: true, value };
  },
};

/** Where it happens: the store that was named, or the only one. */
export function storeOf({ store }: Values, { staff: { stores } }: Pick<Reader, 'staff'>): string | null {
  return store ?? (stores.length === 1 ? (stores[0] ?? null) : null);
}
