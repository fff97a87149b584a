import type { Clock } from '../../../core/ports.ts';
import type {
  Abilities,
  Channel,
  EventHandler,
  Messenger,
  OutgoingMessage,
  ReceiptHandler,
} from '../../channel.ts';
import type { Log } from '../../log.ts';
import { hmacHex, readBody, sameSecret } from '../../requests.ts';
import { chatLink } from '../start.ts';
import { adviceFor, advised, outcomeOf } from './faults.ts';
import { type BusinessNumber, createGraph, type Graph, GraphFault, type GraphOptions } from './graph.ts';
import { freeForm, textLimit } from './messages.ts';
import { type Notification, readNotification } from './notifications.ts';
import { faultsInTemplates, fillTemplate, type TemplateTable } from './templates.ts';

/** One business number on the Cloud API, and who is told what happens in its chats. */
export interface WhatsAppCloudOptions extends GraphOptions {
  /** Signs what comes in. */
  readonly appSecret: string;
  /** What WhatsApp says when it asks whether the webhook is ours. */
  readonly verifyToken: string;
  readonly handle: EventHandler;
  readonly receipts: ReceiptHandler;
  /** Which approved template says what a text of ours says. */
  templates(): TemplateTable;
  readonly log: Log;
  readonly clock: Clock;
}

/** 80 messages a second for a number; WhatsApp raises it to 1000 by itself where a number is used that much. */
const abilities: Abilities = {
  buttons: true,
  pictures: true,
  sharePhone: true,
  edits: false,
  receipts: 'read',
  textLimit,
  ratePerSecond: 80,
  // A call takes up to half a second.
  parallel: 40,
  templates: true,
};

const path = '/whatsapp';
/** A notification holds up to 3 MB. */
const bodyLimitBytes = 4 * 1024 * 1024;
/** Within the dispatcher's lease, a picture's upload and its message together. */
const sendMs = 15_000;
/** How long after the person's last word anything may be written. */
const windowMs = 24 * 60 * 60_000;

/** WhatsApp through Meta's Cloud API: a channel, its webhook, and how it is registered. */
export function createWhatsAppCloud(options: WhatsAppCloudOptions): Messenger {
  const graph = createGraph(options);
  return {
    channel: createChannel(graph, options),
    paths: [path],
    webhook(request) {
      if (request.method === 'GET') return verify(request, options.verifyToken);
      return request.method === 'POST'
        ? receive(request, options)
        : Promise.resolve(answer(405, 'POST only'));
    },
    setup: (publicUrl) => setUp(graph, publicUrl, options.verifyToken),
    check: () => check(graph, options.templates()),
    publicName: async () => (await asked(graph.number())).display_phone_number.replace(/\D/g, ''),
    link: chatLink,
  };
}

function createChannel(graph: Graph, { templates, log, clock }: WhatsAppCloudOptions): Channel {
  let told: string | undefined;

  /** An account that sends nothing any more is told of once, not for each message. */
  function advise(fault: GraphFault): void {
    const advice = adviceFor(fault);
    if (advice && advice !== told) log('error', `whatsapp: ${fault.message}; ${advice}`);
    told = advice;
  }

  return {
    name: 'whatsapp',
    abilities,
    async send(message) {
      try {
        const deadline = AbortSignal.timeout(sendMs);
        const content = await contentOf(message, templates(), clock.now(), graph, deadline);
        if ('missing' in content) return { status: 'refused', reason: 'invalid', detail: content.missing };
        const providerId = await graph.send({ ...envelope(message), ...content }, deadline);
        told = undefined;
        return { status: 'sent', providerId };
      } catch (error) {
        if (!(error instanceof GraphFault)) throw error;
        advise(error);
        return outcomeOf(error);
      }
    },
    async fetchPicture(ref, mostBytes) {
      try {
        return await graph.download(ref, mostBytes);
      } catch (error) {
        if (!(error instanceof GraphFault)) throw error;
        advise(error);
        const outcome = outcomeOf(error);
        return { status: outcome.status === 'refused' ? 'refused' : 'failed', detail: error.message };
      }
    },
  };
}

/** A business-scoped id put where numbers go is taken for a number: WhatsApp accepts it, and nobody gets anything. */
function envelope({ id, address }: OutgoingMessage): object {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...(/^\d+$/.test(address) ? { to: address } : { recipient: address }),
    biz_opaque_callback_data: id,
  };
}

/**
 * What the message says: anything within 24 hours of the person's last word, an approved template after that. Where
 * that word's time is unknown, WhatsApp itself judges.
 */
async function contentOf(
  message: OutgoingMessage,
  templates: TemplateTable,
  now: number,
  graph: Graph,
  deadline: AbortSignal,
): Promise<object | { readonly missing: string }> {
  const { lastSeenAt = now, picture } = message;
  if (now - lastSeenAt < windowMs) {
    return freeForm(message, picture && (await graph.upload(picture.image, deadline)));
  }
  const filled = fillTemplate(message, templates);
  return 'missing' in filled ? filled : { type: 'template', template: filled.template };
}

/** WhatsApp asks whether the address is ours before it sends anything there. */
async function verify(request: Request, verifyToken: string): Promise<Response> {
  const asked = new URL(request.url).searchParams;
  const token = asked.get('hub.verify_token') ?? '';
  if (asked.get('hub.mode') !== 'subscribe' || !(await sameSecret(token, verifyToken))) {
    return answer(403, 'wrong verify token');
  }
  return answer(200, asked.get('hub.challenge') ?? '');
}

/** Answers 200 only once all of a notification is committed; what is delivered again changes nothing. */
async function receive(request: Request, options: WhatsAppCloudOptions): Promise<Response> {
  const body = await readBody(request, bodyLimitBytes).catch(() => '');
  if (body === undefined) return answer(413, 'too long');
  const given = request.headers.get('x-hub-signature-256') ?? '';
  if (!(await sameSecret(given, `sha256=${await hmacHex(options.appSecret, body)}`))) {
    return answer(401, 'wrong signature');
  }
  const notification = readNotification(parseJson(body), options.phoneNumberId, options.clock.now());
  if (!notification) return answer(400, 'not a notification');
  try {
    await take(notification, options);
    return answer(200, 'ok');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.log('error', `whatsapp: a notification was not committed: ${reason}`);
    return answer(500, 'not committed, send it again');
  }
}

/** Chats are independent of one another; within a chat one event is taken after the other. */
async function take({ events, receipts }: Notification, options: WhatsAppCloudOptions): Promise<void> {
  const chats = new Map<string, Promise<void>>();
  for (const event of events) {
    const before = chats.get(event.address) ?? Promise.resolve();
    chats.set(
      event.address,
      before.then(() => options.handle(event)),
    );
  }
  const told = receipts.length > 0 ? [options.receipts(receipts)] : [];
  await Promise.all([...told, ...chats.values()]);
}

async function setUp(graph: Graph, publicUrl: string | undefined, verifyToken: string): Promise<string[]> {
  if (!publicUrl) {
    return ['whatsapp: PUBLIC_URL is not set, so WhatsApp cannot call us: nothing comes in, no receipts'];
  }
  const url = `${publicUrl.replace(/\/+$/, '')}${path}`;
  await asked(graph.callAt(url, verifyToken));
  return [
    `whatsapp: messages and receipts of this number go to ${url}`,
    `whatsapp: once, by hand: in the Meta app, under WhatsApp > Configuration, put the callback URL ${url} with your WHATSAPP_VERIFY_TOKEN and subscribe to "messages" and "user_preferences"`,
  ];
}

async function check(graph: Graph, templates: TemplateTable): Promise<string> {
  const number = await asked(graph.number());
  const faults = faultsInTemplates(templates);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const { display_phone_number: digits, verified_name: name, quality_rating: quality } = number;
  const count = Object.keys(templates).length;
  return [
    `${digits}${name ? ` (${name})` : ''}`,
    ...(quality ? [`quality ${quality}`] : []),
    webhookOf(number),
    `${count} of our texts by whatsapp_templates`,
  ].join(', ');
}

/** The address of the number goes before that of the account, and that before the app's. */
function webhookOf({ webhook_configuration: configured = {} }: BusinessNumber): string {
  const { phone_number: number, whatsapp_business_account: account, application } = configured;
  const url = number ?? account ?? application;
  return url ? `calls ${url}` : 'calls no webhook: run "svoi webhooks set"';
}

/** A fault with what to do about it, for whoever asked. */
async function asked<Value>(call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof GraphFault)) throw error;
    throw new Error(advised(error), { cause: error });
  }
}

function answer(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain;charset=utf-8' } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
