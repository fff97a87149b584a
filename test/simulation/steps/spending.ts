import { readClaimCode } from '../../../core/checkout/claim.ts';
import { recordRefund } from '../../../core/checkout/refund.ts';
import type { RedemptionId, ShopId } from '../../../core/ids.ts';
import type { Reply } from '../../../core/messaging/types.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import type { Goods } from '../../../core/purchases/refund.ts';
import type { PurchaseResult } from '../../../core/purchases/types.ts';
import { type RedemptionInput, requestRedemption } from '../../../core/redemptions/request.ts';
import { cancelRedemption, confirmRedemption } from '../../../core/redemptions/settle.ts';
import { type Deed, type Receipt, type Step, shops, stores, type World } from '../world.ts';
import { chatting, saying } from './chats.ts';
import { buying, receiptOf, refOf } from './sales.ts';

/** A redemption as a till remembers it. */
export interface Held {
  readonly id: RedemptionId;
  readonly shopId: ShopId;
  readonly input: RedemptionInput;
}

/** The payment code a chat shows, if the newest messages hold one. */
function codeShown(heard: readonly Reply[]): string | undefined {
  for (const { picture } of heard) if (picture?.kind === 'code') return picture.code;
  return undefined;
}

function requesting(world: World, payer: RedemptionInput['payer'], balance = 20): Deed {
  const shopId = world.pick(shops);
  const ttlMs = world.pick([60_000, 900_000, 86_400_000, 86_400_000]);
  const asked: RedemptionInput = {
    ...{ shopId, externalId: `h-${world.next()}`, payer, ttlMs },
    points: Math.max(1, world.pick([1, 5, balance, balance, balance + 1, Math.ceil(balance / 2)])),
    totalMinor: world.pick([1000, 1_000_000, 100_000_000]),
    store: world.pick([...stores, null]),
  };
  return holding(world, asked);
}

/** What a till reads off the last receipt of somebody: about as much as can be spent. */
function asking(world: World): Deed {
  const person = world.pick(world.people);
  const customer = refOf(world, person, world.pick(shops));
  return requesting(world, { customer }, world.balances.get(person.phone));
}

/** A purchase dear enough for the held points to pay for part of it. */
function spending(world: World, held: Held): Deed<PurchaseResult> {
  const { shopId, externalId, points } = held.input;
  const redemption = world.chance(0.5) ? { id: held.id } : { shopId, externalId };
  const receipt = receiptOf(world, { shopId, redemption, customer: null });
  const price = points * world.program.point_value * world.pick([1, 2, 4, 4]);
  const dear = { id: 'dear', sku: 'dear', name: null, category: null };
  const line = { ...dear, quantity: 1, unitPriceMinor: price, amountMinor: price };
  const input = { ...receipt, lines: [...receipt.lines, line] };
  const buys = buying(world, input);
  return {
    ...buys,
    learn(outcome) {
      buys.learn?.(outcome);
      if (!outcome.ok) return;
      world.held.splice(world.held.indexOf(held), 1);
      const { payer } = held.input;
      if ('customer' in payer && 'phone' in payer.customer) {
        world.balances.set(payer.customer.phone, outcome.result.points.balance);
      }
    },
  };
}

function holding(world: World, input: RedemptionInput): Deed {
  const command = requestRedemption(input, world.rules);
  const deed: Deed<{ readonly id: RedemptionId }> = {
    command,
    learn(outcome) {
      if (outcome.ok) world.held.push({ id: outcome.result.id, shopId: input.shopId, input });
    },
  };
  return deed;
}

function settling(world: World, settle: (held: Held) => Deed['command']): Deed[] {
  const held = world.maybe(world.held.slice(-10));
  return held ? [{ command: settle(held) }] : [];
}

const by = ({ shopId }: Held) => ({ shopId, actor: `shop:${shopId}` });

/** Points held, confirmed, cancelled, shown as a code, asked for in chat, and spent by a purchase. */
const redemptionSteps: readonly Step[] = [
  {
    name: 'opens the screen to pay with points',
    weight: 4,
    plan(world) {
      const found = chatting(world);
      return found ? [saying(world, found.chat, { kind: 'press', data: 'pay', messageId: 'm1' })] : [];
    },
  },
  {
    name: 'shows a code at a till',
    weight: 8,
    plan(world) {
      const codes = world.people.flatMap(({ chats }) => chats.flatMap(({ heard }) => codeShown(heard) ?? []));
      const code = world.maybe(codes);
      return code === undefined ? [] : [requesting(world, { code }, 2)];
    },
  },
  { name: 'shows a made-up code', weight: 0.3, plan: (world) => [requesting(world, { code: '123456' })] },
  {
    name: 'a till asks for points',
    weight: 9,
    plan: (world) => [asking(world)],
  },
  {
    name: 'answers the till',
    weight: 10,
    plan(world) {
      const chats = world.people.flatMap((person) => person.chats);
      const asked = chats.flatMap((chat) => {
        const data = chat.screen.find((press) => press.startsWith('redeem:'));
        return data === undefined ? [] : [{ chat, data }];
      });
      const question = world.maybe(asked);
      if (!question) return [];
      const yes = world.chance(0.8);
      const answer = question.data.replace(/:(yes|no)-/, yes ? ':yes-' : ':no-');
      return [saying(world, question.chat, { kind: 'press', data: answer, messageId: 'm1' })];
    },
  },
  {
    name: 'confirms',
    weight: 2,
    plan: (world) => settling(world, (held) => confirmRedemption(held.id, by(held), world.rules)),
  },
  {
    name: 'cancels',
    weight: 2,
    plan: (world) => settling(world, (held) => cancelRedemption(held.id, by(held), world.rules)),
  },
  {
    name: 'a till of another shop cancels',
    weight: 0.3,
    plan: (world) =>
      settling(world, (held) =>
        cancelRedemption(held.id, { shopId: 'shp_x' as ShopId, actor: 'x' }, world.rules),
      ),
  },
  {
    name: 'asks for the same points again',
    weight: 0.5,
    plan(world) {
      const held = world.maybe(world.held);
      return held ? [holding(world, world.chance(0.7) ? held.input : { ...held.input, points: 2 })] : [];
    },
  },
  {
    name: 'buys with held points',
    weight: 9,
    plan(world) {
      const held = world.maybe(world.held.slice(-4));
      return held ? [spending(world, held)] : [];
    },
  },
];

function goodsOf(world: World, { input }: Receipt): Goods {
  const line = world.pick(input.lines);
  const quantity = world.pick([line.quantity, 1, 0.5]);
  const payable = input.lines.reduce((sum, one) => sum + one.amountMinor, 0);
  const some = { lines: [{ ...(world.chance(0.5) ? { sku: line.sku } : { id: line.id ?? '' }), quantity }] };
  return world.pick([
    {},
    {},
    some,
    some,
    { amountMinor: world.int(1, Math.max(1, Math.floor(payable / world.pick([1, 3, 10])))) },
    { ...some, amountMinor: world.int(0, Math.max(1, line.amountMinor)) },
    { lines: [{ sku: 'nothing like it', quantity: 1 }] },
  ]);
}

function isPaidWithPoints({ input }: Receipt): boolean {
  return input.redemption !== undefined;
}

/** Receipts of those who have spent about everything: what they earned is no longer there. */
function broke(world: World): readonly Receipt[] {
  return world.receipts.filter(({ input: { customer } }) => {
    const balance = customer && 'phone' in customer ? world.balances.get(customer.phone) : undefined;
    return balance !== undefined && balance < 20;
  });
}

/** Goods brought back, and receipts without a name that find their owners. */
const returnSteps: readonly Step[] = [
  {
    name: 'brings goods back',
    weight: 9,
    plan(world) {
      const among = world.pick([world.receipts, world.receipts.filter(isPaidWithPoints), broke(world)]);
      const receipt = world.maybe(among.slice(-12));
      if (!receipt) return [];
      const { id: purchaseId } = receipt;
      const { shopId } = receipt.input;
      const named = { shopId, externalId: `b-${world.next()}`, purchaseId, at: world.clock.now() };
      const refund = recordRefund({ ...named, ...goodsOf(world, receipt) }, purchaseRules(world.program));
      return [{ command: refund }];
    },
  },
  {
    name: 'sends the code of a receipt',
    weight: 4,
    plan(world) {
      const found = chatting(world);
      const code = world.maybe(world.claimCodes.slice(-6));
      if (!found || code === undefined || readClaimCode(code) === undefined) return [];
      const said = world.chance(0.5)
        ? ({ kind: 'text', text: code } as const)
        : ({ kind: 'start', context: `c_${code}` } as const);
      return [saying(world, found.chat, said)];
    },
  },
];

/** Points spent and given back. */
export const spendingSteps: readonly Step[] = [...redemptionSteps, ...returnSteps];
