import type { Image } from '../../../core/messaging/images.ts';

/** What WhatsApp's page in our browser tells of one message, in Svoi's words. */
export interface WebMessage {
  /**
   * The id its sender gave it. The page writes the chat before it, and names the same chat now by phone, now by a hidden
   * id: only this part is the same in what was sent, in its acks and where it is quoted.
   */
  readonly id: string;
  /** Where it stands: `380501234567@c.us`, `1234567890@lid` (a person whose number is hidden), a group, a status. */
  readonly chat: string;
  readonly fromMe: boolean;
  /** WhatsApp's own kinds: `chat`, `image`, `ptt`, `vcard`, `e2e_notification`, … */
  readonly type: string;
  /** What was typed: the text, or the words under a picture; empty where there are none. */
  readonly text: string;
  /** Epoch milliseconds, by WhatsApp's clock, to the second. */
  readonly at: number;
  /** The id of the message it answers. */
  readonly quotedId?: string;
  /** Set on a photo, and on a file that is one; `bytes`: how large it is, where the page knows. */
  readonly picture?: { readonly bytes?: number };
  /** Contacts it shares, as vCards. */
  readonly cards: readonly string[];
}

/** What a client tells while it runs, in order. */
export type ClientEvent =
  /** To be linked by scanning: the text of a QR code, replaced by the next one within a minute. */
  | { readonly kind: 'qr'; readonly qr: string }
  /** To be linked by typing this code on the phone. */
  | { readonly kind: 'code'; readonly code: string }
  /** Linked; messages are still being fetched. */
  | { readonly kind: 'authenticated' }
  /** Messages can be sent. `phone` is the number that is linked, E.164, where the page says it. Comes more than once. */
  | { readonly kind: 'ready'; readonly phone: string | undefined }
  /** The connection of the page to WhatsApp: whether there is one. The page restores it by itself. */
  | { readonly kind: 'online'; readonly online: boolean }
  /** Nothing more will come: logged out by WhatsApp or from the phone, blocked by WhatsApp, or broken. */
  | { readonly kind: 'ended'; readonly how: 'logged_out' | 'blocked' | 'broken'; readonly detail: string }
  | { readonly kind: 'message'; readonly message: WebMessage }
  /** How far a message of ours came: -1 failed, 0 waits here, 1 at WhatsApp, 2 on the phone, 3 read, 4 played. */
  | { readonly kind: 'ack'; readonly id: string; readonly chat: string; readonly ack: number };

/** What goes out. */
export interface WebContent {
  /** The text, or the words under the picture. */
  readonly text: string;
  readonly image?: Image;
}

/**
 * One browser with WhatsApp's page in it, from its start to its end: the part of whatsapp-web.js that Svoi uses. Calls
 * but `stop` reject when the page does not do as asked.
 */
export interface WhatsAppClient {
  /** Opens the page. Resolves when it is open, which says nothing about being linked. */
  start(): Promise<void>;
  /** Ends the browser, also one that is just starting. Resolves when no process of it is left; never rejects. */
  stop(): Promise<void>;
  /** The chat of a phone's owner; undefined when the number has no WhatsApp. */
  chatOf(digits: string): Promise<string | undefined>;
  /** The hidden id and the phone behind a chat, as far as WhatsApp tells them: both as chats. */
  namesOf(chat: string): Promise<{ readonly lid?: string; readonly phone?: string }>;
  /** Hands a message to the page, which keeps it until WhatsApp took it. Resolves to its id; undefined: no such chat. */
  send(chat: string, content: WebContent): Promise<string | undefined>;
  /** The picture that somebody sent in a chat with this message; undefined: it is there no more. */
  download(chat: string, id: string): Promise<Uint8Array | undefined>;
  /** What people wrote and nobody has read yet, in chats of two, oldest first. */
  unread(): Promise<readonly WebMessage[]>;
  /** Whether the page still answers. */
  alive(): Promise<boolean>;
}

/** Makes a client that is not started; `listen` is called for all that happens and never throws. */
export type CreateClient = (listen: (event: ClientEvent) => void) => WhatsAppClient;
