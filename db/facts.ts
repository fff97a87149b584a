import type { DialogFacts } from '../core/dialogs/types.ts';
import type { Database } from './database.ts';
import { accountSource } from './facts/accounts.ts';
import { auditSource } from './facts/audit.ts';
import { campaignSource, joinCampaignFacts } from './facts/campaigns.ts';
import { cardSource } from './facts/cards.ts';
import { cartSource, joinCartFacts } from './facts/carts.ts';
import { codeSource } from './facts/codes.ts';
import { conversationSource } from './facts/conversations.ts';
import { couponSource } from './facts/coupons.ts';
import { customerSource } from './facts/customers.ts';
import { exportSource } from './facts/exports.ts';
import { joinJourneyFacts, journeySource } from './facts/journeys.ts';
import { joinNoticeFacts, noticeSource } from './facts/notices.ts';
import { joinOrderFacts, orderSource } from './facts/orders.ts';
import { joinPageFacts, pageSource } from './facts/pages.ts';
import { profileSource } from './facts/profile.ts';
import { purchaseSource } from './facts/purchases.ts';
import { questionSource } from './facts/questions.ts';
import { redemptionSource } from './facts/redemptions.ts';
import { segmentSource } from './facts/segments.ts';
import { type Keys, mergeNeeds, type Needs, type Query } from './facts/source.ts';
import { joinStaffFacts, staffSource } from './facts/staff.ts';
import { joinSurveyFacts, surveySource } from './facts/surveys.ts';
import { joinTalkFacts, talkSource } from './facts/talks.ts';

export type { Needs } from './facts/source.ts';

/** The facts of a group, and which customer each reference turned out to be. */
export interface Facts extends DialogFacts {
  /** The keys by which a command that needs `needs` must be kept apart from others. */
  keysOf(needs: Needs): readonly string[];
  /** The hash a customer's chain of the ledger ends in. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** What each part of the database answers, by name. */
function newSources() {
  return {
    ...{ customers: customerSource(), audit: auditSource(), redemptions: redemptionSource() },
    ...{ purchases: purchaseSource(), coupons: couponSource(), staff: staffSource() },
    ...{ conversations: conversationSource(), codes: codeSource(), accounts: accountSource() },
    ...{ talks: talkSource(), notices: noticeSource(), surveys: surveySource(), cards: cardSource() },
    ...{ questions: questionSource(), campaigns: campaignSource(), lists: exportSource() },
    ...{ profile: profileSource(), segments: segmentSource() },
    ...{ journeys: journeySource(), pages: pageSource() },
    ...{ carts: cartSource(), orders: orderSource() },
  };
}

type Sources = ReturnType<typeof newSources>;

/** The answers of all of them. */
function answersOf(of: Sources): DialogFacts {
  return {
    ...of.customers.facts,
    ...of.audit.facts,
    ...of.redemptions.facts,
    ...of.purchases.facts,
    ...of.coupons.facts,
    ...of.staff.facts,
    ...of.conversations.facts,
    ...of.codes.facts,
    ...of.accounts.facts,
    ...of.talks.facts,
    ...of.notices.facts,
    ...of.surveys.facts,
    ...of.cards.facts,
    ...of.questions.facts,
    ...of.campaigns.facts,
    ...of.lists.facts,
    ...of.profile.facts,
    ...of.segments.facts,
    ...of.journeys.facts,
    ...of.pages.facts,
    ...of.carts.facts,
    ...of.orders.facts,
  };
}

/**
 * Looks each answer up with the source that has it. Made once: to copy a hundred answers into a new object for every
 * group took longer than to read them from a file.
 */
const lookingUp: object = {};
const examples = newSources();
for (const name of Object.keys(answersOf(examples))) {
  const source = Object.entries(examples).findLast(([, { facts }]) => name in facts)?.[0] ?? '';
  Object.defineProperty(lookingUp, name, {
    get() {
      return this.sources[source].facts[name];
    },
  });
}

/** Which source knows the keys of each kind of need: a command names few kinds, and there are many sources. */
const keepers = new Map<string, keyof Sources>();
for (const name of Object.keys(examples) as (keyof Sources)[]) {
  for (const kind of Object.keys(examples[name].keys)) keepers.set(kind, name);
}

function keysIn(sources: Sources, needs: Needs): readonly string[] {
  return (Object.keys(needs) as (keyof Needs)[]).flatMap((kind) => {
    const keeper = keepers.get(kind);
    return keeper === undefined ? [] : keysOfKind(sources[keeper].keys, kind, needs[kind]);
  });
}

function keysOfKind<Kind extends keyof Needs>(keys: Keys, kind: Kind, asked: Needs[Kind]): readonly string[] {
  return asked === undefined ? [] : (keys[kind]?.(asked) ?? []);
}

function factsOf(sources: Sources): Facts {
  const facts: Facts = Object.create(lookingUp, {
    sources: { value: sources },
    hashes: { value: sources.customers.hashes },
    keysOf: { value: (needs: Needs) => keysIn(sources, needs) },
  });
  return facts;
}

/** Reads all the facts that a group needs in one batch, together with `extra` statements of the caller. */
export async function readFacts(
  database: Database,
  needs: readonly Needs[],
  now: number,
  extra: readonly Query[] = [],
): Promise<Facts> {
  const named = newSources();
  const sources = Object.values(named);
  const asked = mergeNeeds(needs);
  const queries = [...extra, ...sources.flatMap((source) => source.queries(asked, now))];
  const results = await database.read(queries.map((query) => query.statement));
  for (const [index, query] of queries.entries()) query.take(results[index] ?? []);
  await named.cards.complete(database, now);
  return factsOf(named);
}

/** The same facts and more: what a later round of needs added is preferred, being newer. */
export function joinFacts(first: Facts, second: Facts): Facts {
  return {
    customer: (ref) => second.customer(ref) ?? first.customer(ref),
    auditHead: (chain) => second.auditHead(chain) ?? first.auditHead(chain),
    redemption: (ref) => second.redemption(ref) ?? first.redemption(ref),
    paymentCode: (code) => second.paymentCode(code) ?? first.paymentCode(code),
    purchase: (id) => second.purchase(id) ?? first.purchase(id),
    claim: (code) => second.claim(code) ?? first.claim(code),
    purchaseLot: (id) => second.purchaseLot(id) ?? first.purchaseLot(id),
    habits: (need) => second.habits(need) ?? first.habits(need),
    refunds: (id) => filled(second.refunds(id), first.refunds(id)),
    claimsOfDay: (id) => second.claimsOfDay(id) || first.claimsOfDay(id),
    waiting: (id) => filled(second.waiting(id), first.waiting(id)),
    coupon: (id) => second.coupon(id) ?? first.coupon(id),
    couponBatch: (id) => second.couponBatch(id) ?? first.couponBatch(id),
    couponCodesWanted: (id) => second.couponCodesWanted(id) || first.couponCodesWanted(id),
    couponCode: (code) => second.couponCode(code) ?? first.couponCode(code),
    couponUses: () => newest(first.couponUses(), second.couponUses()),
    couponUsesOf: (couponId, customerId) =>
      second.couponUsesOf(couponId, customerId) || first.couponUsesOf(couponId, customerId),
    couponWallet(need) {
      const found = second.couponWallet(need);
      return found.length > 0 ? found : first.couponWallet(need);
    },
    merges: (id) => filled(second.merges(id), first.merges(id)),
    chatInvite: (token) => second.chatInvite(token) ?? first.chatInvite(token),
    oneTimeCode: (id) => second.oneTimeCode(id) ?? first.oneTimeCode(id),
    codeStanding: (need) => second.codeStanding(need) ?? first.codeStanding(need),
    ...joinStaffFacts(first, second),
    ...joinNoticeFacts(first, second),
    ...joinTalkFacts(first, second),
    ...joinSurveyFacts(first, second),
    card: (id) => second.card(id) ?? first.card(id),
    ...joinCampaignFacts(first, second),
    ...joinCartFacts(first, second),
    ...joinOrderFacts(first, second),
    export: (token) => second.export(token) ?? first.export(token),
    profileFacts: (id) => filled(second.profileFacts(id), first.profileFacts(id)),
    savedSegments: () => filled(second.savedSegments(), first.savedSegments()),
    ...joinJourneyFacts(first, second),
    ...joinPageFacts(first, second),
    question: (id) => second.question(id) ?? first.question(id),
    conversation: (channel, address) =>
      second.conversation(channel, address) ?? first.conversation(channel, address),
    history(page) {
      const found = second.history(page);
      return found.length > 0 ? found : first.history(page);
    },
    keysOf: (needs) => [...first.keysOf(needs), ...second.keysOf(needs)],
    hashes: new Map([...first.hashes, ...second.hashes]),
  };
}

/** The second list, or the first where nothing is in it. */
function filled<Some>(second: readonly Some[], first: readonly Some[]): readonly Some[] {
  return second.length > 0 ? second : first;
}

function newest<Some extends { readonly id: string }>(
  first: readonly Some[],
  second: readonly Some[],
): Some[] {
  return [...new Map([...first, ...second].map((one) => [one.id, one])).values()];
}
