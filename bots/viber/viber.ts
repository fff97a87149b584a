import { SvoiError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { EventHandler, Messenger, ReceiptHandler } from '../channel.ts';
import type { Log } from '../log.ts';
import type { DrawPicture } from '../render.ts';
import { hmacHex, readBody, sameSecret } from '../requests.ts';
import { type Answer, createViberApi, type ViberApi } from './api.ts';
import { createViberChannel } from './channel.ts';
import { type Callback, eventOf, eventTypes, parseCallback, receiptIn, visitorIn } from './events.ts';
import { createFetchMedia } from './files.ts';
import { parseExactly } from './json.ts';
import { createMessageMaker, type MessageMaker } from './messages.ts';
import { createPictureLinks, picturesPath } from './pictures.ts';
import { refusalOf } from './statuses.ts';
import { type Introduction, welcomeFor } from './welcome.ts';

/** One bot, and who is told what happens in its chats. */
export interface ViberOptions {
  readonly token: string;
  /** The name people see, at most 28 characters. */
  readonly senderName: string;
  /** The REST API's server, like https://chatapi.viber.com */
  readonly apiRoot: string;
  /** Where Viber reaches us: it calls us, and fetches pictures from us. */
  readonly publicUrl: string;
  readonly handle: EventHandler;
  readonly receipts: ReceiptHandler;
  /** How the bot greets those who have only opened the chat. */
  introduction(): Introduction;
  readonly clock: Clock;
  readonly log: Log;
  /** Draws the reports that Viber fetches. */
  readonly drawPicture?: DrawPicture | undefined;
}

const webhookPath = '/viber';
const signatureHeader = 'x-viber-content-signature';
const bodyLimitBytes = 1024 * 1024;

/** Joins Viber's parts over one token. */
export function createViber(options: ViberOptions): Messenger {
  const { token, senderName, apiRoot, publicUrl, clock, log, drawPicture } = options;
  const api = createViberApi(apiRoot, token);
  const pictures = createPictureLinks({ secret: token, publicUrl, clock, drawPicture });
  const make = createMessageMaker({ senderName, pictures });
  const take = createTaker(options, make);

  return {
    channel: createViberChannel({ api, make, fetchPicture: createFetchMedia(apiRoot), clock, log }),
    paths: [webhookPath, `${picturesPath}*`],
    async webhook(request) {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (isRead && new URL(request.url).pathname.startsWith(picturesPath)) return pictures.show(request);
      if (request.method !== 'POST') return answer(405, 'POST only');
      const body = await readBody(request, bodyLimitBytes);
      if (body === undefined) return answer(413, 'too long');
      const given = request.headers.get(signatureHeader) ?? '';
      if (!(await sameSecret(given.toLowerCase(), await hmacHex(token, body))))
        return answer(401, 'not signed');
      const callback = parseCallback(parseExactly(body));
      return callback ? take(callback) : answer(400, 'not a callback');
    },
    setup: (url) => setUp(api, url),
    check: () => check(api, publicUrl),
    publicName: async () => nameOf(await account(api)),
    link: (name, context) =>
      `viber://pa?chatURI=${encodeURIComponent(name)}&context=${encodeURIComponent(context)}`,
  };
}

function answer(status: number, text: string): Response {
  return new Response(text, { status });
}

/** Hands a callback on; the answer waits until that is committed. Anything but 200 makes Viber call again. */
function createTaker({ handle, receipts, introduction, log }: ViberOptions, make: MessageMaker) {
  async function hand(callback: Callback): Promise<void> {
    const receipt = receiptIn(callback);
    if (receipt) return receipts([receipt]);
    const event = eventOf(callback);
    if (event) await handle(event);
  }

  return async (callback: Callback): Promise<Response> => {
    try {
      // Whoever looks on cannot be written to yet: the one welcome goes back as the answer to this very call.
      const visitor = visitorIn(callback);
      const [welcome] = visitor ? await make(welcomeFor(visitor, introduction()), visitor.context) : [];
      if (welcome) return Response.json(welcome);
      await hand(callback);
      return answer(200, 'ok');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log('error', `viber: ${callback.event} ${callback.message_token} was not committed: ${reason}`);
      return answer(500, 'not committed, send it again');
    }
  };
}

function webhookOf(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}${webhookPath}`;
}

/** Viber calls the webhook before it answers: the server has to run, and to be reached. */
async function setUp(api: ViberApi, publicUrl: string | undefined): Promise<string[]> {
  if (!publicUrl)
    throw new SvoiError('webhook', 'Viber calls us: put the address of this server into PUBLIC_URL');
  const url = webhookOf(publicUrl);
  // Names and pictures of people stay with Viber: nothing here needs them.
  const given = await api.call('set_webhook', {
    ...{ url, event_types: eventTypes, send_name: false, send_photo: false },
  });
  if (given.status === 1) {
    const hint = 'does the server run, and does its address have a certificate that everybody trusts?';
    throw new SvoiError('webhook', `Viber did not get an answer from ${url}: ${hint}`);
  }
  expectOk(given);
  return [`viber: events come to ${url}`];
}

async function check(api: ViberApi, publicUrl: string): Promise<string> {
  const { name = '', uri = '', webhook = '', subscribers_count: subscribers = 0 } = await account(api);
  const wanted = webhookOf(publicUrl);
  if (webhook !== wanted) {
    const instead = webhook === '' ? 'nowhere' : `to ${webhook}`;
    throw new SvoiError('webhook', `events of ${name} go ${instead}: run npm run svoi -- webhooks set`);
  }
  return `${name} (${uri}) answers, ${subscribers} subscribers, events come to ${wanted}`;
}

async function account(api: ViberApi): Promise<Answer> {
  const given = await api.call('get_account_info', {});
  expectOk(given);
  return given;
}

function nameOf({ uri }: Answer): string {
  if (uri) return uri;
  throw new SvoiError('webhook', 'the bot has no URI of its own; give it one in its settings at Viber');
}

function expectOk(given: Answer): void {
  if (given.status !== 0) throw new SvoiError('webhook', `viber: ${refusalOf(given).detail}`);
}
