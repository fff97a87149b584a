import { expect, it } from 'vitest';
import { eventOf, keyLabel, parseUpdate } from '../../../bots/telegram/updates.ts';
import type { Said } from '../../../core/dialogs/types.ts';

const from = { id: 501, is_bot: false, language_code: 'uk' };
const chat = { id: 501, type: 'private' };
const message = (content: object) => ({
  update_id: 7001,
  message: { message_id: 5, date: 0, from, chat, ...content },
});
const query = (content: object) => ({ update_id: 7001, callback_query: { id: '1', from, ...content } });
const member = (status: string) => ({
  update_id: 7001,
  my_chat_member: { chat, from, new_chat_member: { status } },
});

const sized = (id: string, width: number, bytes: number) => ({
  ...{ file_id: id, width, height: width, file_size: bytes },
});

const read = (json: unknown) => {
  const update = parseUpdate(json);
  return update && eventOf(update, '123');
};

it.each<{ what: string; update: object; said: Said }>([
  { what: 'start', update: message({ text: '/start' }), said: { kind: 'start' } },
  {
    what: 'a deep link',
    update: message({ text: '/start r_1-Z' }),
    said: { kind: 'start', context: 'r_1-Z' },
  },
  {
    what: 'a deep link that is too long',
    update: message({ text: `/start ${'x'.repeat(65)}` }),
    said: textOf(`/start ${'x'.repeat(65)}`),
  },
  { what: 'text', update: message({ text: ' 2 ' }), said: textOf(' 2 ') },
  { what: 'a command to this bot', update: message({ text: '/points@svoi_bot' }), said: textOf('/points') },
  { what: 'a key under the input field', update: message({ text: keyLabel(2, 'Мова') }), said: textOf('2') },
  { what: 'a sticker', update: message({ sticker: {} }), said: { kind: 'attachment', text: '' } },
  {
    what: 'a photo with words, of which the largest that we keep is meant',
    update: message({
      photo: [sized('s', 90, 1_000), sized('l', 2560, 1_400_000), sized('m', 1280, 180_000)],
      caption: 'hi',
    }),
    said: { kind: 'attachment', text: 'hi', picture: { ref: 'm', bytes: 180_000 } },
  },
  {
    what: 'a photo sent as a file',
    update: message({ document: { file_id: 'd', mime_type: 'image/png', file_size: 7 } }),
    said: { kind: 'attachment', text: '', picture: { ref: 'd', bytes: 7 } },
  },
  {
    what: 'a file that is no picture',
    update: message({ document: { file_id: 'd', mime_type: 'application/pdf' } }),
    said: { kind: 'attachment', text: '' },
  },
  {
    what: 'the own contact',
    update: message({ contact: { phone_number: '380501234567', user_id: 501 } }),
    said: { kind: 'contact', phone: '380501234567', own: true },
  },
  {
    what: "somebody else's contact",
    update: message({ contact: { phone_number: '380501234567', user_id: 502 } }),
    said: { kind: 'contact', phone: '380501234567', own: false },
  },
  {
    what: 'a contact of nobody in Telegram',
    update: message({ contact: { phone_number: '380501234567' } }),
    said: { kind: 'contact', phone: '380501234567', own: false },
  },
  {
    what: 'a tap',
    update: query({ message: { message_id: 9, date: 0, chat }, data: 'points' }),
    said: { kind: 'press', data: 'points', messageId: '9' },
  },
  { what: 'a block', update: member('kicked'), said: { kind: 'blocked' } },
  { what: 'a return', update: member('member'), said: { kind: 'returned' } },
])('$what is understood', ({ update, said }) => {
  expect(read(update)).toEqual({ id: '123/7001', channel: 'telegram', address: '501', language: 'uk', said });
});

it('an answer to a message of ours names it', () => {
  const answer = message({ text: 'yes', reply_to_message: { message_id: 77, date: 0, chat } });
  expect(read(answer)).toMatchObject({ said: textOf('yes'), replyTo: '77' });
});

it.each([
  { what: 'a group', update: message({ text: 'hi', chat: { id: -100, type: 'group' } }) },
  { what: 'a channel post without a sender', update: message({ text: 'hi', from: undefined }) },
  { what: 'another bot', update: message({ text: 'hi', from: { ...from, is_bot: true } }) },
  { what: 'an edited message', update: { update_id: 1, edited_message: message({ text: 'hi' }).message } },
  { what: 'a service message', update: message({ pinned_message: {} }) },
  { what: 'a game button', update: query({ message: { message_id: 9, date: 0, chat } }) },
  { what: 'a button of an inline message', update: query({ inline_message_id: 'x', data: 'points' }) },
  { what: 'another change of membership', update: member('restricted') },
  { what: 'a message of a shape we do not know', update: { update_id: 1, message: { text: 5 } } },
])('$what is ignored', ({ update }) => {
  expect(parseUpdate(update)).toBeDefined();
  expect(read(update)).toBeUndefined();
});

it.each([null, 'text', 5, [], {}, { update_id: 'one' }])('%j is not an update', (json) => {
  expect(parseUpdate(json)).toBeUndefined();
});

function textOf(text: string): Said {
  return { kind: 'text', text };
}
