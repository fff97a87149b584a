import type { Reply } from '../../messaging/types.ts';
import type { Context } from '../../ports.ts';
import type { TeamMember } from '../../staff/types.ts';
import type { DialogChanges } from '../types.ts';

/** A message to each of the staff who can be reached, in the chat they used last; a number answers it too. */
export function tell(members: readonly TeamMember[], reply: Reply, { ids, now }: Context): DialogChanges {
  const reached = members.flatMap(({ chat, customerId }) => (chat ? [{ chat, customerId }] : []));
  const choices = (reply.buttons ?? []).flat().flatMap((one) => (one.kind === 'press' ? [one.data] : []));
  return {
    messages: reached.map(({ chat, customerId }) => ({
      ...{ id: ids.next('msg', now), addressId: chat.id, customerId, channel: chat.channel },
      ...{ category: 'reply', reply, replaces: null, createdAt: now, dueAt: now },
    })),
    ...(choices.length > 0 ? { choices: reached.map(({ chat }) => ({ addressId: chat.id, choices })) } : {}),
  };
}
