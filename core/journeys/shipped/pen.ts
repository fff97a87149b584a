import type { z } from 'zod';
import type {
  ButtonDefinition,
  journeySchema,
  MessageDefinition,
  StepDefinition,
  Texts,
} from '../definition.ts';

/** A journey without its words, as its file here holds it. */
export type Written = Omit<z.input<typeof journeySchema>, 'key' | 'name' | 'about' | 'steps'> & {
  readonly steps: readonly StepDefinition[];
};

/** A journey that comes with Svoi, in no language yet. */
export interface JourneyDraft {
  readonly key: string;
  /** Whether it is on in a fresh installation. */
  readonly isOn?: true;
  write(pen: Pen): Written;
}

/** What may stand beside the text of a message. */
interface Beside {
  readonly picture?: MessageDefinition['picture'];
  readonly buttons?: readonly (readonly ButtonDefinition[])[];
  /** Better not said at all later than this. */
  readonly goodFor?: string;
}

/** A screen of the chat, or something to be done about the message. */
export type Opens = Extract<ButtonDefinition, { readonly opens: string }>['opens'];

/** Writes the steps of a journey with its own texts, each by its name in `locales/journeys/`. */
export interface Pen {
  message(text: string, beside?: Beside): StepDefinition;
  /** A button that opens something here; its label is that of the same name, which all journeys share. */
  opens(what: Opens): ButtonDefinition;
  /** A button that leads out of the chat; not shown where the address turns out to be empty. */
  link(label: string, url: string): ButtonDefinition;
  /** Tells the colleague who looks after this customer, or all managers where there is none. */
  tellManager(text: string): StepDefinition;
}

/** A pen for one journey: `say` has its texts, `label` those of buttons. */
export function penOf(say: (name: string) => Texts, label: (name: string) => Texts): Pen {
  return {
    message: (text, { picture, buttons = [], goodFor } = {}) => ({
      message: {
        text: say(text),
        ...(picture === undefined ? {} : { picture }),
        buttons: buttons.map((row) => [...row]),
      },
      ...(goodFor === undefined ? {} : { good_for: goodFor }),
    }),
    opens: (what) => ({ label: label(what), opens: what }),
    link: (name, url) => ({ label: label(name), url }),
    tellManager: (text) => ({ staff: { text: say(text), to: 'manager' } }),
  };
}
