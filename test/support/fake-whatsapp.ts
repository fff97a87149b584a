import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../core/ports.ts';
import { beginsAs } from './images.ts';
import {
  GraphRefusal,
  type NewTemplate,
  type Payload,
  parseNewTemplate,
  parsePayload,
  type SentTemplate,
  type ShownMessage,
  shownOf,
  type Tappable,
} from './whatsapp/payloads.ts';

export type { ShownMessage } from './whatsapp/payloads.ts';
export { shareLabel } from './whatsapp/payloads.ts';

/** How the next message sent goes wrong. `cut` drops the connection before anything happened. */
export type Fault =
  | {
      readonly kind: 'error';
      readonly code?: number;
      readonly status?: number;
      readonly details?: string;
      readonly retryAfter?: number;
    }
  | { readonly kind: 'cut' };

/** A template as Meta approved it. */
export interface ApprovedTemplate {
  readonly language: string;
  readonly variables: number;
  readonly category?: 'authentication' | 'marketing' | 'utility';
  /** Its buttons in their order; where they are not told, any quick replies are taken. */
  readonly buttons?: readonly ('quick_reply' | 'url')[];
}

/** Who has just written to the business, or never did (`silent`). `phone`: as digits, left out of what comes in when `hidden`. */
export interface PersonAbout {
  readonly userId?: string;
  readonly phone?: string;
  readonly hidden?: boolean;
  readonly silent?: boolean;
}

/** A customer with WhatsApp. Doing something resolves with the status the webhook answered. */
export interface WhatsAppPerson {
  readonly messages: readonly ShownMessage[];
  say(text: string): Promise<number>;
  /** Taps what reads so under the newest message that has it. */
  tap(label: string): Promise<number>;
  /** Shares a contact; `asked`: by the button that a message of ours showed. */
  shareContact(phone: string, asked: boolean): Promise<number>;
  /** Sends a photo, which WhatsApp hands out by its id. */
  sendPhoto(bytes: Uint8Array, caption?: string): Promise<number>;
  /** Sends a message of any kind. */
  sends(content: Readonly<Record<string, unknown>>): Promise<number>;
}

/** A Graph API on loopback for one business number, which refuses what the real one refuses. */
export interface FakeWhatsApp {
  readonly token: string;
  readonly phoneNumberId: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly apiRoot: string;
  /** Every payload that was accepted. */
  readonly sent: readonly Payload[];
  readonly uploads: readonly Uint8Array[];
  /** Templates by name. */
  readonly templates: Map<string, ApprovedTemplate>;
  /** Approves a template as it is handed in. */
  approve(template: unknown): void;
  /** What was handed in to be approved. */
  readonly submitted: readonly NewTemplate[];
  /** Where notifications go. */
  callback: string | undefined;
  person(about: PersonAbout): WhatsAppPerson;
  fault(fault: Fault, times?: number): void;
  /** A body signed as WhatsApp signs it. */
  sign(body: string): string;
  /** Calls the webhook with the changes of one notification; resolves with its status. */
  notify(...values: readonly Readonly<Record<string, unknown>>[]): Promise<number>;
  /** Delivers the last notification once more. */
  again(): Promise<number>;
  close(): Promise<void>;
}

const windowMs = 24 * 60 * 60_000;
const perSecond = 80;
/** Media have long numbers for ids. */
const firstMedium = 1_003_383_421_387_256;

interface Chat {
  readonly about: PersonAbout;
  readonly messages: ShownMessage[];
  lastSaidAt: number | undefined;
}

/** Starts a fake Graph API on a free port. */
export async function startFakeWhatsApp(clock: Clock): Promise<FakeWhatsApp> {
  const token = 'EAAfake-token';
  const appSecret = 'app-secret';
  const verifyToken = 'verify-token';
  const phoneNumberId = '100200300400';
  const chats: Chat[] = [];
  const sent: Payload[] = [];
  const uploads: Uint8Array[] = [];
  const media: Uint8Array[] = [];
  const accountId = '500600700800';
  const templates = new Map<string, ApprovedTemplate>();
  const submitted: NewTemplate[] = [];
  const faults: Fault[] = [];
  const metadata = { display_phone_number: '380441234567', phone_number_id: phoneNumberId };
  let count = 0;
  let second = { at: 0, calls: 0 };
  let callback: string | undefined;
  let last = '';

  function nextId(): string {
    count += 1;
    return `wamid.${Buffer.from(`fake-${count}`).toString('base64')}`;
  }

  function keepRate(): void {
    const at = Math.floor(clock.now() / 1000);
    second = { at, calls: second.at === at ? second.calls + 1 : 1 };
    if (second.calls > perSecond) throw new GraphRefusal(429, 130429, 'Rate limit hit');
  }

  function sendMessage(json: unknown): object {
    keepRate();
    const payload = parsePayload(json);
    const to = payload.to ?? payload.recipient;
    if (!to) throw new GraphRefusal(400, 100, 'The parameter to or recipient is required');
    if (payload.type === 'image' && !uploads[Number(payload.image.id.replace('medium-', ''))]) {
      throw new GraphRefusal(400, 131053, 'Media upload error');
    }
    const id = nextId();
    // The real one takes such an id for a number, says yes and delivers nothing.
    const lost = payload.to !== undefined && !/^\d+$/.test(payload.to);
    if (!lost) post(id, to, payload);
    sent.push(payload);
    return { messaging_product: 'whatsapp', contacts: [{ input: to }], messages: [{ id }] };
  }

  function post(id: string, to: string, payload: Payload): void {
    const chat = chats.find(({ about }) =>
      payload.to === undefined ? about.userId === to : about.phone === to,
    );
    if (!chat) throw new GraphRefusal(400, 131026, 'Message undeliverable');
    if (payload.type === 'template') {
      checkTemplate(payload.template, payload.to === undefined);
    } else if (chat.lastSaidAt === undefined || clock.now() - chat.lastSaidAt >= windowMs) {
      const details = 'More than 24 hours have passed since the recipient last replied to the sender number';
      throw new GraphRefusal(400, 131047, details);
    }
    chat.messages.push(shownOf(id, payload));
  }

  function checkTemplate({ name, language, components }: SentTemplate, toUserId: boolean): void {
    const approved = templates.get(name);
    if (approved?.language !== language.code) {
      throw new GraphRefusal(404, 132001, `template name (${name}) does not exist in ${language.code}`);
    }
    const body = components.find((one) => one.type === 'body');
    if ((body?.parameters.length ?? 0) !== approved.variables) {
      throw new GraphRefusal(400, 132000, 'number of localizable_params does not match the expected number');
    }
    checkButtons(components, approved);
    if (toUserId && approved.category === 'authentication') {
      const details = 'Business-scoped User ID (BSUID) recipients are not supported for this message.';
      throw new GraphRefusal(400, 131062, details);
    }
  }

  function checkButtons(components: SentTemplate['components'], approved: ApprovedTemplate): void {
    const given = components.flatMap((one) => (one.type === 'button' ? [one] : []));
    const links = given.filter((one) => one.sub_type === 'url').length;
    const isCode = approved.category === 'authentication';
    const wanted = approved.buttons?.map((kind, index) => `${kind} ${index}`);
    const matches = wanted
      ? wanted.join() === given.map((one) => `${one.sub_type} ${one.index}`).join()
      : links === (isCode ? 1 : 0);
    if (!matches) throw new GraphRefusal(400, 131008, 'Required parameter is missing: buttons');
  }

  /** Templates are reviewed at once here, and refused where Meta's automatic checks refuse them. */
  function takeTemplate(json: unknown): object {
    const { name, language, category, components } = parseNewTemplate(json);
    if (submitted.some((one) => one.name === name && one.language === language)) {
      throw new GraphRefusal(400, 2388023, 'There is already content in this language');
    }
    submitted.push({ name, language, category, components });
    approve({ name, language, category, components });
    return { id: String(submitted.length), status: 'PENDING', category };
  }

  function approve(json: unknown): void {
    const { name, language, category, components } = parseNewTemplate(json);
    const body = components.find((one) => one.type === 'BODY');
    const buttons = components.flatMap((one) => (one.type === 'BUTTONS' ? one.buttons : []));
    templates.set(name, {
      language,
      variables: body?.example?.body_text[0]?.length ?? 0,
      category: category === 'MARKETING' ? 'marketing' : 'utility',
      buttons: buttons.map(({ type }) => (type === 'URL' ? 'url' : 'quick_reply')),
    });
  }

  function pageOfTemplates(after: string | null): object {
    const from = Number(after ?? 0);
    const data = submitted.slice(from, from + 2).map(({ name, language }) => ({
      ...{ name, language, status: name.startsWith('svoi_cart') ? 'REJECTED' : 'APPROVED' },
      ...(name.startsWith('svoi_cart') ? { rejected_reason: 'PROMOTIONAL' } : {}),
    }));
    const next = from + 2;
    return { data, paging: next < submitted.length ? { cursors: { after: String(next) } } : {} };
  }

  async function upload(request: IncomingMessage, body: Buffer): Promise<object> {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    const file = form.get('file');
    if (form.get('messaging_product') !== 'whatsapp' || !isFile(file)) {
      throw new GraphRefusal(400, 100, 'Invalid parameter');
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    // A file is judged by the type it was declared as.
    if (form.get('type') !== beginsAs(bytes) || file.type !== beginsAs(bytes)) {
      throw new GraphRefusal(400, 100, 'Param file must be a file with one of the following types');
    }
    return { id: `medium-${uploads.push(bytes) - 1}` };
  }

  async function configure(json: unknown): Promise<object> {
    const given = json as {
      webhook_configuration?: { override_callback_uri?: string; verify_token?: string };
    };
    const { override_callback_uri: url = '', verify_token: secret = '' } = given.webhook_configuration ?? {};
    const question = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': secret,
      'hub.challenge': '1158201444',
    });
    const answer = await fetch(`${url}?${question}`);
    if (!answer.ok || (await answer.text()) !== '1158201444') {
      throw new GraphRefusal(400, 2200, 'Callback verification failed');
    }
    callback = url;
    return { success: true };
  }

  /** Where a medium is, for the next five minutes. */
  function placeOf(pathname: string): object {
    const [, id] = /^\/v\d+\.\d+\/(\d+)$/.exec(pathname) ?? [];
    const bytes = media[Number(id) - firstMedium];
    if (id === undefined || !bytes) {
      const details = `Unsupported get request. Object with ID '${pathname}' does not exist`;
      throw new GraphRefusal(400, 100, details);
    }
    const url = `${root()}/attachments/?mid=${id}`;
    const about = { mime_type: beginsAs(bytes), sha256: 'x', file_size: String(bytes.length) };
    return { messaging_product: 'whatsapp', id, url, ...about };
  }

  function serveMedium({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const bytes = media[Number(new URL(url, root()).searchParams.get('mid')) - firstMedium];
    const status = headers.authorization !== `Bearer ${token}` ? 401 : bytes ? 200 : 404;
    response.writeHead(status).end(status === 200 ? bytes : '');
  }

  async function answerTo(request: IncomingMessage, body: Buffer): Promise<object> {
    const { pathname } = new URL(request.url ?? '', 'http://graph');
    if (request.headers.authorization !== `Bearer ${token}`) {
      throw new GraphRefusal(401, 190, 'Error validating access token: Session has expired');
    }
    switch (`${request.method} ${pathname.replace(/^\/v\d+\.\d+/, '')}`) {
      case `POST /${phoneNumberId}/messages`:
        return sendMessage(JSON.parse(body.toString()));
      case `POST /${phoneNumberId}/media`:
        return upload(request, body);
      case `POST /${phoneNumberId}`:
        return configure(JSON.parse(body.toString()));
      case `GET /${phoneNumberId}`:
        return {
          id: phoneNumberId,
          display_phone_number: '+380 44 123 4567',
          verified_name: 'Svoi',
          quality_rating: 'GREEN',
          webhook_configuration: callback ? { phone_number: callback } : {},
        };
      case 'GET /debug_token':
        return {
          data: {
            granular_scopes: [{ scope: 'whatsapp_business_management', target_ids: ['900', accountId] }],
          },
        };
      case 'GET /900/phone_numbers':
        return { data: [{ id: '901' }] };
      case `GET /${accountId}/phone_numbers`:
        return { data: [{ id: phoneNumberId }] };
      case `GET /${accountId}/message_templates`:
        return pageOfTemplates(new URL(request.url ?? '', 'http://graph').searchParams.get('after'));
      case `POST /${accountId}/message_templates`:
        return takeTemplate(JSON.parse(body.toString()));
      default:
        if (request.method === 'GET') return placeOf(pathname);
        throw new GraphRefusal(400, 100, `Unsupported request: ${request.method} ${pathname}`);
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (request.url?.startsWith('/attachments/')) return serveMedium(request, response);
    const fault = request.url?.endsWith('/messages') ? faults.shift() : undefined;
    if (fault?.kind === 'cut') {
      response.socket?.destroy();
      return;
    }
    try {
      if (fault) {
        const { status = 400, code = 1, details = 'a fault', retryAfter } = fault;
        throw new GraphRefusal(status, code, details, retryAfter);
      }
      respond(response, 200, await answerTo(request, body));
    } catch (error) {
      refuse(response, error);
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const root = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = (body: string) => `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
  const deliver = async (): Promise<number> => {
    if (!callback) throw new Error('no webhook was registered');
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': sign(last) };
    return (await fetch(callback, { method: 'POST', headers, body: last })).status;
  };
  const notify: FakeWhatsApp['notify'] = (...values) => {
    const changes = values.map((value) => ({
      field: 'user_preferences' in value ? 'user_preferences' : 'messages',
      value: { messaging_product: 'whatsapp', metadata, ...value },
    }));
    last = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] });
    return deliver();
  };

  return {
    ...{
      token,
      phoneNumberId,
      appSecret,
      verifyToken,
      sent,
      uploads,
      templates,
      submitted,
      approve,
      sign,
      notify,
    },
    apiRoot: root(),
    get callback() {
      return callback;
    },
    set callback(url) {
      callback = url;
    },
    person(about) {
      const chat: Chat = { about, messages: [], lastSaidAt: about.silent ? undefined : clock.now() };
      chats.push(chat);
      const keep = (bytes: Uint8Array) => String(firstMedium + media.push(bytes) - 1);
      return createPerson(chat, clock, { nextId, notify, keep });
    },
    fault: (fault, times = 1) => void faults.push(...Array<Fault>(times).fill(fault)),
    again: deliver,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a person's app reaches. */
interface PersonDoors {
  nextId(): string;
  readonly notify: FakeWhatsApp['notify'];
  /** Keeps a medium; resolves to its id. */
  keep(bytes: Uint8Array): string;
}

function createPerson(chat: Chat, clock: Clock, { nextId, notify, keep }: PersonDoors): WhatsAppPerson {
  const { userId, phone, hidden } = chat.about;
  const number = hidden || !phone ? {} : { from: phone };
  const id = userId ? { from_user_id: userId } : {};
  const contact = {
    profile: { name: 'Olena' },
    ...(number.from ? { wa_id: phone } : {}),
    ...(userId ? { user_id: userId } : {}),
  };
  const sends: WhatsAppPerson['sends'] = (content) => {
    chat.lastSaidAt = clock.now();
    const timestamp = String(Math.floor(clock.now() / 1000));
    const message = { ...number, ...id, id: nextId(), timestamp, ...content };
    return notify({ contacts: [contact], messages: [message] });
  };
  const shareContact = (shared: string, asked: boolean) => {
    const origin = asked ? 'contact_request' : 'other';
    const card = { name: { formatted_name: 'Olena' }, phones: [{ phone: shared, type: 'CELL' }] };
    return sends({ type: 'contacts', contacts: [{ origin, ...card }] });
  };

  function press({ kind, label, data }: Tappable, context: string): Promise<number> {
    const on = { context: { from: '380441234567', id: context } };
    switch (kind) {
      case 'reply':
        return sends({
          ...on,
          type: 'interactive',
          interactive: { type: 'button_reply', button_reply: { id: data, title: label } },
        });
      case 'row':
        return sends({
          ...on,
          type: 'interactive',
          interactive: { type: 'list_reply', list_reply: { id: data, title: label } },
        });
      case 'quick_reply':
        return sends({ ...on, type: 'button', button: { payload: data, text: label } });
      case 'share':
        return shareContact(`+${phone}`, true);
      case 'link':
        throw new Error('a link opens a page, and WhatsApp tells nobody');
    }
  }

  return {
    messages: chat.messages,
    say: (text) => sends({ type: 'text', text: { body: text } }),
    async tap(label) {
      const message = chat.messages.findLast(({ buttons }) => buttons.some((one) => one.label === label));
      const button = message?.buttons.find((one) => one.label === label);
      if (!message || !button) throw new Error(`nothing to tap reads ${label}`);
      return press(button, message.id);
    },
    shareContact,
    sendPhoto(bytes, caption) {
      const image = { id: keep(bytes), mime_type: beginsAs(bytes), sha256: 'x' };
      return sends({ type: 'image', image: { ...image, ...(caption === undefined ? {} : { caption }) } });
    },
    sends,
  };
}

function isFile(value: unknown): value is File {
  return value instanceof Blob;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function respond(response: ServerResponse, status: number, json: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(json));
}

function refuse(response: ServerResponse, error: unknown): void {
  if (!(error instanceof GraphRefusal)) throw error;
  const { status, code, message: details, retryAfter } = error;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const about = { type: 'OAuthException', code, error_data: { messaging_product: 'whatsapp', details } };
  respond(response, status, { error: { message: `(#${code})`, ...about, fbtrace_id: 'Az8or2' } }, headers);
}
