import { type Locale, locales } from './core/customers/types.ts';
import { type DraftFound, draftAnswer } from './core/dialogs/staff/campaigns/answers.ts';
import { couponIdOf } from './core/dialogs/staff/campaigns/draft.ts';
import type { Question } from './core/insights/questions.ts';
import { type CampaignProblem, checkCampaign } from './core/journeys/campaigns/check.ts';
import { comparedIn, type PricedAudience } from './core/journeys/campaigns/figures.ts';
import { campaignReply } from './core/journeys/campaigns/say.ts';
import { leastCompared, settledPlan } from './core/journeys/campaigns/send.ts';
import { startOf } from './core/journeys/campaigns/timing.ts';
import { giftMicros } from './core/journeys/campaigns/worth.ts';
import { occasionAgainMs } from './core/journeys/occasion.ts';
import { valuesFor } from './core/journeys/templates/values.ts';
import { type ChannelPreview, previewWords } from './core/messaging/previews.ts';
import { plainRules } from './core/messaging/rules.ts';
import type { Reply, Words } from './core/messaging/types.ts';
import { parseSegment } from './core/segments/parse.ts';
import type { SegmentProblem } from './core/segments/types.ts';
import type { Campaign } from './core/staff/campaigns.ts';
import type { Staff } from './core/staff/types.ts';
import { campaignById, offerChannels } from './db/campaigns.ts';
import { findCoupon } from './db/coupons.ts';
import { findPage } from './db/pages.ts';
import { findPicture } from './db/pictures.ts';
import { chatLocale } from './db/questions.ts';
import type { Worked } from './jobs.ts';
import { exampleContext } from './locales/template_help.ts';
import { createPreviews } from './previews.ts';

/** Whom a campaign would reach as things are now, what that costs, and what keeps it from being sent. */
export interface CampaignLook {
  /** Undefined where its segment cannot be followed: then `problems` say why. */
  readonly audience: PricedAudience | undefined;
  readonly problems: readonly SegmentProblem[];
  readonly wrong: readonly CampaignProblem[];
}

/** As much of a campaign as counting its audience takes. */
type Looked = Pick<Campaign, 'id' | 'rule' | 'content' | 'plan'>;

/**
 * Looks at a campaign before it is sent. Takes a long look at the customers. `inChat`: where it goes to few, nobody is
 * kept apart unless that was asked for.
 */
export async function lookAtCampaign(
  campaign: Looked,
  svoi: Worked,
  { inChat = false }: { readonly inChat?: boolean } = {},
): Promise<CampaignLook> {
  const { database, analyst } = svoi;
  const program = svoi.program();
  const rules = plainRules(svoi.messagingRules());
  const now = svoi.clock.now();
  const couponId = couponIdOf(campaign);
  const coupon = couponId && (await findCoupon(database, couponId))?.definition;
  const wrong = await wrongIn(campaign, svoi);
  const parsed =
    campaign.rule === ''
      ? undefined
      : parseSegment(campaign.rule, await analyst.ask('segmentCatalogue', program));
  if (parsed && !parsed.ok) return { audience: undefined, problems: parsed.problems, wrong };
  const segments = smsSegments(campaign, svoi);
  const untemplated = withoutTemplate(campaign, svoi);
  const startsAt = startOf(campaign.plan.timing, now);
  const count = (people?: number) =>
    analyst.ask('audience', {
      ...{ rule: campaign.rule, program, rules, now, segments, untemplated, startsAt },
      occasionAgainMs: occasionAgainMs(campaign.plan.occasion, svoi.journeys()),
      campaign: {
        ...campaign,
        plan: settledPlan(campaign.plan, { program, ...(people === undefined ? {} : { people }) }),
      },
    });
  const found = await count();
  const compared = comparedIn(found);
  const audience = inChat && compared < leastCompared ? await count(compared) : found;
  const each = giftMicros(campaign.content.gift, coupon, program);
  return { audience: { ...audience, giftMicros: each * audience.people }, problems: [], wrong };
}

/** What keeps a campaign from being sent, its segment aside. */
export async function wrongIn(
  campaign: Pick<Campaign, 'content' | 'plan'>,
  svoi: Worked,
): Promise<readonly CampaignProblem[]> {
  const couponId = couponIdOf(campaign);
  const coupon = couponId && (await findCoupon(svoi.database, couponId))?.definition;
  const missing = await missingThings(campaign, svoi);
  return [...checkCampaign(campaign, { messaging: svoi.messagingRules(), coupon }), ...missing];
}

/** Pages and pictures that a campaign names and that are not there. */
async function missingThings(
  { content }: Pick<Campaign, 'content'>,
  { database, clock }: Worked,
): Promise<CampaignProblem[]> {
  const problems: CampaignProblem[] = [];
  for (const [name, { picture, buttons }] of Object.entries(content.variants)) {
    if (picture?.startsWith('pic_') && !(await findPicture(database, picture))) {
      const words: Words = { key: 'campaign.wrong_picture', variables: { picture } };
      problems.push({ pointer: `/variants/${name}/picture`, words });
    }
    for (const button of buttons.flat()) {
      if (!('page' in button) || (await findPage(database, button.page, clock.now()))) continue;
      const words: Words = { key: 'campaign.wrong_page', variables: { page: button.page } };
      problems.push({ pointer: `/variants/${name}/buttons`, words });
    }
  }
  return problems;
}

/** How each variant looks to a made-up customer. */
function looksOf({ content }: Pick<Campaign, 'content'>, locale: Locale, svoi: Worked) {
  const program = svoi.program();
  const example = exampleContext(locale, program, svoi.clock.now());
  const reader = {
    ...{ locale, programLocale: program.locale, values: valuesFor(example) },
    ...{ card: example.record.customer.card, couponCode: example.coupon?.code ?? null },
    ...{ site: svoi.messagingRules().site, approved: program.whatsapp_approved },
  };
  return Object.entries(content.variants)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([variant, message]) => ({ variant, reply: campaignReply(message, reader) }));
}

/** How the longest of its texts fits on each of the channels that offers take. */
function fitsOf(campaign: Pick<Campaign, 'content'>, locale: Locale, svoi: Worked): ChannelPreview[] {
  const channels = offerChannels(svoi.messagingRules());
  const preview = createPreviews(svoi);
  const all = looksOf(campaign, locale, svoi).flatMap(({ reply }) =>
    preview(reply, { locale, category: 'marketing' }, channels),
  );
  return channels.flatMap((channel) => {
    const here = all.filter((one) => one.channel === channel);
    return here.toSorted((one, other) => other.length - one.length).slice(0, 1);
  });
}

/** The variants and languages that WhatsApp would not take from whoever wrote nothing for a day: `a uk`. */
function withoutTemplate(campaign: Pick<Campaign, 'content'>, svoi: Worked): string[] {
  if (!offerChannels(svoi.messagingRules()).includes('whatsapp')) return [];
  const preview = createPreviews(svoi);
  return locales.flatMap((locale) =>
    looksOf(campaign, locale, svoi).flatMap(({ variant, reply }) => {
      const [shown] = preview(reply, { locale, category: 'marketing' }, ['whatsapp']);
      return shown?.warnings.includes('needs_template') ? [`${variant} ${locale}`] : [];
    }),
  );
}

/** How many SMS the longest of its texts takes; one where it goes over none. */
function smsSegments(campaign: Pick<Campaign, 'content'>, svoi: Worked): number {
  const previews = fitsOf(campaign, svoi.program().locale, svoi);
  return Math.max(1, ...previews.map(({ sms }) => sms?.segments ?? 1));
}

/** Looks at the draft a question is about, and says how it is. */
export async function lookAtDraft(
  { id, addressId, argument: { campaign: named = '' } }: Question,
  svoi: Worked,
): Promise<(staff: Staff) => ReturnType<typeof draftAnswer>> {
  const campaign = await campaignById(svoi.database, named);
  if (!campaign) throw new Error(`there is no campaign ${named}`);
  const { audience, problems, wrong } = await lookAtCampaign(campaign, svoi, { inChat: true });
  const locale = (await chatLocale(svoi.database, addressId)) ?? svoi.program().locale;
  const fits = fitsOf(campaign, locale, svoi).flatMap(previewWords);
  const found: DraftFound = audience
    ? { looks: looksOf(campaign, locale, svoi), audience, wrong, fits }
    : { problems };
  const answer = draftAnswer(id, campaign, found);
  return () => ({ ...answer, reply: uncut(answer.reply, locale, svoi) });
}

/** Without its picture, where a messenger would cut off what stands under it. */
function uncut(reply: Reply, locale: Locale, svoi: Worked): Reply {
  const shown = createPreviews(svoi)(reply, { locale }, ['telegram', 'whatsapp']);
  if (!shown.some(({ warnings }) => warnings.includes('cut'))) return reply;
  const { picture: _, ...bare } = reply;
  return bare;
}
