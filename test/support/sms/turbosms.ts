import { z } from 'zod';
import { type Answered, type Arrived, startApi } from './http.ts';
import { createPhones, type Phones } from './phones.ts';

const sendBody = z.strictObject({
  recipients: z.array(z.string().regex(/^\d+$/)).length(1),
  sms: z.strictObject({ sender: z.string(), text: z.string() }),
  sequence_id: z.string().min(1),
});

/** TurboSMS with one account. https://turbosms.ua/en/api.html */
export async function startFakeTurboSms(token: string, sender: string) {
  const phones = createPhones();
  const earlier = new Map<string, unknown>();
  const api = await startApi((arrived) => {
    if (arrived.headers.get('authorization') !== `Bearer ${token}`) return code(301, 'INVALID_TOKEN');
    if (arrived.path === '/user/balance.json') return code(0, 'OK', { balance: 27.17 });
    if (arrived.path !== '/message/send.json') return code(300, 'INVALID_REQUEST');
    return send(arrived, phones, earlier, sender);
  });
  return { ...api, phones };
}

function code(response_code: number, response_status: string, response_result: unknown = null): Answered {
  return { status: 200, json: { response_code, response_status, response_result } };
}

function send({ body }: Arrived, phones: Phones, earlier: Map<string, unknown>, sender: string): Answered {
  const fault = phones.faults.shift();
  if (fault === 'failed') return 'cut';
  if (fault === 'slow_down') return { status: 429, json: {}, headers: { 'retry-after': '2' } };
  const { recipients, sms, sequence_id: sequence } = sendBody.parse(JSON.parse(body));
  const known = earlier.get(sequence);
  if (known) return code(507, 'FAILED_DUPLICATE_REQUEST', known);
  if (sms.sender !== sender) return code(400, 'NOT_ALLOWED_MESSAGE_SENDER');
  const [phone = ''] = recipients;
  if (fault === 'blocked') return one(802, { phone, message_id: null, ...stopList });
  if (!phones.exists(`+${phone}`)) return one(802, { phone, message_id: null, ...noPhone });
  const id = `1cb60453-659a-430d-5384-${String(phones.seen.length + 1).padStart(12, '0')}`;
  phones.seen.push({ id, to: `+${phone}`, from: sms.sender, text: sms.text });
  const result = { phone, message_id: id, response_code: 0, response_status: 'OK' };
  earlier.set(sequence, [result]);
  return one(800, result);
}

const stopList = { response_code: 404, response_status: 'NOT_ALLOWED_NUMBER_STOPLIST' };
const noPhone = { response_code: 305, response_status: 'INVALID_PHONE' };

function one(response_code: number, result: Readonly<Record<string, unknown>>): Answered {
  return code(
    response_code,
    response_code === 800 ? 'SUCCESS_MESSAGE_ACCEPTED' : 'SUCCESS_MESSAGE_PARTIAL_ACCEPTED',
    [result],
  );
}
