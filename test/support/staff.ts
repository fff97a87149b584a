import { inviteStaff } from '../../core/staff/invite.ts';
import type { Role } from '../../core/staff/rights.ts';
import type { Svoi } from '../../svoi.ts';
import { type TestChat, type TestChatOptions, testChat } from './chat.ts';

/** An invitation as the command line makes it: the token of its link. */
export async function invited(
  svoi: Svoi,
  phone: string,
  role: Role,
  stores: readonly string[] = [],
): Promise<string> {
  const made = await svoi.submit(inviteStaff({ phone, role, stores }));
  if (!made.ok || made.result.token === undefined) throw new Error(`${phone} was not invited`);
  return made.result.token;
}

/** A member of the programme in a chat of their own, who speaks English and is called `name`. */
export async function aMember(
  svoi: Svoi,
  phone: string,
  name: string,
  options: TestChatOptions = {},
): Promise<TestChat> {
  const proven = options.channel === 'whatsapp' ? { provenPhone: phone } : {};
  const chat = testChat(svoi, { address: phone, language: 'en', ...proven, ...options });
  if (options.channel === 'whatsapp') {
    await chat.say('hello');
    await chat.press('join:yes');
  } else {
    await chat.contact(phone);
  }
  await chat.say(name);
  await chat.say('menu');
  return chat;
}

/** One of the staff in a chat of their own. */
export async function aColleague(
  svoi: Svoi,
  phone: string,
  name: string,
  role: Role,
  { stores = [], ...options }: TestChatOptions & { readonly stores?: readonly string[] } = {},
): Promise<TestChat> {
  const chat = await aMember(svoi, phone, name, options);
  await chat.say(`/staff ${await invited(svoi, phone, role, stores)}`);
  return chat;
}
