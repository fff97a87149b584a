import { z } from 'zod';
import type { Said } from '../../core/dialogs/types.ts';

/** What a page of ours sends for what the person did. The kinds are those of `Said`. */
export const saidSchemas = {
  start: z.strictObject({ kind: z.literal('start'), context: z.string().max(64).optional() }),
  text: z.strictObject({ kind: z.literal('text'), text: z.string().trim().min(1).max(2000) }),
  press: z.strictObject({
    kind: z.literal('press'),
    data: z.string().min(1).max(256),
    messageId: z.string().regex(/^\d{1,15}$/),
  }),
} as const;

/** An id a page makes: sending an event again, after a lost answer, changes nothing. */
export const eventId = z.string().regex(/^[\w-]{8,64}$/);

type Sent = {
  readonly [Kind in keyof typeof saidSchemas]: z.output<(typeof saidSchemas)[Kind]>;
}[keyof typeof saidSchemas];

/** What was sent, as a channel reports it. */
export function saidOf(sent: Sent): Said {
  if (sent.kind !== 'start') return sent;
  return sent.context === undefined ? { kind: 'start' } : { kind: 'start', context: sent.context };
}
