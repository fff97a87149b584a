import { previewsOf, type Shape, usualShapes } from './bots/previews.ts';
import { createRenderer } from './bots/render.ts';
import { type ChannelName, channelNames } from './core/customers/types.ts';
import type { CustomerId, NoticeId } from './core/ids.ts';
import { shorten } from './core/messaging/links.ts';
import type { PreviewMessage } from './core/messaging/previews.ts';
import type { MessagingRules } from './core/messaging/rules.ts';
import type { Reply } from './core/messaging/types.ts';
import { createTranslator } from './locales/translator.ts';
import type { Svoi } from './svoi.ts';

const render = createRenderer(createTranslator());

/** Makes previews by the program in force, with links as they would be shortened. */
export function createPreviews({
  program,
  messagingRules,
}: Pick<Svoi, 'program' | 'messagingRules'>): PreviewMessage {
  return (reply, reader, channels) => {
    const { site, channels: there } = messagingRules();
    const { zone, currency, country, prices, sms_transliterate, whatsapp_templates } = program();
    const shown = channels ?? channelNames.filter((name) => there.has(name));
    return previewsOf(shortened(reply, site), render, {
      reader: { ...reader, zone: reader.zone ?? zone, currency },
      program: { prices, sms_transliterate, whatsapp_templates },
      country: reader.country ?? country,
      shapes: Object.fromEntries(shown.map((name) => [name, shapeOf(name, there)])),
    });
  };
}

/** A WhatsApp that goes by a session, or is simulated, asks for no templates. */
function shapeOf(name: ChannelName, there: MessagingRules['channels']): Shape {
  const { templates, ...shape }: Shape = usualShapes[name];
  return templates && there.get(name)?.templates !== false ? { ...shape, templates } : shape;
}

/** With links as long as they will be. */
function shortened(reply: Reply, site: string | undefined): Reply {
  const nobody = { noticeId: 'ntc_preview' as NoticeId, customerId: 'cus_preview' as CustomerId };
  return shorten(reply, { ...nobody, site, context: { now: 0, random: () => 0 } }).reply;
}
