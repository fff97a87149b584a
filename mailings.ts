import { campaignReply } from './core/dialogs/staff/segments/write.ts';
import { SvoiError } from './core/errors.ts';
import { beginSending, callOff, finishCampaign, tellMember } from './core/journeys/campaigns.ts';
import type { Campaign } from './core/staff/campaigns.ts';
import {
  countMembers,
  freezeAudience,
  isAnybodyWaiting,
  membersDue,
  openCampaigns,
  openNotices,
} from './db/campaigns.ts';
import { segmentWhere } from './db/segments/members.ts';
import type { Worked } from './jobs.ts';

/** Members of one round: one group of the writer, so that a purchase waits for no more than that. */
const membersAtOnce = 128;

/**
 * Goes on with all messages to segments: writes down who is in them, hands over those that are due, takes back what
 * was stopped. Goes on where a dead process ended; safe from two at once.
 */
export async function sendCampaigns(svoi: Worked): Promise<void> {
  const failures: unknown[] = [];
  for (const campaign of await openCampaigns(svoi.database)) {
    await goOn(campaign, svoi).catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function goOn(campaign: Campaign, svoi: Worked): Promise<void> {
  if (campaign.state === 'freezing') await freeze(campaign, svoi);
  if (await isIn(campaign, 'sending', svoi)) await send(campaign, svoi);
  if (await isIn(campaign, 'stopped', svoi)) await takeBack(campaign, svoi);
}

/** Whether a campaign stands there now: somebody may have stopped it meanwhile. */
async function isIn({ id }: Campaign, state: Campaign['state'], { database }: Worked): Promise<boolean> {
  const open = await openCampaigns(database);
  return open.some((one) => one.id === id && one.state === state);
}

async function freeze(campaign: Campaign, svoi: Worked): Promise<void> {
  const { database } = svoi;
  const now = svoi.clock.now();
  const asked = { rule: campaign.rule, program: svoi.program(), now };
  const segment = await segmentWhere(database, asked).catch((error) => {
    if (error instanceof SvoiError && error.code.startsWith('segment_')) return undefined;
    throw error;
  });
  if (!segment) {
    // A segment it looks at was removed since: nobody is told, and that shows.
    await svoi.submit(finishCampaign(campaign.id));
    return;
  }
  const freezing = { campaignId: campaign.id, segment, rules: svoi.messagingRules(), now };
  for await (const _ of freezeAudience(database, freezing)) {
    if (!(await isIn(campaign, 'freezing', svoi))) return;
  }
  await svoi.submit(beginSending(campaign.id, await countMembers(database, campaign.id)));
}

async function send(campaign: Campaign, svoi: Worked): Promise<void> {
  const { database } = svoi;
  const say = ({ text }: Campaign) => campaignReply(text);
  for (;;) {
    const due = await membersDue(database, campaign.id, svoi.clock.now(), membersAtOnce);
    if (due.length === 0) break;
    const rules = svoi.messagingRules();
    await Promise.all(due.map((member) => svoi.submit(tellMember(member, say, rules))));
    if (!(await isIn(campaign, 'sending', svoi))) return;
  }
  if (!(await isAnybodyWaiting(database, campaign.id))) await svoi.submit(finishCampaign(campaign.id));
}

/** What is on its way this very moment stays; it is looked at again with the next call. */
async function takeBack(campaign: Campaign, svoi: Worked): Promise<void> {
  for (let after = ''; ; ) {
    const open = await openNotices(svoi.database, campaign.id, after, membersAtOnce);
    const last = open.at(-1);
    if (!last) break;
    await Promise.all(open.map(({ noticeId }) => svoi.submit(callOff(noticeId))));
    after = last.customerId;
  }
  const [left] = await openNotices(svoi.database, campaign.id, '', 1);
  if (!left) await svoi.submit(finishCampaign(campaign.id));
}
