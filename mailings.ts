import { SvoiError } from './core/errors.ts';
import {
  beginFreezing,
  beginSending,
  callOff,
  finishCampaign,
  giveUpCampaign,
  putOffStart,
} from './core/journeys/campaigns/steps.ts';
import { type TellRules, tellMembers } from './core/journeys/campaigns/tell.ts';
import { firstMoment } from './core/journeys/campaigns/timing.ts';
import { occasionAgainMs } from './core/journeys/occasion.ts';
import type { Campaign } from './core/staff/campaigns.ts';
import {
  campaignById,
  countMembers,
  freezeAudience,
  isAnybodyWaiting,
  isAnythingReserved,
  leaveOutStatement,
  membersDue,
  messagesQueued,
  noticesBehind,
  type OpenNotice,
  openCampaigns,
  openNotices,
  settleUp,
  type Where,
  zonesOf,
} from './db/campaigns.ts';
import type { Database } from './db/database.ts';
import { segmentWhere } from './db/segments/members.ts';
import { settleNotices, type Worked } from './jobs.ts';
import { createPreviews } from './previews.ts';

/** Members of one round: one command, so that a purchase waits for no more than that. */
const membersAtOnce = 128;
/** Rows that are rewritten in one commit. */
const rowsAtOnce = 5000;
/** So many messages may be handed over and not yet looked at: what is urgent waits behind no more than these. */
const mostBehind = 1024;
/** So many messages of one campaign may wait to be sent: whoever is told after them can still be left out at once. */
const mostQueued = 10_000;
/** Batches of one campaign before the others have their turn. */
const batchesOfTurn = 16;

/**
 * Goes on with all campaigns, in turns: begins those whose moment has come, writes down who is in them, hands over those
 * that are due, takes back what was stopped. Goes on where a dead process ended; safe from two at once. `meanwhile`:
 * what must not wait until all are told, done every now and then.
 */
export async function sendCampaigns(
  svoi: Worked,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const failures: unknown[] = [];
  const settled = new Set<string>();
  for (let again = true; again; ) {
    again = false;
    for (const campaign of await openCampaigns(svoi.database, svoi.clock.now())) {
      if (settled.has(campaign.id)) continue;
      const turn = await goOn(campaign, svoi, meanwhile).catch((error) => {
        failures.push(error);
        return 'over' as const;
      });
      if (turn === 'over') settled.add(campaign.id);
      else again = true;
      await meanwhile();
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Whether a campaign has more to do at once, or nothing until something happens. */
type Turn = 'more' | 'over';

async function goOn(campaign: Campaign, svoi: Worked, meanwhile: () => Promise<void>): Promise<Turn> {
  if (campaign.plan.budgetMinor !== null) while (await settleUp(svoi.database, campaign.id));
  if (campaign.finishedAt !== null) return 'over';
  if (campaign.state === 'planned') await begin(campaign, svoi);
  if (await isIn(campaign, 'freezing', svoi)) await freeze(campaign, svoi, meanwhile);
  const turn = (await isIn(campaign, 'sending', svoi)) ? await send(campaign, svoi) : 'over';
  if (await isIn(campaign, 'stopped', svoi)) await takeBack(campaign, svoi);
  return turn;
}

/** Whether a campaign stands there now: somebody may have stopped it meanwhile. */
async function isIn({ id }: Campaign, state: Campaign['state'], { database }: Worked): Promise<boolean> {
  return (await campaignById(database, id))?.state === state;
}

/** A time where each lives comes first in the zone that lies furthest east of those somebody lives in. */
async function begin({ id, plan }: Campaign, svoi: Worked): Promise<void> {
  if (plan.timing.kind === 'local') {
    const first = firstMoment(plan.timing, await zonesOf(svoi.database, svoi.messagingRules()));
    if (first > svoi.clock.now()) {
      await svoi.submit(putOffStart(id, first));
      return;
    }
  }
  await svoi.submit(beginFreezing(id));
}

async function freeze({ id }: Campaign, svoi: Worked, meanwhile: () => Promise<void>): Promise<void> {
  const { database } = svoi;
  const campaign = await campaignById(database, id);
  const now = svoi.clock.now();
  const segment = await segmentOf(database, { rule: campaign?.rule ?? '', program: svoi.program(), now });
  if (!campaign || !segment) {
    // A segment it looks at was removed since: nobody is told, and that shows.
    await svoi.submit(giveUpCampaign(id, 'segment'));
    return;
  }
  const program = svoi.program();
  const again = occasionAgainMs(campaign.plan.occasion, svoi.journeys());
  const freezing = {
    ...{ campaign, segment, program, rules: svoi.messagingRules(), now },
    occasionAgainMs: again,
  };
  for await (const _ of freezeAudience(database, freezing)) {
    if (!(await isIn(campaign, 'freezing', svoi))) return;
    await meanwhile();
  }
  await svoi.submit(beginSending(id, await countMembers(database, id)));
}

/** A segment as SQL; an empty rule is everybody. Undefined where it can no longer be followed. */
async function segmentOf(
  database: Database,
  asked: Parameters<typeof segmentWhere>[1],
): Promise<Where | undefined> {
  if (asked.rule === '') return { where: 'true', args: [] };
  return segmentWhere(database, asked).catch((error) => {
    if (error instanceof SvoiError && error.code.startsWith('segment_')) return undefined;
    throw error;
  });
}

async function send(campaign: Campaign, svoi: Worked): Promise<Turn> {
  const { database, clock } = svoi;
  const { id } = campaign;
  const rules = tellRules(svoi);
  /** So many can be told before it is worth counting again how many messages wait. */
  let room = 0;
  for (let batch = 0; batch < batchesOfTurn; batch += 1) {
    const now = await campaignById(database, id);
    if (now?.state !== 'sending') return 'over';
    if (now.reason === 'budget') return waitForBudget(campaign, svoi);
    if (room <= 0) room = mostQueued - (await messagesQueued(database, id, mostQueued));
    if (room <= 0) return 'over';
    if ((await noticesBehind(database, clock.now(), mostBehind)) === mostBehind) await settleNotices(svoi);
    const due = await membersDue(database, id, clock.now(), membersAtOnce);
    if (due.length === 0) {
      if (!(await isAnybodyWaiting(database, id))) await svoi.submit(finishCampaign(id));
      return 'over';
    }
    await svoi.submit(tellMembers(id, due, rules));
    room -= due.length;
  }
  return 'more';
}

/** What people are told by, as it is in each moment. */
export function tellRules(svoi: Worked): () => TellRules {
  const preview = createPreviews(svoi);
  return () => ({
    messaging: svoi.messagingRules(),
    program: svoi.program(),
    journeys: svoi.journeys(),
    smsParts(reply, locale) {
      const [sms] = preview(reply, { locale, category: 'marketing' }, ['sms']);
      return sms?.sms?.segments ?? 1;
    },
  });
}

/**
 * What it may cost is set aside for messages on their way: what they do not need goes to others, so nobody is left out
 * before the last of them has ended.
 */
async function waitForBudget(campaign: Campaign, svoi: Worked): Promise<Turn> {
  const { database } = svoi;
  if (await settleUp(database, campaign.id)) return 'more';
  return (await isAnythingReserved(database, campaign.id)) ? 'over' : leaveOutTheRest(campaign, svoi);
}

/** What it may cost is used up: nobody more is told. */
async function leaveOutTheRest({ id }: Campaign, svoi: Worked): Promise<Turn> {
  while (await isAnybodyWaiting(svoi.database, id)) {
    await svoi.database.write([leaveOutStatement(id, rowsAtOnce)]);
  }
  await svoi.submit(finishCampaign(id));
  return 'over';
}

/** What is on its way this very moment stays; it is looked at again with the next call. */
async function takeBack(campaign: Campaign, svoi: Worked): Promise<void> {
  let after: OpenNotice | undefined;
  for (;;) {
    const open = await openNotices(svoi.database, campaign.id, after, membersAtOnce);
    if (open.length === 0) break;
    await Promise.all(open.map(({ id }) => svoi.submit(callOff(id))));
    after = open.at(-1);
  }
  const [left] = await openNotices(svoi.database, campaign.id, undefined, 1);
  if (!left) await svoi.submit(finishCampaign(campaign.id));
}
