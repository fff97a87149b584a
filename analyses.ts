import type { CampaignId } from './core/ids.ts';
import type { Reading } from './db/database.ts';
import { type AudienceQuestion, audienceOf, campaignResult } from './db/insights/audience.ts';
import { countBuyers } from './db/insights/buyers.ts';
import { factsPage } from './db/insights/facts_pages.ts';
import { standingPage, standingSizes } from './db/insights/history.ts';
import { hoursPage } from './db/insights/hours.ts';
import { secondPurchase } from './db/insights/lifecycle.ts';
import { listPage } from './db/insights/lists.ts';
import { fitModels } from './db/insights/models.ts';
import { frequentNames } from './db/insights/names.ts';
import { npsFigures } from './db/insights/nps.ts';
import { learnLives } from './db/insights/product_lives.ts';
import { effectReport, resultList } from './db/insights/proof.ts';
import { refillsPage } from './db/insights/refills.ts';
import { makeReport } from './db/insights/report.ts';
import { computeRfm, rfmPage } from './db/insights/rfm.ts';
import { countSales } from './db/insights/sales.ts';
import { scorePage, scoresToRemove } from './db/insights/scores.ts';
import { dryRun } from './db/journeys/dry_run.ts';
import { findEntering } from './db/journeys/finders/find.ts';
import { customersToRebuild } from './db/rebuild.ts';
import { segmentCatalogue } from './db/segments/catalogue.ts';
import { countSegment, pageOfSegment, sampleSegment, segmentWhere } from './db/segments/members.ts';
import { type Drawing, drawSvg } from './drawings.ts';

/**
 * Long looks at the database by name: each reads, counts, and answers with data that can be sent between threads. None
 * writes, and none may hold up the thread that serves requests (see `analyst.ts`).
 */
export const analyses = {
  /** How many customers there are: those who were forgotten, and those who became part of another, aside. */
  async customers(database: Reading, _: null): Promise<number> {
    const sql = 'select count(*) as customers from customers where erased_at is null and merged_into is null';
    const [rows] = await database.read([{ sql, args: [] }]);
    return Number(rows?.[0]?.customers ?? 0);
  },
  factsPage,
  learnLives,
  hoursPage,
  refillsPage,
  secondPurchase,
  fitModels,
  scorePage,
  scoresToRemove,
  customersToRebuild,
  segmentCount: countSegment,
  segmentSample: sampleSegment,
  segmentPage: pageOfSegment,
  segmentCatalogue,
  frequentNames,
  listPage,
  campaignResult: (database: Reading, id: CampaignId) => campaignResult(database, id),
  /** Whom a campaign would reach, and about what that costs; an empty rule is everybody. */
  async audience(database: Reading, { rule, ...question }: AudienceQuestion & { readonly rule: string }) {
    const { program, now } = question;
    const everybody = { where: 'true', args: [] };
    const segment = rule === '' ? everybody : await segmentWhere(database, { rule, program, now });
    return audienceOf(database, segment, question);
  },
  rfm: computeRfm,
  rfmPage,
  /** Data of a picture, and what stands out in it. */
  report: makeReport,
  /** What a campaign, a journey or all offers changed; and what there are results of. */
  effect: effectReport,
  resultList,
  /** How likely customers are to recommend the shop. */
  nps: npsFigures,
  /** The picture of a report as SVG. */
  svg: (_: Reading, drawing: Drawing) => drawSvg(drawing),
  countSales,
  countBuyers,
  standingPage,
  standingSizes,
  findEntering,
  dryRun,
} satisfies Record<string, (database: Reading, question: never) => Promise<unknown>>;

/** The analyses by name. */
export type Analyses = typeof analyses;
