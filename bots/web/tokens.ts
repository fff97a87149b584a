import { sign, verify } from 'hono/jwt';
import { encodeBase64Url } from 'hono/utils/encode';
import { z } from 'zod';
import { type Outcome, refuse } from '../../core/errors.ts';
import type { ValueStore } from './store.ts';

/** A customer whom the shop vouches for, until a moment in epoch milliseconds. */
export interface ChatSession {
  /** E.164. */
  readonly phone: string;
  readonly expiresAt: number;
}

/** A chat that the bearer may read and write; for a vouched-for customer only as long as the session lasts. */
export interface ChatAccess {
  readonly chat: string;
  readonly expiresAt?: number;
}

/** What a token can be turned down for. */
export type TokenRefusal = 'token_invalid' | 'token_expired';

const sessionClaims = z.object({ aud: z.literal('svoi-session'), sub: z.string(), exp: z.number() });
const chatClaims = z.object({
  aud: z.literal('svoi-chat'),
  sub: z.string().min(16),
  exp: z.number().optional(),
});

/** The secret that signs tokens: made once, kept for ever under `chat_secret`. */
export async function chatSecret(values: ValueStore): Promise<string> {
  return (await values.get('chat_secret')) ?? (await values.setOnce('chat_secret', randomText(32)));
}

/**
 * A token by which a shop vouches that the visitor of its page is the owner of `phone` (E.164): a JWT (HS256) to be
 * given to chat.js as `data-session`. `expiresAt` is in epoch milliseconds, kept to the second.
 */
export function createSessionToken(secret: string, phone: string, expiresAt: number): Promise<string> {
  return sign({ aud: 'svoi-session', sub: phone, exp: Math.floor(expiresAt / 1000) }, secret, 'HS256');
}

/** Reads a session token; refuses what is not signed by us, and what has expired at `now`. */
export async function readSessionToken(
  secret: string,
  token: string,
  now: number,
): Promise<Outcome<ChatSession, TokenRefusal>> {
  const claims = sessionClaims.safeParse(await claimsOf(secret, token));
  if (!claims.success) return refuse('token_invalid', 'the session was not signed by this server');
  const expiresAt = claims.data.exp * 1000;
  if (expiresAt <= now) return refuse('token_expired', 'the session has expired; ask the shop for a new one');
  return { ok: true, result: { phone: claims.data.sub, expiresAt } };
}

/** A token that opens a chat. Whoever has it reads the chat, so it is as secret as a password. */
export function createChatToken(secret: string, access: ChatAccess): Promise<string> {
  const { chat, expiresAt } = access;
  const expiry = expiresAt === undefined ? {} : { exp: Math.floor(expiresAt / 1000) };
  return sign({ aud: 'svoi-chat', sub: chat, ...expiry }, secret, 'HS256');
}

/** Reads a chat token; refuses what this server did not make, and what has expired at `now`. */
export async function readChatToken(
  secret: string,
  token: string,
  now: number,
): Promise<Outcome<ChatAccess, TokenRefusal>> {
  const claims = chatClaims.safeParse(await claimsOf(secret, token));
  if (!claims.success) return refuse('token_invalid', 'this server made no such chat');
  const { sub: chat, exp } = claims.data;
  if (exp === undefined) return { ok: true, result: { chat } };
  if (exp * 1000 <= now) return refuse('token_expired', 'the chat was opened by a session that has expired');
  return { ok: true, result: { chat, expiresAt: exp * 1000 } };
}

/** The chat of a vouched-for phone: the same on every device of the customer, and not to be guessed. */
export async function chatOfPhone(secret: string, phone: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  return `c${encodeBase64Url(await crypto.subtle.sign('HMAC', key, encoder.encode(`chat of ${phone}`)))}`;
}

/** A chat for a visitor nobody knows. */
export function chatOfVisitor(): string {
  return `v${randomText(24)}`;
}

/** Whether `address` is of the form that chats of ours have. */
export function isSiteChat(address: string): boolean {
  return /^(v[\w-]{32}|c[\w-]{43}=?)$/.test(address);
}

/** The claims of a token of ours, or undefined. Its expiry is for the caller to judge, by the injected clock. */
async function claimsOf(secret: string, token: string): Promise<unknown> {
  try {
    return await verify(token, secret, { alg: 'HS256', exp: false, nbf: false, iat: false });
  } catch {
    return undefined;
  }
}

function randomText(bytes: number): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(bytes)).buffer);
}
