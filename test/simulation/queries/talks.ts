import { conversationKey } from '../../../core/dialogs/types.ts';
import type { TalkId } from '../../../core/ids.ts';
import {
  missedTalkLivesMs,
  type Talk,
  type TalkInView,
  type TalkMessage,
  talkMessagesShown,
} from '../../../core/talks/types.ts';
import type { Needs } from '../../../db/facts.ts';
import type { MemoryStore } from '../memory_store.ts';

/** What one round of reading found of talks; the list is absent where nobody asked. */
export interface TalksFound {
  readonly byId: ReadonlyMap<string, TalkInView>;
  readonly inChats: ReadonlyMap<string, TalkId>;
  readonly messages: ReadonlyMap<string, readonly TalkMessage[]>;
  readonly open: readonly TalkInView[] | undefined;
}

/** What a command asks to know of talks, as db/facts/talks.ts reads it. Nothing was sent, so nobody points at a message. */
export function readTalks(store: MemoryStore, needs: Needs, now: number): TalksFound {
  const named = (needs.talks ?? []).flatMap((id) => store.talks.get(id) ?? []);
  const inChats = (needs.talksIn ?? []).flatMap(({ channel, address }) => {
    const key = conversationKey(channel, address);
    const chat = store.chats.get(key);
    const talk = chat && store.talks.find('open', chat.address.id);
    return talk ? [{ key, talk }] : [];
  });
  const views = [...named, ...inChats.map(({ talk }) => talk)].map((talk) => shown(store, talk));
  return {
    byId: new Map(views.map((view) => [view.id, view])),
    inChats: new Map(inChats.map(({ key, talk }) => [key, talk.id])),
    messages: new Map((needs.talkMessages ?? []).map((id) => [id, messagesOf(store, id)])),
    open: needs.openTalks && openTalks(store, now),
  };
}

function messagesOf(store: MemoryStore, id: TalkId): TalkMessage[] {
  const said = store.talkMessages.all('talk', id).sort((a, b) => (a.id < b.id ? -1 : 1));
  return said.slice(-talkMessagesShown);
}

function openTalks(store: MemoryStore, now: number): TalkInView[] {
  return [...store.talks.values()]
    .filter(({ status, closedBy, closedAt, remindedAt }) => {
      const missed = closedBy === 'time' && remindedAt !== null && (closedAt ?? 0) > now - missedTalkLivesMs;
      return status !== 'closed' || missed;
    })
    .sort((a, b) => a.touchedAt - b.touchedAt || (a.id < b.id ? -1 : 1))
    .slice(0, 200)
    .map((talk) => shown(store, talk));
}

function shown(store: MemoryStore, talk: Talk): TalkInView {
  const address = store.chats.find('id', talk.addressId)?.address;
  const staff = talk.staffId === null ? undefined : store.staff.get(talk.staffId);
  const customer = store.customers.get(address?.customerId ?? talk.customerId ?? '');
  const tail = (text: string | null | undefined) => (text ? `…${text.slice(-4)}` : undefined);
  return {
    ...talk,
    customerName: customer?.name ?? tail(customer?.phone) ?? tail(address?.externalId) ?? '…',
    staffName: staff ? (staff.name ?? tail(staff.phone) ?? '…') : null,
    chat: address
      ? {
          ...{ channel: address.channel, locale: address.locale },
          ...{ reachable: address.reachable, customerId: address.customerId },
        }
      : null,
    openInChat: store.talks.find('open', talk.addressId)?.id ?? null,
  };
}
