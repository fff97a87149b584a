import { hasRight, type Right, type Shop, scopesWith } from '../core/shops.ts';
import { ProblemError, problem } from './errors.ts';
import { tokenBuckets } from './limits.ts';
import type { ApiLimits, ApiParts } from './parts.ts';
import { isSigned, signatureFault } from './signature.ts';

const defaultLimits: Pick<ApiLimits, 'key' | 'strangers'> = {
  key: { perSecond: 100, burst: 200 },
  strangers: { perSecond: 10, burst: 50 },
};

/** Who may come in, and how often. */
export interface Guard {
  /** The shop whose key the request carries; throws 401, 403 or 429. */
  admit(request: Request, env: unknown, right: Right): Promise<Shop>;
  /** Throws 401 unless the body is signed as the shop must, or a signature that is there is right. */
  checkSignature(request: Request, body: Uint8Array, shop: Shop): Promise<void>;
}

/** Guards the API by shop keys, scopes, rates and signatures. */
export function createGuard(parts: ApiParts): Guard {
  const limits = { ...defaultLimits, ...parts.limits };
  const ofKey = tokenBuckets(limits.key, parts.clock);
  const ofStranger = tokenBuckets(limits.strangers, parts.clock);

  return {
    async admit(request, env, right) {
      const key = bearerKey(request.headers.get('authorization'));
      const shop = key === undefined ? undefined : await parts.shops.find(key);
      if (!shop) throw stranger(key, ofStranger.take(parts.addressOf?.(request, env) ?? 'unknown'));
      const waitSeconds = ofKey.take(shop.id);
      if (waitSeconds > 0) throw slowDown(waitSeconds, 'this key sends too many requests');
      if (!hasRight(shop.scope, right)) throw forbidden(shop, right);
      return shop;
    },
    async checkSignature(request, body, shop) {
      const mustSign = shop.signingSecret !== null && request.method !== 'GET' && request.method !== 'HEAD';
      if (!mustSign && !isSigned(request.headers)) return;
      const fault =
        shop.signingSecret === null
          ? 'this shop has no signing secret; add it with --signed, or send no signature'
          : await signatureFault(request.headers, body, shop.signingSecret, parts.clock.now());
      if (fault) throw new ProblemError(problem('invalid_signature', fault));
    },
  };
}

function bearerKey(header: string | null): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

function stranger(key: string | undefined, waitSeconds: number): ProblemError {
  if (waitSeconds > 0) return slowDown(waitSeconds, 'too many requests without a valid key');
  const detail =
    key === undefined
      ? 'send the header "Authorization: Bearer <shop key>"'
      : 'no shop has this key, or it was revoked';
  return new ProblemError(problem('unauthorized', detail), {
    'WWW-Authenticate': key === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
  });
}

/** 429: `detail` says what is too much. */
export function slowDown(seconds: number, detail: string): ProblemError {
  return new ProblemError(problem('rate_limited', `${detail}; try again in ${seconds} s`), {
    'Retry-After': String(seconds),
  });
}

function forbidden(shop: Shop, right: Right): ProblemError {
  const needed = scopesWith(right).join(' or ');
  const detail = `this call needs a key of scope ${needed}; the key of "${shop.name}" has scope ${shop.scope}`;
  return new ProblemError(problem('forbidden', detail));
}
