import type { CouponDefinition } from '../../coupons/definition.ts';
import type { MessagingRules } from '../../messaging/rules.ts';
import type { Words } from '../../messaging/types.ts';
import type { Campaign, CampaignButton, CampaignMessage } from '../../staff/campaigns.ts';
import { checkApproved } from '../approved/check.ts';
import { captionLimit, checkTemplate, type Place, textLimit } from '../templates/check.ts';
import { mostWorthMinor, unpricedChannels } from './worth.ts';

/** Something wrong with a campaign: where it stands in its content or plan, and what to do about it. */
export interface CampaignProblem {
  /** A JSON pointer as the API writes it: `/variants/a/text/uk`. */
  readonly pointer: string;
  readonly words: Words;
}

/** What a campaign is looked at with. */
export interface CheckRules {
  readonly messaging: MessagingRules;
  /** The coupon given along, where there is one. */
  readonly coupon: CouponDefinition | undefined;
}

/** What is wrong with a campaign; an empty list: it can be sent. */
export function checkCampaign(
  { content, plan }: Pick<Campaign, 'content' | 'plan'>,
  { messaging, coupon }: CheckRules,
): readonly CampaignProblem[] {
  const variants = Object.entries(content.variants);
  const empty: CampaignProblem[] =
    variants.length === 0 ? [{ pointer: '/variants', words: { key: 'campaign.wrong_no_text' } }] : [];
  const place = placeOf(content);
  const said = variants.flatMap(([name, message]) =>
    checkMessage(message, place, content.gift !== null && 'coupon' in content.gift).map((problem) => ({
      ...problem,
      pointer: `/variants/${name}${problem.pointer}`,
    })),
  );
  return [...empty, ...said, ...(plan.budgetMinor === null ? [] : checkBudget(messaging, coupon))];
}

/** What the texts of a campaign can tell of. */
export function placeOf({ gift }: Campaign['content']): Place {
  if (gift === null) return { subjects: [] };
  return { subjects: ['coupon' in gift ? 'coupon' : 'gift'] };
}

function checkMessage(message: CampaignMessage, place: Place, hasCoupon: boolean): CampaignProblem[] {
  const limit = message.picture === undefined ? textLimit : captionLimit;
  const texts = checkTemplate(message.text, { ...place, limit }).map(({ locale, words }) => ({
    pointer: `/text/${locale}`,
    words,
  }));
  const noCoupon = message.picture === 'coupon' && !hasCoupon;
  const picture: CampaignProblem[] = noCoupon
    ? [{ pointer: '/picture', words: { key: 'campaign.wrong_no_coupon' } }]
    : [];
  const buttons = message.buttons.flatMap((row, at) =>
    row.flatMap((button, index) =>
      checkButton(button, place).map((problem) => ({
        ...problem,
        pointer: `/buttons/${at}/${index}${problem.pointer}`,
      })),
    ),
  );
  const approved = checkApproved(message, place).map(({ path, words }) => ({
    pointer: `/whatsapp/${path.join('/')}`,
    words,
  }));
  return [...texts, ...picture, ...buttons, ...approved];
}

function checkButton(button: CampaignButton, place: Place): CampaignProblem[] {
  const labels = checkTemplate(button.label, place).map(({ locale, words }) => ({
    pointer: `/label/${locale}`,
    words,
  }));
  if (!('url' in button)) return labels;
  const urls = checkTemplate({ en: button.url }, { ...place, dropsWhole: true });
  return [...labels, ...urls.map(({ words }) => ({ pointer: '/url', words }))];
}

/** With a budget, everything that is spent must be known beforehand. */
function checkBudget(messaging: MessagingRules, coupon: CouponDefinition | undefined): CampaignProblem[] {
  const unknown = unpricedChannels(messaging).map(
    (channel): CampaignProblem => ({
      pointer: '/budget',
      words: { key: 'campaign.wrong_no_price', variables: { channel } },
    }),
  );
  const unlimited = coupon !== undefined && mostWorthMinor(coupon) === undefined;
  return unlimited
    ? [...unknown, { pointer: '/budget', words: { key: 'campaign.wrong_no_limit' } }]
    : unknown;
}
