import { type Api, GrammyError, InputFile, InputMediaBuilder } from 'grammy';
import type {
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  ReplyKeyboardMarkup,
  ReplyKeyboardRemove,
} from 'grammy/types';
import { extensionOf, type Image } from '../../core/messaging/images.ts';
import type { Abilities, Channel, OutgoingMessage, ShownButton } from '../channel.ts';
import { cutText } from '../text.ts';
import { faultOf } from './faults.ts';
import type { FetchFile } from './files.ts';
import { keyLabel } from './updates.ts';

/** https://core.telegram.org/bots/faq: about 30 messages a second over all chats, 4096 characters each. */
const abilities: Abilities = {
  buttons: true,
  pictures: true,
  sharePhone: true,
  edits: true,
  receipts: 'accepted',
  textLimit: 4096,
  ratePerSecond: 30,
};

/** The text under a picture is shorter than a message. */
const captionLimit = 1024;

/** Telegram as a channel. */
export function createTelegramChannel(api: Api, fetchFile: FetchFile): Channel {
  return {
    name: 'telegram',
    abilities,
    fetchPicture: fetchFile,
    async send(message) {
      try {
        return { status: 'sent', providerId: String(await deliver(api, message)) };
      } catch (error) {
        return faultOf(error);
      }
    },
  };
}

/** Sends or edits; returns the id of the message that now stands in the chat. */
async function deliver(api: Api, message: OutgoingMessage): Promise<number> {
  const old = Number(message.replaces);
  if (!Number.isSafeInteger(old) || old <= 0) return sendNew(api, message);
  // A keyboard under the input field cannot be put on a message that exists.
  if (hasShareButton(message)) return sendInstead(api, message, old, 'keep');
  try {
    await edit(api, message, old);
    return old;
  } catch (error) {
    if (isSaid(error, /message is not modified/i)) return old;
    if (!isSaid(error, cannotEdit)) throw error;
    return sendInstead(api, message, old, 'delete');
  }
}

/** A picture cannot become a text, and what the person deleted or what is too old cannot be changed. */
const cannotEdit =
  /no text in the message to edit|can't be edited|message to edit not found|MESSAGE_ID_INVALID/i;

function isSaid(error: unknown, description: RegExp): boolean {
  return error instanceof GrammyError && error.error_code === 400 && description.test(error.description);
}

async function sendInstead(
  api: Api,
  message: OutgoingMessage,
  old: number,
  fate: 'keep' | 'delete',
): Promise<number> {
  const id = await sendNew(api, message);
  // The answer has arrived; that its forerunner cannot be tidied away (it is gone, or older than 48 hours) is no fault.
  const tidy =
    fate === 'delete'
      ? api.deleteMessage(message.address, old)
      : api.editMessageReplyMarkup(message.address, old);
  await tidy.catch(() => undefined);
  return id;
}

async function sendNew(api: Api, { address, text, picture, buttons = [] }: OutgoingMessage): Promise<number> {
  const reply_markup = buttons.some((row) => row.some(isShare))
    ? keysUnderInput(buttons)
    : buttons.length > 0
      ? inlineButtons(buttons)
      : noKeys;
  const sent = picture
    ? await api.sendPhoto(address, photo(picture.image), {
        caption: cutText(text, captionLimit),
        reply_markup,
      })
    : await api.sendMessage(address, text, { reply_markup, link_preview_options: noPreview });
  return sent.message_id;
}

async function edit(api: Api, message: OutgoingMessage, old: number): Promise<void> {
  const { address, text, picture, buttons = [] } = message;
  const other = buttons.length > 0 ? { reply_markup: inlineButtons(buttons) } : {};
  if (picture) {
    const media = InputMediaBuilder.photo(photo(picture.image), { caption: cutText(text, captionLimit) });
    await api.editMessageMedia(address, old, media, other);
  } else {
    await api.editMessageText(address, old, text, { ...other, link_preview_options: noPreview });
  }
}

const noPreview = { is_disabled: true } as const;

/** On every message without buttons: a key to share the phone, left from an earlier question, goes away. */
const noKeys: ReplyKeyboardRemove = { remove_keyboard: true };

function photo({ bytes, type }: Image): InputFile {
  return new InputFile(bytes, `picture.${extensionOf(type)}`);
}

function isShare({ kind }: ShownButton): boolean {
  return kind === 'share_phone';
}

function hasShareButton({ buttons = [] }: OutgoingMessage): boolean {
  return buttons.some((row) => row.some(isShare));
}

function inlineButtons(rows: readonly (readonly ShownButton[])[]): InlineKeyboardMarkup {
  return { inline_keyboard: rows.map((row) => row.flatMap(inlineButton)).filter((row) => row.length > 0) };
}

function inlineButton(button: ShownButton): InlineKeyboardButton[] {
  if (button.kind === 'press') return [{ text: button.label, callback_data: button.data }];
  return button.kind === 'link' ? [{ text: button.label, url: button.url }] : [];
}

/**
 * Only a key under the input field can share the phone, and a message has either such keys or buttons of its own.
 * So the other choices become keys as well; links have no such form and are left out.
 */
function keysUnderInput(rows: readonly (readonly ShownButton[])[]): ReplyKeyboardMarkup {
  let number = 0;
  const keys = rows.map((row) =>
    row.flatMap((button) => {
      if (button.kind === 'link') return [];
      if (button.kind === 'share_phone') return [{ text: button.label, request_contact: true }];
      number += 1;
      return [{ text: keyLabel(number, button.label) }];
    }),
  );
  const keyboard = keys.filter((row) => row.length > 0);
  return { keyboard, resize_keyboard: true, one_time_keyboard: true };
}
