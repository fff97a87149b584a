import { themes } from '../../../insights/reports/types.ts';
import type { Outcome } from '../../turn.ts';
import { choose, done, type Field, type StaffScreen, type StaffTurn, type Task } from '../task.ts';
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

function map(turn: StaffTurn, profile: string, theme = themeOf(turn.state)): Outcome {
  const said = { ...done(turn, [{ key: 'pictures.drawing' }]), data: { theme } };
  return ask(turn, 'rfm', { profile, theme }, said);
}

/** The map by a button, light or dark: `shoes.dark`; without a name the first profile. */
export const mapScreen: StaffScreen = {
  act: 'rfm',
  rounds: () => [],
  show(turn, argument) {
    const [name = '', theme = ''] = argument.split('.');
    const { profiles } = turn.program.rfm;
    const profile = profiles.find((one) => one.name === name) ?? profiles[0];
    return (
      profile &&
      map(
        turn,
        profile.name,
        themes.find((one) => one === theme),
      )
    );
  },
};
