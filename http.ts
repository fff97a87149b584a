import type { ApiParts, ReportLook } from './api/parts.ts';
import { lookAtCampaign, wrongIn } from './campaigns.ts';
import { SvoiError } from './core/errors.ts';
import type { Report } from './core/insights/reports/types.ts';
import { codeRules } from './core/messaging/codes.ts';
import { pageUrl } from './core/messaging/links.ts';
import { tierSince } from './core/program/rules.ts';
import { campaignById, campaignsBefore } from './db/campaigns.ts';
import { findCart, listCarts } from './db/carts.ts';
import { findBatch, findCoupon, listCodes, listCoupons } from './db/coupons.ts';
import { readCustomer, readLedger } from './db/customers.ts';
import { readRow } from './db/database.ts';
import { readCard } from './db/insights/card.ts';
import { eventsOfCustomer } from './db/insights/events.ts';
import { movesOf, nightsOf } from './db/insights/history.ts';
import { listRefills } from './db/insights/refills.ts';
import { codesOf } from './db/insights/rfm.ts';
import { countUnderWay, journeyVersions, runsOfCustomer } from './db/journeys.ts';
import { customerIdOf, listNotices, messageFigures } from './db/notices.ts';
import { findOrder, listOrders, orderHistory } from './db/orders.ts';
import { findPage, listPages } from './db/pages.ts';
import { savePicture } from './db/pictures.ts';
import { findProduct } from './db/products.ts';
import { findPurchase, readPurchase } from './db/purchases.ts';
import { findRedemption, listRedemptions } from './db/redemptions.ts';
import { findSegment, listSegments } from './db/segments/store.ts';
import { createShops, type Shops } from './db/shops.ts';
import { listTalks, readTalk } from './db/talks.ts';
import type { Drawing } from './drawings.ts';
import { tryJourney } from './journey_trials.ts';
import { keepJourney, readJourney, turnJourney } from './journeys.ts';
import { createPreviews } from './previews.ts';
import { effectOf } from './results.ts';
import { currentRfm } from './rfm.ts';
import type { Svoi } from './svoi.ts';

/** What a root knows that `Svoi` does not. */
export interface HttpOptions
  extends Pick<ApiParts, 'log' | 'metrics' | 'limits' | 'addressOf' | 'consentTexts' | 'chatSessions'>,
    Partial<Pick<ApiParts, 'claimUrl'>> {
  readonly version: string;
  /** Whether the writer has stopped after a failure of the disk. */
  writerStopped(): boolean;
  /** Default: those of the database. */
  readonly shops?: Shops;
  /** Draws reports as PNG, where that is possible. */
  drawPng?(drawing: Drawing): Promise<Uint8Array>;
}

/** The parts of the API over a database: what every root and every test gives `createApi`. */
export function apiParts(svoi: Svoi, options: HttpOptions): ApiParts {
  const { database, clock, ids } = svoi;
  const { version, writerStopped, drawPng, shops = createShops({ database, clock, ids }), ...rest } = options;
  const { claimUrl = () => undefined } = options;
  return {
    ...rest,
    clock,
    shops,
    claimUrl,
    program: svoi.program,
    submit: svoi.submit,
    codeRules: () => codeRules(svoi.program(), svoi.messagingRules().channels),
    customers: {
      async details(ref, shopId) {
        const [now, program] = [clock.now(), svoi.program()];
        const view = { shopId, now, paidSince: tierSince(program, now) };
        const details = await readCustomer(database, ref, view);
        if (!details) return undefined;
        const card = await readCard(database, { customerId: details.record.customer.id, program }, now);
        return card && { ...details, card };
      },
      ledger: (ref, page) => readLedger(database, ref, page, clock.now()),
    },
    redemptions: {
      find: (shopId, reference) => findRedemption(database, shopId, reference),
      list: (shopId, page) => listRedemptions(database, shopId, page),
    },
    coupons: {
      find: (reference) => findCoupon(database, reference),
      list: (page) => listCoupons(database, page),
      batch: (id) => findBatch(database, id),
      codes: (id, page) => listCodes(database, id, page),
    },
    rfm: {
      current: (profile) => currentRfm(svoi, profile),
      async members(profile, { map, place, ...page }) {
        await currentRfm(svoi, profile);
        const asked = { profile, now: clock.now(), zone: svoi.program().zone };
        return svoi.analyst.ask('rfmPage', { ...asked, ...page, codes: codesOf(profile, map, place) });
      },
    },
    nps: (question) => svoi.analyst.ask('nps', { ...question, zone: svoi.program().zone }),
    talks: {
      list: (page) => listTalks(database, page),
      read: (id) => readTalk(database, id),
    },
    messages: messageReads(svoi),
    pictures: picturesOf(svoi),
    pages: pageReads(svoi),
    preview: createPreviews(svoi),
    reports: reportReads(svoi, drawPng),
    products: { find: (sku) => findProduct(database, sku) },
    carts: cartReads(svoi),
    orders: orderReads(svoi),
    events: eventReads(svoi),
    journeys: journeyReads(svoi),
    segments: segmentReads(svoi),
    campaigns: campaignReads(svoi),
    refills: { list: (page) => listRefills(database, page) },
    purchases: {
      idOf: (shopId, reference) => findPurchase(database, shopId, reference),
      read: (id) => readPurchase(database, id, clock.now()),
    },
    health: healthOf(svoi, version, writerStopped),
  };
}

function pageReads({ database, clock, messagingRules }: Svoi): ApiParts['pages'] {
  return {
    find: (slug) => findPage(database, slug, clock.now()),
    list: (limit, after) => listPages(database, { limit, ...(after === undefined ? {} : { after }) }),
    urlOf: (slug) => pageUrl(messagingRules().site ?? '', slug),
  };
}

function picturesOf({ database, ids, messagingRules }: Svoi): ApiParts['pictures'] {
  return {
    async save(picture) {
      const id = ids.next('pic', picture.createdAt);
      await savePicture(database, { ...picture, id });
      return id;
    },
    urlOf: (id) => `${messagingRules().site ?? ''}/p/${id}`,
  };
}

function messageReads({ database, clock }: Svoi): ApiParts['messages'] {
  return {
    async list(page, customer) {
      if (customer === undefined) return listNotices(database, page);
      const customerId = await customerIdOf(database, customer, clock.now());
      return customerId && listNotices(database, { ...page, customerId });
    },
    figures: (from, to) => messageFigures(database, from, to),
  };
}

function cartReads({ database, clock }: Svoi): ApiParts['carts'] {
  return {
    find: (shopId, reference) => findCart(database, shopId, reference),
    async list(shopId, customer, page) {
      const customerId = await customerIdOf(database, customer, clock.now());
      return customerId && listCarts(database, { shopId, customerId }, page);
    },
  };
}

function orderReads({ database, clock }: Svoi): ApiParts['orders'] {
  return {
    async find(shopId, reference) {
      const order = await findOrder(database, shopId, reference);
      return order && { order, history: await orderHistory(database, order) };
    },
    async list(shopId, customer, page) {
      const customerId = await customerIdOf(database, customer, clock.now());
      return customerId && listOrders(database, { shopId, customerId }, page);
    },
  };
}

function eventReads({ database, clock }: Svoi): ApiParts['events'] {
  return {
    async list(customer, page) {
      const customerId = await customerIdOf(database, customer, clock.now());
      return customerId && eventsOfCustomer(database, customerId, page);
    },
  };
}

/** Journeys as they are now: another process may have changed them a moment ago. */
function journeyReads(svoi: Svoi): ApiParts['journeys'] {
  const { database, clock } = svoi;
  return {
    async list() {
      await svoi.reloadJourneys();
      return svoi.journeys();
    },
    underWay: (key) => countUnderWay(database, key),
    versions: (key) => journeyVersions(database, key),
    async runs(customer, page) {
      const customerId = await customerIdOf(database, customer, clock.now());
      return customerId && runsOfCustomer(database, customerId, page);
    },
    read: (text) => readJourney(text, svoi),
    keep: (definition, actor) => keepJourney(definition, actor, svoi),
    turn: (key, isOn, actor) => turnJourney(key, isOn, actor, svoi),
    dryRun: (definition, days) => tryJourney(svoi, definition, days),
  };
}

function healthOf({ database }: Svoi, version: string, writerStopped: () => boolean): ApiParts['health'] {
  return {
    version,
    async check() {
      if (writerStopped()) return 'writer_stopped';
      const row = await readRow(database, 'select 1 as one').catch(() => undefined);
      return row ? 'ok' : 'database_unreachable';
    },
  };
}

/** Segments, counted and listed by the analyst. */
function segmentReads({ analyst, clock, database, program }: Svoi): ApiParts['segments'] {
  const rules = () => {
    const { zone, currency, tiers, tier_days, rfm, facts } = program();
    return { zone, currency, tiers, tier_days, rfm, facts };
  };
  const asked = (rule: string) => ({ rule, program: rules(), now: clock.now() });
  return {
    catalogue: () => analyst.ask('segmentCatalogue', rules()),
    count: (rule) => analyst.ask('segmentCount', asked(rule)),
    sample: (rule, size) => analyst.ask('segmentSample', { ...asked(rule), size, seed: rule }),
    members: (rule, page) => analyst.ask('segmentPage', { ...asked(rule), ...page }),
    find: (reference) => findSegment(database, reference),
    list: (page) => listSegments(database, page),
    history: (id, period) => nightsOf(database, id, period),
    moves: (id, page) => movesOf(database, id, page),
  };
}

/** Campaigns as they are kept, and what they would come to. */
function campaignReads(svoi: Svoi): ApiParts['campaigns'] {
  const { database, analyst, clock, ids } = svoi;
  return {
    find: (id) => campaignById(database, id),
    list: (page) => campaignsBefore(database, page),
    async figures(id) {
      const found = await analyst.ask('campaignResult', id);
      if (!found) throw new SvoiError('campaign_not_found', `there is no campaign ${id}`);
      return found.figures;
    },
    wrong: (campaign) => wrongIn(campaign, svoi),
    async count(campaign) {
      const id = ids.next('cmp', clock.now());
      const { audience } = await lookAtCampaign({ ...campaign, id }, svoi);
      if (!audience) throw new SvoiError('segment_invalid', `"${campaign.rule}" cannot be followed`);
      return audience;
    },
    site: () => svoi.messagingRules().site,
  };
}

/** Reports as data and as pictures. */
function reportReads(svoi: Svoi, drawPng: HttpOptions['drawPng']): ApiParts['reports'] {
  const drawing = (report: Report, { locale, theme }: ReportLook): Drawing => {
    const { zone, currency } = svoi.program();
    return { report, reader: { locale, theme, zone, currency } };
  };
  return {
    async make({ name, profile, ...question }) {
      const { zone, rfm } = svoi.program();
      const scored = rfm.profiles.find((one) => profile === undefined || one.name === profile);
      if (name === 'rfm' && scored) await currentRfm(svoi, scored);
      const named = profile === undefined ? {} : { profile };
      const asked = { name, ...named, ...question, program: { zone, rfm }, now: svoi.clock.now() };
      return svoi.analyst.ask('report', asked);
    },
    effect: (asked) => effectOf(svoi, asked),
    svg: (report, look) => svoi.analyst.ask('svg', drawing(report, look)),
    ...(drawPng ? { png: (report, look) => drawPng(drawing(report, look)) } : {}),
  };
}
