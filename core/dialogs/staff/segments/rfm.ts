import type { Outcome } from '../../turn.ts';
import { choose, done, type Field, type StaffTurn, type Task } from '../task.ts';
import { ask } from './ask.ts';
import { themeOf } from './pictures.ts';

/** Which way to score: asked where there are several. */
const profileField: Field = {
  name: 'profile',
  isOpen: (_, { program }) => program.rfm.profiles.length > 1,
  ask: ({ program }) => ({
    words: [{ key: 'rfm_map.which' }],
    buttons: program.rfm.profiles.map(({ name }) => [
      choose({ key: 'rfm_map.profile', variables: { name } }, name),
    ]),
    choice: true,
  }),
  read(raw, { program }) {
    const named = raw.trim().toLowerCase();
    const known = program.rfm.profiles.find(({ name }) => name === named);
    return known
      ? { ok: true, value: known.name }
      : { ok: false, problem: { key: 'rfm_map.unknown', variables: { name: named.slice(0, 40) } } };
  },
};

/** The RFM map: a picture, and every segment with how many are in it. */
export const rfm: Task = {
  act: 'rfm',
  fields: [profileField],
  split: (text) => ({ profile: text }),
  rounds: () => [],
  run: (turn, { profile }) => map(turn, profile ?? turn.program.rfm.profiles[0]?.name ?? 'main'),
};

function map(turn: StaffTurn, profile: string): Outcome {
  const theme = themeOf(turn.state);
  return ask(turn, 'rfm', { profile, theme }, done(turn, [{ key: 'pictures.drawing' }]));
}
