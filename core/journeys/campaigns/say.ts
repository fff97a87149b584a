import type { Locale } from '../../customers/types.ts';
import type { Reply } from '../../messaging/types.ts';
import type { Program } from '../../program/program.ts';
import type { CampaignMessage } from '../../staff/campaigns.ts';
import type { Home } from '../approved/forms.ts';
import { approvedOf, buttonsOf, pictureOf } from '../reply.ts';
import { parseTemplate } from '../templates/parse.ts';
import type { TemplateValues } from '../templates/types.ts';
import { textFor, written } from '../templates/written.ts';
import { withWayOut } from '../way_out.ts';

/** Who reads a message, and what its variables stand for. */
export interface Reader {
  readonly locale: Locale;
  readonly programLocale: Locale;
  readonly values: TemplateValues;
  /** Of the reader; of the coupon given along, as people see it. */
  readonly card: string | null;
  readonly couponCode: string | null;
  /** Where our pages are, as the reader reaches them. */
  readonly site: string | undefined;
  /** Which templates made of texts of campaigns Meta has approved. */
  readonly approved?: Program['whatsapp_approved'] | undefined;
}

/** Where messages of campaigns belong, as far as approved templates go. */
export const campaignHome: Home = { key: 'campaign', category: 'marketing' };

/** A message of a campaign as one customer gets it, with the way to hear no more. */
export function campaignReply(message: CampaignMessage, reader: Reader): Reply {
  const { locale, programLocale, values } = reader;
  const picture = pictureOf(message.picture, reader);
  const { approved: names = {} } = reader;
  const approvals = { ...campaignHome, approved: names };
  const approved = approvedOf(message, { ...reader, approvals });
  return withWayOut({
    paragraphs: [written(textFor(message.text, locale, programLocale), values)],
    ...(picture ? { picture } : {}),
    buttons: buttonsOf(message.buttons, reader),
    ...(approved ? { approved } : {}),
  });
}

/** The variables that a message names anywhere. */
export function variablesOf({ text, buttons, whatsapp = {} }: CampaignMessage): ReadonlySet<string> {
  const labels = buttons
    .flat()
    .flatMap((button) => [...Object.values(button.label), ...('url' in button ? [button.url] : [])]);
  const values = Object.values(whatsapp).flatMap((one) => one?.values ?? []);
  const texts = [...Object.values(text), ...labels, ...values].filter((one) => one !== undefined);
  return new Set(texts.flatMap((one) => parseTemplate(one).variables));
}
