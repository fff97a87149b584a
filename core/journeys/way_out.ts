import type { Button, Reply, Words } from '../messaging/types.ts';

/** What buttons open that show a way out. */
export const waysOut: ReadonlySet<string> = new Set(['later', 'never', 'decline', 'stop']);

/** The words of the way out that offers have by themselves: not now, and no more of them. */
export const wayOutLabels = [
  { key: 'topics.not_now' },
  { key: 'campaign.no_more' },
] as const satisfies readonly Words[];

/**
 * An offer always shows the way to hear no more: not of this now, and of no offers at all. Where its own buttons show a
 * way, that one is enough. `subject`: what "this" is, as mutes name it; absent: what the message was sent by.
 */
export function withWayOut(reply: Reply, subject?: string): Reply {
  const { buttons = [] } = reply;
  return hasWayOut(buttons) ? reply : { ...reply, buttons: [...buttons, wayOut(subject)] };
}

function hasWayOut(buttons: readonly (readonly Button[])[]): boolean {
  return buttons.flat().some((one) => one.kind === 'press' && waysOut.has(one.data.split(':')[0] ?? ''));
}

/** The buttons of the way out. */
export function wayOut(subject: string | undefined): readonly Button[] {
  const later = subject === undefined ? 'later' : `later:${subject}`;
  const [notNow, noMore] = wayOutLabels;
  return [
    { kind: 'press', label: notNow, data: later },
    { kind: 'press', label: noMore, data: 'stop' },
  ];
}
