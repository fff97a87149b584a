import { joinBytes } from './body.ts';

/** How far the time of a signature may be from ours, as Standard Webhooks recommends. */
const toleranceMs = 5 * 60_000;

/**
 * Checks a Standard Webhooks signature (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`.
 * Answers what is wrong, or undefined when all is well.
 */
export async function signatureFault(
  headers: Headers,
  body: Uint8Array,
  secret: string,
  now: number,
): Promise<string | undefined> {
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const signatures = headers.get('webhook-signature');
  if (!id || !timestamp || !signatures) {
    return 'this shop signs its requests: send webhook-id, webhook-timestamp and webhook-signature';
  }
  if (!/^\d{1,12}$/.test(timestamp)) return 'webhook-timestamp is the time in whole seconds since 1970';
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) {
    return 'webhook-timestamp is more than five minutes from our time: check the clock';
  }
  const key = await hmacKey(secret);
  const signed = joinBytes([new TextEncoder().encode(`${id}.${timestamp}.`), body]);
  for (const signature of signatures.split(' ').slice(0, 10)) {
    const [version, value] = signature.split(',');
    const bytes = version === 'v1' ? fromBase64(value ?? '') : undefined;
    // `verify` compares in constant time.
    if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) return undefined;
  }
  return 'webhook-signature does not match: sign "id.timestamp.body" with the secret shown when the shop was added';
}

/** Whether a request carries any part of a signature. */
export function isSigned(headers: Headers): boolean {
  return ['webhook-id', 'webhook-timestamp', 'webhook-signature'].some((name) => headers.has(name));
}

function hmacKey(secret: string) {
  const bytes = fromBase64(secret.replace(/^whsec_/, '')) ?? new Uint8Array();
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
