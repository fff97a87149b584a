import type { Button, Reply } from '../messaging/types.ts';

const ways = /^(later|never|decline|stop)(:|$)/;

/**
 * An offer always shows the way to hear no more: not of this now, and of no offers at all. Where its own buttons show a
 * way, that one is enough. `subject`: what "this" is, as mutes name it; absent: what the message was sent by.
 */
export function withWayOut(reply: Reply, subject?: string): Reply {
  const { buttons = [] } = reply;
  const hasOne = buttons.flat().some((one) => one.kind === 'press' && ways.test(one.data));
  return hasOne ? reply : { ...reply, buttons: [...buttons, wayOut(subject)] };
}

function wayOut(subject: string | undefined): readonly Button[] {
  const later = subject === undefined ? 'later' : `later:${subject}`;
  return [
    { kind: 'press', label: { key: 'topics.not_now' }, data: later },
    { kind: 'press', label: { key: 'campaign.no_more' }, data: 'stop' },
  ];
}
