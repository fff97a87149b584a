import type { AuditFacts } from '../core/audit/types.ts';
import { accountStatements } from './changes/accounts.ts';
import { auditStatements } from './changes/audit.ts';
import { campaignStatements } from './changes/campaigns.ts';
import { cartStatements } from './changes/carts.ts';
import { chatStatements } from './changes/chats.ts';
import { codeStatements } from './changes/codes.ts';
import { couponStatements } from './changes/coupons.ts';
import { customerStatements, erase } from './changes/customers.ts';
import { exportStatements } from './changes/exports.ts';
import { forgetJourneys, journeyStatements } from './changes/journeys.ts';
import { ledgerStatements } from './changes/ledger.ts';
import { noticeStatements } from './changes/notices.ts';
import { orderStatements } from './changes/orders.ts';
import { pageStatements } from './changes/pages.ts';
import { type Changes, forRows } from './changes/part.ts';
import { productStatements } from './changes/products.ts';
import { forgetProfile, profileStatements } from './changes/profile.ts';
import { purchaseStatements } from './changes/purchases.ts';
import { questionStatements } from './changes/questions.ts';
import { redemptionStatements } from './changes/redemptions.ts';
import { segmentStatements } from './changes/segments.ts';
import { forgetStaff, staffStatements } from './changes/staff.ts';
import { forgetSurveys, surveyStatements } from './changes/surveys.ts';
import { forgetTalks, talkStatements } from './changes/talks.ts';
import { tallyStatements } from './changes/tallies.ts';
import { totalStatements } from './changes/totals.ts';
import type { Statement } from './database.ts';
import { inserter } from './rows.ts';
import * as schema from './schema.ts';

export type { Changes } from './changes/part.ts';

/** A command that was carried out, for the repeats to come. */
export type CommandRow = typeof schema.commands.$inferSelect;

/** The ends of the chains that new rows are sealed onto. */
export interface Heads {
  /** The hash each customer's chain of the ledger ends in; moved on as transactions are sealed. */
  readonly ledger: Map<string, string>;
  readonly auditHead: AuditFacts['auditHead'];
}

const insertCommands = inserter(schema.commands);

/** The statements that write a group's changes, one or two a table. */
export function statementsFor(changes: Changes, commands: readonly CommandRow[], heads: Heads): Statement[] {
  return [
    ...forRows(commands, insertCommands),
    ...customerStatements(changes),
    ...codeStatements(changes),
    ...accountStatements(changes),
    ...purchaseStatements(changes),
    ...cartStatements(changes),
    ...orderStatements(changes),
    ...productStatements(changes),
    ...couponStatements(changes),
    ...redemptionStatements(changes),
    ...ledgerStatements(changes, heads.ledger),
    ...staffStatements(changes),
    ...segmentStatements(changes),
    ...campaignStatements(changes),
    ...questionStatements(changes),
    ...exportStatements(changes),
    ...talkStatements(changes),
    ...surveyStatements(changes),
    ...profileStatements(changes),
    ...auditStatements(changes, heads.auditHead),
    ...tallyStatements(changes),
    ...totalStatements(changes),
    ...noticeStatements(changes),
    ...journeyStatements(changes),
    ...pageStatements(changes),
    // Before chats: who asks in a chat to be erased still gets the goodbye, in a chat that begins anew.
    ...forRows(changes.erasures, forgetTalks),
    ...forRows(changes.erasures, forgetSurveys),
    ...forRows(changes.erasures, forgetProfile),
    ...forRows(changes.erasures, forgetJourneys),
    ...forRows(changes.erasures, erase),
    ...forRows(changes.erasures, forgetStaff),
    ...chatStatements(changes),
  ];
}
