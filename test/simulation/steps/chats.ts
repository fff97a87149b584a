import { handleEvent } from '../../../core/dialogs/handle.ts';
import type { Said } from '../../../core/dialogs/types.ts';
import { consentTexts } from '../../../locales/consents.ts';
import type { Chat, Deed, Person, Step, World } from '../world.ts';

const smallTalk = [
  '0',
  '1',
  '2',
  '3',
  'menu',
  'Олена',
  '25.12.1990',
  'привіт',
  '4 черга',
  '10',
  '/points',
  '/history',
  '😀',
];

/** Something said in a chat. */
export function saying(world: World, chat: Chat, said: Said): Deed {
  const house = { program: world.program, consentTexts };
  return { command: handleEvent(world.event(chat, said), house) };
}

/** Somebody with a chat. */
export function chatting(world: World): { readonly person: Person; readonly chat: Chat } | undefined {
  const person = world.maybe(world.people.filter(({ chats }) => chats.length > 0));
  const chat = person && world.maybe(person.chats);
  return chat ? { person, chat } : undefined;
}

function step(
  name: string,
  weight: number,
  said: (world: World, chat: Chat, person: Person) => Said | undefined,
): Step {
  return {
    name,
    weight,
    plan(world) {
      const found = chatting(world);
      const what = found && said(world, found.chat, found.person);
      return what ? [saying(world, found.chat, what)] : [];
    },
  };
}

/** What happens in chats. */
export const chatSteps: readonly Step[] = [
  step('taps', 14, (world, { screen }) => {
    const data = world.maybe(screen.filter((press) => !/^(stats|(do:)?who.*)$/.test(press)));
    return data === undefined ? undefined : { kind: 'press', data, messageId: `m${world.int(1, 9)}` };
  }),
  step('types', 4, (world) => ({ kind: 'text', text: world.pick(smallTalk) })),
  step('starts', 2, () => ({ kind: 'start' })),
  step('asks a person', 0.7, (world) => ({
    kind: 'text',
    text: world.pick(['оператор', 'Чи є мій розмір?']),
  })),
  step('shares the own number', 4, (_, __, { phone }) => ({ kind: 'contact', phone, own: true })),
  step('shares a number of somebody else', 0.3, (world) => ({
    ...{ kind: 'contact', phone: world.pick(world.people).phone, own: false },
  })),
  step('blocks us', 0.7, () => ({ kind: 'blocked' })),
  step('comes back', 0.7, () => ({ kind: 'returned' })),
];
