import type {
  ClientEvent,
  CreateClient,
  WebContent,
  WebMessage,
  WhatsAppClient,
} from '../../bots/whatsapp/session/client.ts';

/** A message as a person sees it. */
export interface SeenInWhatsApp {
  readonly id: string;
  readonly text: string;
  readonly picture: boolean;
}

/** Somebody with WhatsApp. */
export interface WhatsAppPerson {
  /** What the page calls the chat: by phone, or by a hidden id. */
  readonly chat: string;
  readonly seen: readonly SeenInWhatsApp[];
  /** Resolves to the message, heard by the browser that runs, else kept as unread. */
  say(text: string, more?: Partial<WebMessage>): WebMessage;
  sendPhoto(bytes: Uint8Array, caption: string): WebMessage;
}

/** How a person's name is known to the page. */
export interface PersonOptions {
  /** The chat goes by this hidden id; the page may or may not know the phone behind it. */
  readonly lid?: string;
  /** The page does not tell the phone behind the hidden id. */
  readonly hidden?: boolean;
  /** Sending by phone fails as it does when WhatsApp finds a chat only by its hidden id. */
  readonly onlyByLid?: boolean;
}

/** One account of WhatsApp, and all browsers that were ever opened on it. */
export interface FakeWhatsApp {
  readonly createClient: CreateClient;
  /** Browsers running now, the most there ever were at once, and how many were started. */
  readonly browsers: { running: number; most: number; started: number };
  readonly phone: string;
  /** Whether a browser finds itself linked when it starts. */
  linked: boolean;
  person(digits: string, options?: PersonOptions): WhatsAppPerson;
  /** That person has no WhatsApp any more. */
  leave(digits: string): void;
  /** Something happens in the browser that runs. */
  tell(event: ClientEvent): void;
  /** Somebody scans the code that the browser shows, or types it. */
  link(): void;
  /** The next call of this kind rejects, or never comes back. */
  fault(
    call: 'start' | 'send' | 'names' | 'alive' | 'unread' | 'download',
    how: 'reject' | 'hang' | 'false',
  ): void;
  /** Called with all that is sent. */
  onSent: (person: WhatsAppPerson, id: string, content: WebContent) => void;
}

interface Known extends WhatsAppPerson {
  readonly digits: string;
  readonly options: PersonOptions;
  readonly seen: SeenInWhatsApp[];
  unread: WebMessage[];
}

/** An account that nobody has written to. `at` says what time it is, epoch milliseconds. */
export function fakeWhatsApp(at: () => number = () => 0): FakeWhatsApp {
  const people: Known[] = [];
  const photos = new Map<string, Uint8Array>();
  const faults = new Map<string, 'reject' | 'hang' | 'false'>();
  let listening: ((event: ClientEvent) => void) | undefined;
  let count = 0;

  const nextId = (prefix: string) => {
    count += 1;
    return `${prefix}${count}`;
  };
  const byChat = (chat: string) =>
    people.find((one) => one.chat === chat || chat === `${one.digits}@c.us` || chat === one.options.lid);

  async function go(call: string): Promise<string | undefined> {
    const how = faults.get(call);
    faults.delete(call);
    if (how === 'reject') throw new Error(`Protocol error: ${call} failed\n    at evaluate (page.ts:1)`);
    if (how === 'hang') await new Promise(() => {});
    return how;
  }

  const fake: FakeWhatsApp = {
    browsers: { running: 0, most: 0, started: 0 },
    phone: '+380440000001',
    linked: true,
    createClient: (listen) => createClient(listen),
    person(digits, options = {}) {
      const chat = options.lid ?? `${digits}@c.us`;
      const known = people.find((one) => one.digits === digits);
      if (known) return known;
      const person: Known = {
        ...{ chat, digits, options, seen: [], unread: [] },
        say(text, more = {}) {
          const told = { id: nextId('THEIRS'), chat, fromMe: false, type: 'chat', cards: [], at: at() };
          const message = { ...told, text, ...more };
          person.unread.push(message);
          if (fake.linked) fake.tell({ kind: 'message', message });
          return message;
        },
        sendPhoto(bytes, caption) {
          const message = person.say(caption, { type: 'image', picture: { bytes: bytes.length } });
          photos.set(`${message.chat} ${message.id}`, bytes);
          return message;
        },
      };
      people.push(person);
      return person;
    },
    leave(digits) {
      const index = people.findIndex((one) => one.digits === digits);
      people.splice(index, 1);
    },
    tell: (event) => listening?.(event),
    link() {
      fake.linked = true;
      fake.tell({ kind: 'authenticated' });
      fake.tell({ kind: 'ready', phone: fake.phone });
    },
    fault: (call, how) => void faults.set(call, how),
    onSent: () => {},
  };

  function createClient(listen: (event: ClientEvent) => void): WhatsAppClient {
    let running = false;
    const own = (event: ClientEvent) => {
      if (running) listen(event);
    };
    return {
      async start() {
        running = true;
        fake.browsers.started += 1;
        fake.browsers.running += 1;
        fake.browsers.most = Math.max(fake.browsers.most, fake.browsers.running);
        listening = own;
        await go('start');
        if (fake.linked) fake.link();
        else own({ kind: 'qr', qr: 'first-code' });
      },
      async stop() {
        if (running) fake.browsers.running -= 1;
        running = false;
        if (listening === own) listening = undefined;
      },
      async chatOf(digits) {
        const person = people.find((one) => one.digits === digits);
        return person && `${digits}@c.us`;
      },
      async namesOf(chat) {
        await go('names');
        const person = byChat(chat);
        if (!person) return {};
        const { lid, hidden } = person.options;
        return { ...(lid ? { lid } : {}), ...(hidden ? {} : { phone: `${person.digits}@c.us` }) };
      },
      async send(chat, content) {
        await go('send');
        const person = byChat(chat);
        if (!person) return undefined;
        if (person.options.onlyByLid && chat.endsWith('@c.us')) throw new Error('No LID for user');
        const id = nextId('OURS');
        person.seen.push({ id, text: content.text, picture: content.image !== undefined });
        person.unread = [];
        fake.onSent(person, id, content);
        return id;
      },
      async download(chat, id) {
        await go('download');
        return photos.get(`${chat} ${id}`);
      },
      async unread() {
        await go('unread');
        return people.flatMap((one) => one.unread).sort((one, other) => one.at - other.at);
      },
      alive: async () => (await go('alive')) !== 'false',
    };
  }

  return fake;
}
