import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../bots/sms/gateway.ts';
import { createSms } from '../../bots/sms/sms.ts';
import type { IncomingEvent } from '../../core/dialogs/types.ts';
import type { Receipt } from '../../core/messaging/receipts.ts';
import { segmentsOf } from '../../core/messaging/segments.ts';
import type { Phones } from '../support/sms/phones.ts';

/** The number everything in these rules is sent to. */
export const phone = '+380671234567';

/** What a provider tells of an SMS. `underway`: nothing that matters. */
export type Told = 'underway' | 'delivered' | 'failed';

/** A gateway on a fresh fake of its provider. */
export interface GatewayParts {
  readonly gateway: Gateway;
  readonly phones: Phones;
  /** The same account with a wrong password. */
  readonly impostor: Gateway;
  /** The name SMS come from. */
  readonly sender: string;
  /** The provider tells what became of an SMS; resolves with whether we acknowledged it. */
  report(take: TakeCall, id: string, told: Told): Promise<boolean>;
  /** Somebody writes to us; `again` delivers the same once more. Absent where the provider has no numbers to write to. */
  say?(take: TakeCall, text: string, again?: 'again'): Promise<boolean>;
  /** Calls that look like the provider's and are not. Absent where nobody calls us. */
  forgeries?(): readonly (() => Request)[];
  /** A call of the provider's own with nothing in it that we know. */
  nonsense?(): Promise<Request>;
  close(): Promise<void>;
}

/** Hands a call to our webhook; resolves with its status. */
export type TakeCall = (request: Request) => Promise<number>;

/** A gateway behind the SMS channel, with what came out at its other end. */
export async function sendingOver(makeParts: () => Promise<GatewayParts>) {
  const parts = await makeParts();
  const receipts: Receipt[] = [];
  const events: IncomingEvent[] = [];
  let failures = 0;
  const commit = (put: () => void) => async () => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('the disk is full');
    }
    put();
  };
  const sms = createSms(parts.gateway, {
    handle: (event) => commit(() => events.push(event))(),
    handleReceipts: (some) => commit(() => receipts.push(...some))(),
    transliterate: () => false,
    log: () => {},
  });
  sms.start?.();
  const take: TakeCall = async (request) => (await sms.webhook(request)).status;
  return {
    ...parts,
    sms,
    receipts,
    events,
    take,
    /** The next so many things that come in cannot be written down. */
    failToCommit(times: number) {
      failures = times;
    },
    async close() {
      await sms.stop?.();
      await parts.close();
    },
  };
}

/** The rules every SMS gateway keeps. `makeParts` is called for each rule. */
export function describeGateway(name: string, makeParts: () => Promise<GatewayParts>): void {
  describe(`${name} as an SMS gateway`, () => {
    let t: Awaited<ReturnType<typeof sendingOver>>;
    let count = 0;
    beforeEach(async () => {
      t = await sendingOver(makeParts);
    });
    afterEach(() => t.close());

    const send = (text: string, address = phone) => {
      count += 1;
      return t.sms.channel.send({ id: `msg_${count}`, address, text });
    };
    const sent = async (text: string): Promise<string> => {
      const outcome = await send(text);
      if (outcome.status !== 'sent') throw new Error(`not sent: ${JSON.stringify(outcome)}`);
      return outcome.providerId;
    };

    describe('sending', () => {
      it.each([
        ['one SMS', 'Вітаємо! +50 балів 🙂', 1],
        ['Latin letters, with those that take two', 'Hi [you] {and} ~me~ ^\\| 5€ @ £ Ä\nbye', 1],
        [
          'several SMS',
          'Дякуємо за покупку! Вам нараховано 120 балів, тепер у Вас 1520 балів. До зустрічі!',
          2,
        ],
        ['several of Latin letters', `${'Thank you for shopping with us. '.repeat(9)}€`, 2],
        ['nothing but an emoji at the border', `${'я'.repeat(66)}🙂${'я'.repeat(20)}`, 2],
      ])('%s arrives whole, from our sender', async (_, text, segments) => {
        const outcome = await send(text);
        expect(outcome).toMatchObject({ status: 'sent', segments });
        expect(t.phones.seen).toMatchObject([{ text, to: phone, from: t.sender }]);
        expect(outcome).toMatchObject({ providerId: t.phones.seen[0]?.id });
      });

      it('more than six SMS never leave for one text', async () => {
        await sent('балів '.repeat(200));
        expect(segmentsOf(t.phones.seen[0]?.text ?? '').parts).toHaveLength(6);
      });

      it('a number that does not exist is refused for good', async () => {
        const outcome = await send('Hello', '+999123');
        expect(outcome).toMatchObject({ status: 'refused', reason: 'blocked' });
        expect(t.phones.seen).toEqual([]);
      });

      it('too fast: nothing left, and it says when to try again', async () => {
        t.phones.faults.push('slow_down');
        expect(await send('Hello')).toEqual({ status: 'slow_down', retryAfterMs: 2000 });
        expect(t.phones.seen).toEqual([]);
        await sent('Hello');
      });

      it('a fault of the network may be tried again, and tells nobody what was written', async () => {
        t.phones.faults.push('failed');
        const outcome = await send('Hello');
        expect(outcome).toMatchObject({ status: 'failed' });
        expect(JSON.stringify(outcome)).not.toMatch(/Hello|380671234567|secret/);
        await sent('Hello');
        expect(t.phones.seen).toHaveLength(1);
      });
    });

    describe('receipts', () => {
      it.each(['delivered', 'failed'] as const)('%s is told of the SMS it is about', async (told) => {
        await sent('one');
        const id = await sent('two');
        expect(await t.report(t.take, id, told)).toBe(true);
        expect(t.receipts).toMatchObject([{ channel: 'sms', providerId: id, status: told }]);
        expect(t.receipts[0]?.at).toBeGreaterThan(0);
      });

      it('what tells nothing is acknowledged and not passed on', async () => {
        const id = await sent('one');
        expect(await t.report(t.take, id, 'underway')).toBe(true);
        expect(t.receipts.filter(({ status }) => status !== 'sent')).toEqual([]);
      });

      it('late and out of order, each finds its SMS; told twice, it is passed on twice', async () => {
        const [one, two] = [await sent('one'), await sent('two')];
        for (const id of [two, one, one]) await t.report(t.take, id, 'delivered');
        expect(t.receipts.map(({ providerId }) => providerId)).toEqual([two, one, one]);
      });

      it('what could not be written down is not acknowledged, so that it comes again', async () => {
        const id = await sent('one');
        t.failToCommit(1);
        expect(await t.report(t.take, id, 'delivered')).toBe(false);
        expect(await t.report(t.take, id, 'delivered')).toBe(true);
        expect(t.receipts).toMatchObject([{ providerId: id, status: 'delivered' }]);
      });
    });

    describe('receiving, where the provider has numbers to write to', () => {
      beforeEach(({ skip }) => skip(!t.say));

      it('a text comes with the number of who wrote it, and no proof of it', async () => {
        await t.say?.(t.take, 'СТОП 🙂');
        const [event] = t.events;
        expect(event).toMatchObject({
          channel: 'sms',
          address: phone,
          said: { kind: 'text', text: 'СТОП 🙂' },
        });
        expect(event).not.toHaveProperty('provenPhone');
      });

      it('what could not be written down comes again under the same id', async () => {
        t.failToCommit(1);
        expect(await t.say?.(t.take, '1')).toBe(false);
        expect(await t.say?.(t.take, '1', 'again')).toBe(true);
        expect(await t.say?.(t.take, '1')).toBe(true);
        expect(t.events).toHaveLength(2);
        expect(new Set(t.events.map(({ id }) => id)).size).toBe(2);
      });
    });

    describe('the webhook', () => {
      beforeEach(({ skip }) => skip(t.sms.paths.length === 0));
      const url = () => `https://shop.example${t.sms.paths[0]}`;

      it('refuses what is forged, oversized, unreadable or no post, and tells nobody', async () => {
        for (const forge of t.forgeries?.() ?? []) expect(await t.take(forge())).toBe(401);
        const huge = new Request(url(), { method: 'POST', body: 'x'.repeat(70_000) });
        expect(await t.take(huge)).toBe(413);
        expect(await t.take(new Request(url()))).toBe(405);
        const nonsense = await t.nonsense?.();
        if (nonsense) expect(await t.take(nonsense)).toBe(400);
        expect(t.receipts).toEqual([]);
        expect(t.events).toEqual([]);
      });
    });

    it('check says who we are there, and what to do when the password is wrong', async () => {
      expect(await t.gateway.check()).toContain(t.gateway.name);
      await expect(t.impostor.check()).rejects.toThrow(/SMS_|SMPP_URL/);
    });
  });
}
