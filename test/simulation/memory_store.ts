import type { AuditEntry } from '../../core/audit/types.ts';
import type { Coupon, CouponBatch, CouponCode, CouponUse } from '../../core/coupons/types.ts';
import type { ChatInvite } from '../../core/customers/chat_invite.ts';
import type { Merge } from '../../core/customers/merges.ts';
import type { OneTimeCode } from '../../core/customers/one_time_code.ts';
import type { Consent, Customer, ExternalId } from '../../core/customers/types.ts';
import { type Conversation, conversationKey } from '../../core/dialogs/types.ts';
import type { ProfileFact } from '../../core/insights/facts/types.ts';
import type { NewSurvey, Survey } from '../../core/insights/nps/types.ts';
import type { Question } from '../../core/insights/questions.ts';
import type { LedgerTransaction, Lot } from '../../core/ledger/types.ts';
import type { Attempt, Notice } from '../../core/messaging/notices.ts';
import { isOpenMessage, isSettled } from '../../core/messaging/states.ts';
import type { Choices, OutboxMessage } from '../../core/messaging/types.ts';
import { points } from '../../core/points.ts';
import { type Cart, cartKey } from '../../core/purchases/carts.ts';
import { type Order, orderKey } from '../../core/purchases/orders.ts';
import type { Purchase, Refund } from '../../core/purchases/types.ts';
import { isOpen } from '../../core/redemptions/hold.ts';
import type { PaymentCode, Redemption } from '../../core/redemptions/types.ts';
import type { Segment } from '../../core/segments/saved.ts';
import type { Campaign } from '../../core/staff/campaigns.ts';
import type { Approval, Staff } from '../../core/staff/types.ts';
import type { Talk, TalkMessage } from '../../core/talks/types.ts';
import { DAY_MS } from '../../core/time.ts';
import type { Changes } from '../../db/changes.ts';
import { sha256 } from '../../db/hash.ts';
import { markBought } from './queries/carts.ts';
import { forgetProfile, profileKey, writeProfile } from './queries/profile.ts';
import { lastSurveyed } from './queries/surveys.ts';
import { Chains, type Journal, StaleError, Table } from './table.ts';

/** What was asked and answered, by natural key; the input as its whole text. */
export interface DoneCommand {
  readonly key: string;
  readonly input: string;
  readonly result: string;
}

/** A message as it stands in the outbox. */
export type KeptMessage = Omit<OutboxMessage, 'dueAt' | 'noticeId'> & Attempt;

/** What a message begins with. */
const unsent = {
  ...({ state: 'queued', leaseUntil: null, error: null, tries: 0, sentAt: null, deliveredAt: null } as const),
  ...{ readAt: null, overtakenAt: null, priceMicros: null, smsPriceMicros: null },
};

/**
 * The database in memory: what commits write is kept under the same promises, and a commit is all or nothing. It holds
 * the objects of core themselves; runs on a real database compare the two.
 */
export class MemoryStore {
  readonly #journal: Journal = [];
  /** How many commits there have been. */
  version = 0;
  /** Up to when purchases were looked at that are asked about, epoch milliseconds. */
  askedUpTo: number | undefined;

  readonly commands = this.#table<DoneCommand>({ name: 'commands', key: ({ key }) => key });
  readonly customers = this.#table<Customer, 'phone' | 'card'>({
    name: 'customers',
    key: ({ id }) => id,
    unique: { phone: ({ phone }) => phone, card: ({ card }) => card },
  });
  readonly externalIds = this.#table<ExternalId, 'customer'>({
    name: 'external_ids',
    key: ({ shopId, externalId }) => `${shopId} ${externalId}`,
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly consents = this.#table<Consent, 'customer'>({
    name: 'consents',
    key: ({ id }) => id,
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly codes = this.#table<OneTimeCode, 'open' | 'phone'>({
    name: 'one_time_codes',
    key: ({ id }) => id,
    unique: {
      open: ({ phone, purpose, subject, closedAt }) =>
        closedAt === null ? `${phone} ${purpose} ${subject}` : null,
    },
    groups: { phone: ({ phone }) => phone },
  });
  readonly merges = this.#table<Merge, 'from' | 'into' | 'open'>({
    name: 'merges',
    key: ({ id }) => id,
    unique: { open: ({ fromId, undoneAt }) => (undoneAt === null ? fromId : null) },
    groups: { from: ({ fromId }) => fromId, into: ({ intoId }) => intoId },
  });
  readonly invites = this.#table<ChatInvite, 'customer'>({
    name: 'chat_invites',
    key: ({ tokenHash }) => tokenHash,
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly chats = this.#table<Conversation, 'id' | 'customer'>({
    name: 'addresses',
    key: ({ address }) => conversationKey(address.channel, address.externalId),
    unique: { id: ({ address }) => address.id },
    groups: { customer: ({ address }) => address.customerId },
  });
  readonly messages = this.#table<KeptMessage, 'customer' | 'address' | 'notice' | 'talk'>({
    name: 'messages',
    key: ({ id }) => id,
    groups: {
      customer: ({ customerId }) => customerId,
      address: ({ addressId }) => addressId,
      notice: ({ noticeId }) => noticeId,
      talk: ({ talkId = null }) => talkId,
    },
  });
  readonly notices = this.#table<Notice, 'occasion' | 'customer'>({
    name: 'notices',
    key: ({ id }) => id,
    unique: {
      occasion: ({ customerId, occasion }) => (occasion === null ? null : `${customerId} ${occasion}`),
    },
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly purchases = this.#table<Purchase, 'shop' | 'claim' | 'customer'>({
    name: 'purchases',
    key: ({ id }) => id,
    unique: {
      shop: ({ shopId, externalId }) => `${shopId} ${externalId}`,
      claim: ({ claimCode }) => claimCode,
    },
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly carts = this.#table<Cart, 'name' | 'customer'>({
    name: 'carts',
    key: ({ id }) => id,
    unique: { name: cartKey },
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly orders = this.#table<Order, 'name' | 'customer'>({
    name: 'orders',
    key: ({ id }) => id,
    unique: { name: orderKey },
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly refunds = this.#table<Refund, 'shop' | 'purchase'>({
    name: 'refunds',
    key: ({ id }) => id,
    unique: { shop: ({ shopId, externalId }) => `${shopId} ${externalId}` },
    groups: { purchase: ({ purchaseId }) => purchaseId },
  });
  readonly redemptions = this.#table<Redemption, 'shop' | 'customer'>({
    name: 'redemptions',
    key: ({ id }) => id,
    unique: { shop: ({ shopId, externalId }) => `${shopId} ${externalId}` },
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly paymentCodes = this.#table<PaymentCode, 'customer'>({
    name: 'payment_codes',
    key: ({ code }) => code,
    unique: { customer: ({ customerId }) => customerId },
  });
  readonly coupons = this.#table<Coupon, 'name'>({
    name: 'coupons',
    key: ({ id }) => id,
    unique: { name: ({ name }) => name },
  });
  readonly couponCodes = this.#table<CouponCode, 'customer'>({
    name: 'coupon_codes',
    key: ({ code }) => code,
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly couponBatches = this.#table<CouponBatch>({ name: 'coupon_batches', key: ({ id }) => id });
  readonly couponUses = this.#table<CouponUse, 'coupon' | 'reservation' | 'purchase'>({
    name: 'coupon_uses',
    key: ({ id }) => id,
    groups: {
      coupon: ({ couponId }) => couponId,
      reservation: ({ shopId, reservation }) => (reservation === null ? null : `${shopId} ${reservation}`),
      purchase: ({ purchaseId }) => purchaseId,
    },
  });
  readonly staff = this.#table<Staff, 'phone' | 'customer' | 'invite'>({
    name: 'staff',
    key: ({ id }) => id,
    unique: {
      phone: ({ phone, removedAt }) => (removedAt === null ? phone : null),
      customer: ({ customerId, removedAt }) => (removedAt === null ? customerId : null),
      invite: ({ inviteHash }) => inviteHash,
    },
  });
  readonly segments = this.#table<Segment, 'name'>({
    name: 'segments',
    key: ({ id }) => id,
    unique: { name: ({ name, removedAt }) => (removedAt === null ? name : null) },
  });
  readonly approvals = this.#table<Approval>({ name: 'approvals', key: ({ id }) => id });
  readonly profileFacts = this.#table<ProfileFact, 'customer'>({
    name: 'customer_facts',
    key: profileKey,
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly surveys = this.#table<Survey, 'purchase' | 'customer'>({
    name: 'surveys',
    key: ({ id }) => id,
    unique: { purchase: ({ purchaseId }) => purchaseId },
    groups: { customer: ({ customerId }) => customerId },
  });
  readonly questions = this.#table<Question>({ name: 'questions', key: ({ id }) => id });
  readonly campaigns = this.#table<Campaign>({ name: 'campaigns', key: ({ id }) => id });
  readonly talks = this.#table<Talk, 'open' | 'address' | 'customer'>({
    name: 'talks',
    key: ({ id }) => id,
    unique: { open: ({ addressId, status }) => (status === 'closed' ? null : addressId) },
    groups: { address: ({ addressId }) => addressId, customer: ({ customerId }) => customerId },
  });
  readonly talkMessages = this.#table<TalkMessage, 'talk'>({
    name: 'talk_messages',
    key: ({ id }) => id,
    groups: { talk: ({ talkId }) => talkId },
  });
  readonly lots = this.#table<Lot, 'open'>({
    name: 'lots',
    key: ({ id }) => id,
    groups: { open: ({ customerId, remaining }) => (remaining > 0 ? customerId : null) },
  });
  readonly ledger = new Chains<LedgerTransaction>('ledger', this.#journal);
  readonly audit = new Chains<AuditEntry>('audit', this.#journal);

  #table<Row extends object, Index extends string = never>(
    shape: ConstructorParameters<typeof Table<Row, Index>>[0],
  ): Table<Row, Index> {
    return new Table(shape, this.#journal);
  }

  /** Writes all of it, in the order of db/changes.ts, or nothing. Throws a StaleError where somebody was first. */
  commit(changes: Changes, done?: DoneCommand): void {
    this.#journal.length = 0;
    try {
      if (done) this.commands.insert(done);
      this.#writePeople(changes);
      this.#writePurchases(changes);
      this.#writeRedemptions(changes);
      this.#writeCoupons(changes);
      this.#writeStaff(changes);
      this.#writeLedger(changes);
      for (const entry of changes.audit ?? []) this.audit.append(entry.chain, entry);
      for (const survey of changes.surveys ?? []) this.#beginSurvey(survey);
      for (const survey of changes.surveyUpdates ?? []) this.surveys.update(survey);
      writeProfile(this, changes);
      this.#writeNotices(changes);
      for (const { customerId, at } of changes.erasures ?? []) this.#erase(customerId, at);
      this.#writeChats(changes);
      this.version += 1;
    } catch (error) {
      for (const undo of this.#journal.reverse()) undo();
      throw error;
    }
  }

  #writePeople(changes: Changes): void {
    for (const customer of changes.customers ?? []) this.customers.insert(customer);
    for (const customer of changes.customerUpdates ?? []) {
      // What a person is told at making and forgetting is not rewritten.
      const before = this.customers.get(customer.id);
      if (before) this.customers.update({ ...customer, erasedAt: before.erasedAt });
    }
    for (const externalId of changes.externalIds ?? []) this.externalIds.insert(externalId);
    for (const consent of changes.consents ?? []) this.consents.insert(consent);
    for (const merge of changes.merges ?? []) this.merges.insert(merge);
    for (const merge of changes.mergeUpdates ?? []) this.merges.update(merge);
    for (const { token, ...invite } of changes.chatInvites ?? []) {
      this.#forgetInvites(invite.customerId);
      this.invites.insert({ ...invite, tokenHash: sha256(token) });
    }
    for (const invite of changes.chatInviteUpdates ?? []) this.invites.update(invite);
    for (const code of changes.oneTimeCodeUpdates ?? []) this.codes.update(code);
    for (const code of changes.oneTimeCodes ?? []) {
      for (const old of this.codes.values()) {
        if (old.createdAt < code.createdAt - 2 * DAY_MS) this.codes.remove(old.id);
      }
      this.codes.insert(code);
    }
  }

  #forgetInvites(customerId: string): void {
    for (const { tokenHash } of this.invites.all('customer', customerId)) this.invites.remove(tokenHash);
  }

  #writePurchases(changes: Changes): void {
    for (const purchase of changes.purchases ?? []) this.purchases.insert(purchase);
    for (const purchase of changes.purchaseUpdates ?? []) this.purchases.update(purchase);
    for (const refund of changes.refunds ?? []) this.refunds.insert(refund);
    for (const cart of changes.carts ?? []) this.carts.insert(cart);
    for (const cart of changes.cartUpdates ?? []) this.carts.update(cart);
    for (const purchase of changes.purchases ?? []) markBought(this, purchase);
    for (const order of changes.orders ?? []) this.orders.insert(order);
    for (const order of changes.orderUpdates ?? []) this.orders.update(order);
  }

  #writeRedemptions(changes: Changes): void {
    for (const redemption of changes.redemptions ?? []) this.redemptions.insert(redemption);
    for (const redemption of changes.redemptionUpdates ?? []) this.redemptions.update(redemption);
    for (const code of changes.usedPaymentCodes ?? []) this.paymentCodes.remove(code);
    const now = Math.min(...(changes.paymentCodes ?? []).map((code) => code.createdAt));
    for (const code of changes.paymentCodes ?? []) {
      for (const old of this.paymentCodes.values()) {
        if (old.expiresAt <= now || old.customerId === code.customerId) this.paymentCodes.remove(old.code);
      }
      this.paymentCodes.insert(code);
    }
  }

  #writeCoupons(changes: Changes): void {
    for (const coupon of changes.coupons ?? []) this.coupons.insert(coupon);
    for (const coupon of changes.couponUpdates ?? []) this.coupons.update(coupon);
    for (const code of changes.couponCodes ?? []) this.couponCodes.insert(code);
    for (const code of changes.couponCodeUpdates ?? []) this.couponCodes.update(code);
    for (const batch of changes.couponBatches ?? []) this.couponBatches.insert(batch);
    for (const { batchId, at, codes } of changes.couponBatchFills ?? []) {
      for (const code of codes) if (!this.couponCodes.get(code.code)) this.couponCodes.insert(code);
      const batch = this.couponBatches.get(batchId);
      if (!batch) continue;
      const made = [...this.couponCodes.values()].filter((code) => code.batchId === batchId).length;
      this.couponBatches.update({ ...batch, made, finishedAt: made >= batch.wanted ? at : null });
    }
    for (const use of changes.couponUses ?? []) this.couponUses.insert(use);
    for (const use of changes.couponUseUpdates ?? []) this.couponUses.update(use);
  }

  #writeStaff(changes: Changes): void {
    for (const segment of changes.segments ?? []) this.segments.insert(segment);
    for (const segment of changes.segmentUpdates ?? []) this.segments.update(segment);
    for (const { inviteToken: token, ...one } of changes.staff ?? []) {
      this.staff.insert(token === undefined ? one : { ...one, inviteHash: sha256(token) });
    }
    for (const { inviteToken: token, ...one } of changes.staffUpdates ?? []) {
      this.staff.update(token === undefined ? one : { ...one, inviteHash: sha256(token) });
    }
    for (const approval of changes.approvals ?? []) this.approvals.insert(approval);
    for (const approval of changes.approvalUpdates ?? []) this.approvals.update(approval);
    for (const question of changes.questions ?? []) this.questions.insert(question);
    for (const question of changes.questionUpdates ?? []) this.questions.update(question);
    for (const campaign of changes.campaigns ?? []) this.campaigns.insert(campaign);
    for (const campaign of changes.campaignUpdates ?? []) this.campaigns.update(campaign);
    for (const talk of changes.talks ?? []) this.talks.insert(talk);
    for (const talk of changes.talkUpdates ?? []) this.talks.update(talk);
    for (const said of changes.talkMessages ?? []) this.talkMessages.insert(said);
  }

  #writeNotices(changes: Changes): void {
    for (const notice of changes.notices ?? []) {
      const { customerId, occasion } = notice;
      const accounts = [...this.customers.values()].filter((one) =>
        [one.id, one.mergedInto].includes(customerId),
      );
      const told =
        occasion !== null && accounts.some(({ id }) => this.notices.find('occasion', `${id} ${occasion}`));
      const dropped = { state: 'dropped', reason: 'occasion', occasion: null, dueAt: null } as const;
      this.notices.insert(told ? { ...notice, ...dropped, settledAt: notice.createdAt } : notice);
    }
    for (const notice of changes.noticeUpdates ?? []) this.notices.update(notice);
    for (const { was, attempt } of changes.attemptUpdates ?? []) {
      const before = this.messages.get(attempt.id);
      if (before && (before.state !== was.state || before.leaseUntil !== was.leaseUntil)) {
        throw new StaleError(`message ${attempt.id} changed meanwhile`);
      }
      if (before) this.messages.update({ ...before, ...attempt });
    }
  }

  #writeLedger({ transactions = [] }: Changes): void {
    for (const transaction of transactions) {
      this.ledger.append(transaction.customerId, transaction);
      for (const lot of transaction.lots) this.lots.insert(lot);
      for (const { lotId, points: change } of transaction.moves) {
        const lot = this.lots.get(lotId);
        if (lot) this.lots.update({ ...lot, remaining: points(lot.remaining + change) });
      }
    }
  }

  #beginSurvey({ after, ...survey }: NewSurvey): void {
    const last = lastSurveyed(this, survey.customerId);
    if (last > after) throw new StaleError(`${survey.customerId} was asked meanwhile`);
    this.surveys.insert(survey);
  }

  /** What the person said of us goes, also what was said to accounts merged into this one. */
  #forgetSurveys(customerId: string): void {
    const merged = [...this.customers.values()].filter((one) => one.mergedInto === customerId);
    for (const id of [customerId, ...merged.map((one) => one.id)]) {
      for (const survey of this.surveys.all('customer', id).filter(({ reason }) => reason !== null)) {
        this.surveys.update({ ...survey, reason: null, revision: survey.revision + 1 });
      }
    }
  }

  #erase(customerId: string, at: number): void {
    this.#forgetTalks(customerId, at);
    this.#forgetSurveys(customerId);
    forgetProfile(this, customerId, true);
    const customer = this.customers.get(customerId);
    if (customer) this.#forgetToldToStaff(customer);
    const nothing = { phone: null, card: null, name: null, birthday: null, gender: null };
    const nowhere = { locale: null, zone: null, city: null, registeredAt: null, registeredIn: null };
    for (const { id } of this.codes.all('phone', customer?.phone ?? '')) this.codes.remove(id);
    this.#forgetInvites(customerId);
    const sms = this.chats.get(conversationKey('sms', customer?.phone ?? ''));
    if (sms) this.chats.remove(conversationKey('sms', sms.address.externalId));
    if (customer) this.customers.update({ ...customer, ...nothing, ...nowhere, erasedAt: at });
    for (const { shopId, externalId } of this.externalIds.all('customer', customerId)) {
      this.externalIds.remove(`${shopId} ${externalId}`);
    }
    for (const { code } of this.paymentCodes.all('customer', customerId)) this.paymentCodes.remove(code);
    this.#forgetCarts(customerId);
    for (const one of this.redemptions.all('customer', customerId).filter(isOpen)) {
      const revision = one.revision + 1;
      this.redemptions.update({ ...one, status: 'cancelled', settledAt: at, taken: [], revision });
    }
    for (const message of this.messages.all('customer', customerId)) {
      const state = isOpenMessage(message.state) ? 'cancelled' : message.state;
      this.messages.update({ ...message, reply: { paragraphs: [] }, customerId: null, state });
    }
    for (const notice of this.notices.all('customer', customerId)) {
      const revision = notice.revision + 1;
      const over = { state: 'stopped', reason: 'erased', dueAt: null, settledAt: at } as const;
      const ends = isSettled(notice.state) ? {} : over;
      this.notices.update({ ...notice, reply: { paragraphs: [] }, ...ends, revision });
    }
    for (const { address } of this.chats.all('customer', customerId)) {
      this.chats.remove(conversationKey(address.channel, address.externalId));
    }
    for (const one of this.staff.values()) {
      if (one.customerId === customerId) this.staff.update(forgotten(one, at));
    }
  }

  #forgetToldToStaff({ id, phone, card }: Customer): void {
    const named = [id, phone, card].filter((one) => one !== null);
    for (const { customerId: reader } of this.staff.values()) {
      for (const message of reader === null ? [] : this.messages.all('customer', reader)) {
        const text = JSON.stringify(message.reply);
        if (!named.some((one) => text.includes(one))) continue;
        const state = isOpenMessage(message.state) ? 'cancelled' : message.state;
        this.messages.update({ ...message, reply: { paragraphs: [] }, state });
      }
    }
  }

  #forgetCarts(customerId: string): void {
    const merged = [...this.customers.values()].filter((one) => one.mergedInto === customerId);
    for (const id of [customerId, ...merged.map((one) => one.id)]) {
      for (const cart of this.carts.all('customer', id)) this.carts.remove(cart.id);
      for (const order of this.orders.all('customer', id)) this.orders.remove(order.id);
    }
  }

  #writeChats(changes: Changes): void {
    for (const chat of changes.conversations ?? []) this.#writeChat(chat);
    for (const address of changes.newAddresses ?? []) {
      this.chats.insert({ address, state: null, revision: 1 });
    }
    for (const { id, customerId } of changes.addressLinks ?? []) {
      const chat = this.chats.find('id', id);
      if (!chat) continue;
      this.chats.update({ ...chat, address: { ...chat.address, customerId }, revision: chat.revision + 1 });
    }
    for (const offer of changes.choices ?? []) this.#offer(offer);
    for (const { dueAt: _, noticeId = null, ...message } of changes.messages ?? []) {
      this.messages.insert({ ...message, ...unsent, noticeId });
    }
  }

  #offer({ addressId, choices, about }: Choices): void {
    const chat = this.chats.find('id', addressId);
    if (!chat?.state) return;
    const { about: answered, ...rest } = chat.state.data;
    if (about !== undefined && answered === about) return;
    const data = about === undefined ? chat.state.data : rest;
    this.chats.update({ ...chat, state: { ...chat.state, data, choices }, revision: chat.revision + 1 });
  }

  #forgetTalks(customerId: string, at: number): void {
    const chats = this.chats.all('customer', customerId).map(({ address }) => address.id);
    const merged = [...this.customers.values()].filter((one) => one.mergedInto === customerId);
    const theirs = [
      ...[customerId, ...merged.map(({ id }) => id)].flatMap((id) => this.talks.all('customer', id)),
      ...chats.flatMap((id) => this.talks.all('address', id)),
    ];
    for (const talk of new Map(theirs.map((one) => [one.id, one])).values()) {
      for (const said of this.talkMessages.all('talk', talk.id)) {
        this.talkMessages.update({ ...said, text: '' });
      }
      for (const { talkId: _, ...told } of this.messages.all('talk', talk.id)) {
        const state = isOpenMessage(told.state) ? 'cancelled' : told.state;
        this.messages.update({ ...told, reply: { paragraphs: [] }, state });
      }
      const { revision, closedAt, closedBy } = talk;
      const over = { status: 'closed', customerId: null, remindedAt: null, revision: revision + 1 } as const;
      this.talks.update({ ...talk, ...over, closedAt: closedAt ?? at, closedBy: closedBy ?? 'customer' });
    }
  }

  /** A chat that is there keeps its id. */
  #writeChat(chat: Conversation): void {
    const { channel, externalId } = chat.address;
    const before = this.chats.get(conversationKey(channel, externalId));
    if (!before && chat.revision > 1) throw new StaleError(`chat ${externalId} was forgotten meanwhile`);
    if (!before) this.chats.insert(chat);
    else this.chats.update({ ...chat, address: { ...chat.address, id: before.address.id } });
  }
}

/** Who is erased is no longer on the staff: what is left of them is an id. */
function forgotten(one: Staff, at: number): Staff {
  const { removedAt, revision } = one;
  const nothing = { phone: '', name: null, customerId: null, inviteHash: null };
  return { ...one, ...nothing, removedAt: removedAt ?? at, revision: revision + 1 };
}
