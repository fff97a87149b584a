import { runErrands } from '../../errands.ts';
import type { Svoi } from '../../svoi.ts';
import type { Heard, TestChat } from './chat.ts';

/** A person who waits for what takes a long look: hears at once what was said, and then the answer. */
export function patient(chat: TestChat, svoi: Svoi): TestChat {
  const waiting = async (heard: Promise<Heard[]>) => {
    const first = await heard;
    await runErrands(svoi);
    return [...first, ...(await chat.hear())];
  };
  return {
    ...chat,
    send: (said) => waiting(chat.send(said)),
    say: (text) => waiting(chat.say(text)),
    tap: (label) => waiting(chat.tap(label)),
    press: (data, messageId) => waiting(chat.press(data, messageId)),
  };
}
