import type { FC } from 'hono/jsx';
import { problemKinds } from '../errors.ts';
import { Json } from './prose.tsx';

/** What holds for every call. */
export const Rules: FC = () => (
  <section id="rules">
    <h2>Keys, limits, signatures</h2>
    <h3>Keys</h3>
    <p>
      Send <code>Authorization: Bearer svoi_…</code>. A key has a scope: <code>till</code> posts purchases,
      takes points and reads customers, <code>site</code> also writes customers, <code>admin</code> may also
      erase them. Only a hash of the key is kept; a lost one is replaced by{' '}
      <code>npm run svoi -- shop rotate NAME</code>, and <code>shop revoke NAME</code> stops it at once.
    </p>
    <h3>Repeating</h3>
    <p>
      Send again whatever you got no answer to. A purchase is known by your own <code>id</code>: the same body
      gets the first answer, with <code>Idempotent-Replay: true</code>; another body under that id is refused.
      The same holds for a refund and for a redemption; what has become of it since, <code>GET</code> tells.
    </p>
    <h3>Limits</h3>
    <p>
      A body has at most 1 MiB, a batch 8 MiB. A key that calls too often gets 429 with{' '}
      <code>Retry-After</code> in seconds; a batch counts as one request.
    </p>
    <h3>Signatures</h3>
    <p>
      A shop added with <code>--signed</code> signs every change as{' '}
      <a href="https://www.standardwebhooks.com" rel="noreferrer">
        Standard Webhooks
      </a>{' '}
      has it: <code>webhook-id</code>, <code>webhook-timestamp</code> in seconds, and{' '}
      <code>webhook-signature</code>, which is <code>v1,</code> and the base64 of HMAC-SHA256 over{' '}
      <code>id.timestamp.body</code>. A signature older than five minutes is refused.
    </p>
  </section>
);

/** Every code of an error. */
export const Errors: FC = () => (
  <section id="errors">
    <h2>Errors</h2>
    <p>
      Every error is <code>application/problem+json</code>. Program against <code>code</code>;{' '}
      <code>errors</code> names each place in the body by a JSON pointer. <code>X-Request-Id</code> of the
      answer finds it in our log.
    </p>
    <Json
      value={{
        type: '/docs#invalid_request',
        title: problemKinds.invalid_request.title,
        status: 422,
        detail: '/total: must be 80900, the sum of the amounts of the lines',
        code: 'invalid_request',
        errors: [{ pointer: '/total', detail: 'must be 80900, the sum of the amounts of the lines' }],
      }}
    />
    <dl>
      {Object.entries(problemKinds).map(([code, { status, title }]) => (
        <>
          <dt id={code}>
            <code>{code}</code> <small>{status}</small>
          </dt>
          <dd>{title}</dd>
        </>
      ))}
    </dl>
  </section>
);
