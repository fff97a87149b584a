import type { Command } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { DialogChanges, DialogFacts, DialogNeeds, IncomingEvent } from './types.ts';

/**
 * One step of a conversation as a command: the new state, the answers (in the outbox) and whatever the person asked
 * for are one commit. The same event twice changes nothing.
 */
export function handleEvent(
  event: IncomingEvent,
  program: Program,
): Command<DialogNeeds, DialogFacts, DialogChanges, Record<string, never>> {
  void program;
  return {
    name: 'dialog.step',
    once: { scope: `${event.channel} event`, key: event.id, input: event, conflictCode: 'event_conflict' },
    needs: { conversations: [{ channel: event.channel, address: event.address }] },
    decide: () => ({ ok: true, changes: {}, result: {} }),
  };
}
