import type { CustomerRecord, Locale } from '../../customers/types.ts';
import type { Reply } from '../../messaging/types.ts';
import type { Program } from '../../program/program.ts';
import { expiresAt } from '../../program/rules.ts';
import type { Campaign, CampaignGift } from '../../staff/campaigns.ts';
import { type TemplateContext, valuesFor } from '../templates/values.ts';
import { campaignReply } from './say.ts';

/** A code that stands in a message that is only looked at: nobody can use it. */
const sampleCode = 'TEST-CODE';

/** Who looks at a campaign before it goes out. */
export interface SampleReader {
  readonly record: CustomerRecord;
  readonly locale: Locale;
  readonly program: Program;
  readonly now: number;
  readonly site: string | undefined;
}

/** Each variant of a campaign as a customer would get it, in the order of their names; nothing is given along. */
export function sampleReplies(
  { content }: Pick<Campaign, 'content'>,
  reader: SampleReader,
): readonly Reply[] {
  const { record, locale, program, now, site } = reader;
  const along = sampleGift(content.gift, expiresAt(program, now));
  return Object.entries(content.variants)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, message]) =>
      campaignReply(message, {
        ...{ locale, programLocale: program.locale, card: record.customer.card, site },
        values: valuesFor({ record, program, now, ...along }),
        couponCode: along.coupon?.code ?? null,
        approved: program.whatsapp_approved,
      }),
    );
}

function sampleGift(gift: CampaignGift | null, until: number): Pick<TemplateContext, 'coupon' | 'gift'> {
  if (gift === null) return {};
  return 'points' in gift
    ? { gift: { points: gift.points, until } }
    : { coupon: { code: sampleCode, title: gift.name, validUntil: until } };
}
