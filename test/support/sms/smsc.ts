import { segmentsOf } from '../../../core/messaging/segments.ts';
import { type Answered, startApi } from './http.ts';
import { createPhones, type Phones } from './phones.ts';

/** SMSC with one account. https://smsc.ua/api/http/ */
export async function startFakeSmsc(login: string, password: string, sender: string) {
  const phones = createPhones();
  const api = await startApi(({ path, body }) => {
    const form = new URLSearchParams(body);
    if (form.get('login') !== login || form.get('psw') !== password) return error(2, 'authorise error');
    if (form.get('fmt') !== '3' || form.get('charset') !== 'utf-8') return error(1, 'parameters error');
    if (path === '/sys/balance.php') return { status: 200, json: { balance: '100.01' } };
    return path === '/sys/send.php' ? send(form, phones, sender) : error(1, 'parameters error');
  });
  return { ...api, phones };
}

function error(error_code: number, words: string): Answered {
  return { status: 200, json: { error: words, error_code } };
}

function send(form: URLSearchParams, phones: Phones, sender: string): Answered {
  const fault = phones.faults.shift();
  if (fault === 'failed') return 'cut';
  if (fault === 'slow_down') return error(9, 'too many concurrent requests');
  if (form.get('sender') !== sender) return error(6, 'message is denied');
  const to = form.get('phones') ?? '';
  const text = form.get('mes') ?? '';
  if (fault === 'blocked' || !phones.exists(to)) return error(7, 'invalid number');
  const id = phones.seen.length + 1;
  phones.seen.push({ id: String(id), to, from: sender, text });
  return { status: 200, json: { id, cnt: segmentsOf(text).parts.length } };
}
