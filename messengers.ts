import type { EventHandler, Messenger, ReceiptHandler } from './bots/channel.ts';
import type { Log } from './bots/log.ts';
import type { DrawPicture } from './bots/render.ts';
import type { Gateway } from './bots/sms/gateway.ts';
import { createSms } from './bots/sms/sms.ts';
import { createSmsc } from './bots/sms/smsc.ts';
import { createTurboSms } from './bots/sms/turbosms.ts';
import { createTwilio } from './bots/sms/twilio.ts';
import { telegramMessenger } from './bots/telegram/messenger.ts';
import { createTelegram } from './bots/telegram/telegram.ts';
import { createViber } from './bots/viber/viber.ts';
import { createWhatsAppCloud } from './bots/whatsapp/cloud/cloud.ts';
import type { Clock } from './core/ports.ts';
import type { Program } from './core/program/program.ts';
import { createTranslator } from './locales/translator.ts';
import type { Settings } from './settings.ts';

/** What messengers are joined to. */
export interface MessengerParts {
  readonly settings: Settings;
  readonly handle: EventHandler;
  readonly receipts: ReceiptHandler;
  program(): Program;
  readonly clock: Clock;
  readonly log: Log;
  /** Draws reports for messengers that fetch pictures from us. */
  readonly drawPicture?: DrawPicture | undefined;
}

type Open = (parts: MessengerParts) => Messenger | undefined;

/** The messengers that are configured and run on every platform, those with the better links first. */
export function openMessengers(parts: MessengerParts): Messenger[] {
  return [telegram, viber, whatsAppCloud, smsOverHttp].flatMap((open) => open(parts) ?? []);
}

/** Whether a messenger is called at `pathname`: a path may end in `*`. */
export function isCalledAt({ paths }: Messenger, pathname: string): boolean {
  return paths.some((path) =>
    path.endsWith('*') ? pathname.startsWith(path.slice(0, -1)) : pathname === path,
  );
}

const telegram: Open = (parts) => {
  const { settings, handle, log } = parts;
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot, PUBLIC_URL: publicUrl } = settings;
  if (!token) return undefined;
  const webhookSecret = settings.TELEGRAM_WEBHOOK_SECRET;
  const bot = createTelegram({ token, apiRoot, webhookSecret, handle, log });
  return telegramMessenger(bot, { publicUrl, introduction: () => introduction(parts) });
};

const viber: Open = (parts) => {
  const { VIBER_AUTH_TOKEN: token, VIBER_SENDER_NAME, VIBER_API_ROOT, PUBLIC_URL } = parts.settings;
  if (!token || !VIBER_SENDER_NAME || !PUBLIC_URL) return undefined;
  return createViber({
    ...parts,
    token,
    senderName: VIBER_SENDER_NAME,
    apiRoot: VIBER_API_ROOT,
    publicUrl: PUBLIC_URL,
    introduction: () => introduction(parts),
  });
};

const whatsAppCloud: Open = (parts) => {
  const { settings, program } = parts;
  const { WHATSAPP_TOKEN: token, WHATSAPP_PHONE_NUMBER_ID: phoneNumberId } = settings;
  const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = settings;
  if (settings.WHATSAPP_MODE !== 'cloud' || !token || !phoneNumberId || !appSecret || !verifyToken) {
    return undefined;
  }
  const apiRoot = settings.WHATSAPP_API_ROOT;
  const templates = () => program().whatsapp_templates;
  return createWhatsAppCloud({ ...parts, token, phoneNumberId, appSecret, verifyToken, apiRoot, templates });
};

const smsOverHttp: Open = (parts) => {
  const gateway = gatewayOf(parts);
  return gateway && smsOver(gateway, parts);
};

/** SMS over a gateway, written as the program in force wants it. */
export function smsOver(gateway: Gateway, { handle, receipts, program, log }: MessengerParts): Messenger {
  const transliterate = () => program().sms_transliterate;
  return createSms(gateway, { handle, handleReceipts: receipts, transliterate, log });
}

function gatewayOf({ settings, clock }: MessengerParts): Gateway | undefined {
  const { SMS_SENDER: sender = '', SMS_API_ROOT: apiRoot, SMS_TOKEN: token = '' } = settings;
  const { SMS_LOGIN: login = '', SMS_PASSWORD: password = '', PUBLIC_URL: publicUrl } = settings;
  switch (settings.SMS_PROVIDER) {
    case 'turbosms':
      return createTurboSms({ token, sender, apiRoot, clock });
    case 'smsc':
      return createSmsc({ login, password, sender, apiRoot, clock });
    case 'twilio':
      return createTwilio({ accountSid: login, authToken: token, sender, apiRoot, publicUrl, clock });
    default:
      return undefined;
  }
}

/** In which language a bot presents itself, and how its words become text. */
function introduction({ program }: MessengerParts) {
  const { locale, ...formats } = program();
  const translator = createTranslator();
  const say: Introduction['say'] = (language, words) => translator.say(language, words, formats);
  return { locale, say };
}

type Introduction = ReturnType<Parameters<typeof createViber>[0]['introduction']>;
