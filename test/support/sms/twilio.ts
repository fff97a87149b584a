import { createHmac } from 'node:crypto';
import { type Answered, startApi } from './http.ts';
import { createPhones, type Phones } from './phones.ts';

/** Twilio with one account. https://www.twilio.com/docs/messaging/api/message-resource */
export async function startFakeTwilio(accountSid: string, authToken: string, sender: string) {
  const phones = createPhones();
  const callbacks = new Map<string, string>();
  const account = `/2010-04-01/Accounts/${accountSid}`;
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const api = await startApi(({ path, headers, body }) => {
    if (headers.get('authorization') !== expected) return error(401, 20003, 'Authenticate');
    if (path === `${account}/Balance.json`)
      return { status: 200, json: { balance: '12.50', currency: 'USD' } };
    if (path !== `${account}/Messages.json`) return error(404, 20404, 'Not found');
    return send(new URLSearchParams(body), phones, sender, callbacks);
  });
  return { ...api, phones, callbacks };
}

function error(status: number, code: number, message: string): Answered {
  return { status, json: { code, message, status } };
}

function send(
  form: URLSearchParams,
  phones: Phones,
  sender: string,
  callbacks: Map<string, string>,
): Answered {
  const fault = phones.faults.shift();
  if (fault === 'failed') return 'cut';
  if (fault === 'slow_down') return { status: 429, json: { code: 20429 }, headers: { 'retry-after': '2' } };
  const to = form.get('To') ?? '';
  const text = form.get('Body') ?? '';
  if (form.get('From') !== sender) return error(400, 21606, 'The From number is not yours');
  if (fault === 'blocked') return error(400, 21610, 'Attempt to send to unsubscribed recipient');
  if (!phones.exists(to)) return error(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  const sid = `SM${String(phones.seen.length + 1).padStart(32, '0')}`;
  phones.seen.push({ id: sid, to, from: sender, text });
  callbacks.set(sid, form.get('StatusCallback') ?? '');
  return { status: 201, json: { sid, status: 'queued', num_segments: '0', error_code: null } };
}

/** A call of Twilio's, signed as https://www.twilio.com/docs/usage/security says. */
export function twilioCall(
  authToken: string,
  url: string,
  fields: Readonly<Record<string, string>>,
): Request {
  const signed = Object.keys(fields)
    .sort()
    .reduce((text, name) => text + name + fields[name], url);
  const signature = createHmac('sha1', authToken).update(signed).digest('base64');
  return new Request(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature },
    body: new URLSearchParams(fields),
  });
}
