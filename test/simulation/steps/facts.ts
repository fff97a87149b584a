import { denyFact, stateFact } from '../../../core/insights/facts/say.ts';
import type { Step } from '../world.ts';
import { chatting, saying } from './chats.ts';

/** What is said about customers: by shops, and by themselves. */
export const factSteps: readonly Step[] = [
  {
    name: 'a shop tells what it knows of somebody',
    weight: 0.8,
    plan(world) {
      const ref = { phone: world.pick(world.people).phone };
      const pet = { name: 'pet', item: 1, value: world.pick(['dog', 'cat']), low: null, high: null };
      const child = { name: 'child', item: 1, value: 'yes', low: 20_000, high: 20_030 };
      return [{ command: stateFact(ref, world.chance(0.5) ? pet : child, 'shop') }];
    },
  },
  {
    name: 'a shop takes it back',
    weight: 0.3,
    plan(world) {
      const ref = { phone: world.pick(world.people).phone };
      return [{ command: denyFact(ref, { name: world.pick(['pet', 'child']), item: 1 }, 'shop') }];
    },
  },
  {
    name: 'looks at what we know',
    weight: 1.5,
    plan(world) {
      const found = chatting(world);
      const data = world.pick(['facts', 'facts', 'facts:forget', 'facts:guess']);
      return found ? [saying(world, found.chat, { kind: 'press', data, messageId: 'm1' })] : [];
    },
  },
];
