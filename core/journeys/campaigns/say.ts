import type { Locale } from '../../customers/types.ts';
import { pageUrl } from '../../messaging/links.ts';
import type { Button, Reply } from '../../messaging/types.ts';
import type { CampaignButton, CampaignMessage } from '../../staff/campaigns.ts';
import { pictureOf } from '../reply.ts';
import { parseTemplate } from '../templates/parse.ts';
import type { TemplateValues } from '../templates/types.ts';
import { addressIn, textFor, written } from '../templates/written.ts';
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
}

/** A message of a campaign as one customer gets it, with the way to hear no more. */
export function campaignReply(message: CampaignMessage, reader: Reader): Reply {
  const { locale, programLocale, values } = reader;
  const rows = message.buttons.map((row) => row.flatMap((button) => shownButton(button, reader) ?? []));
  const picture = pictureOf(message.picture, reader);
  return withWayOut({
    paragraphs: [written(textFor(message.text, locale, programLocale), values)],
    ...(picture ? { picture } : {}),
    buttons: rows.filter((row) => row.length > 0),
  });
}

function shownButton(button: CampaignButton, reader: Reader): Button | undefined {
  const { locale, programLocale, values, site } = reader;
  const isNamed = Object.keys(button.label).length > 0;
  const label = written(textFor(button.label, locale, programLocale), values);
  // A button to a screen of the chat may say what the menu says.
  if ('opens' in button) {
    return { kind: 'press', label: isNamed ? label : { key: `button.${button.opens}` }, data: button.opens };
  }
  if ('page' in button) {
    return site === undefined ? undefined : { kind: 'link', label, url: pageUrl(site, button.page) };
  }
  const url = addressIn(button.url, values);
  return url === undefined ? undefined : { kind: 'link', label, url };
}

/** The variables that a message names anywhere. */
export function variablesOf({ text, buttons }: CampaignMessage): ReadonlySet<string> {
  const labels = buttons
    .flat()
    .flatMap((button) => [...Object.values(button.label), ...('url' in button ? [button.url] : [])]);
  const texts = [...Object.values(text), ...labels].filter((one) => one !== undefined);
  return new Set(texts.flatMap((one) => parseTemplate(one).variables));
}
