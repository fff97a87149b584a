/** @import { ChatMessage } from '../store.ts' */
/** @import { ChatWords } from '../frame.tsx' */
import { find, newId, Refused, send } from './dom.js';
import { Transcript } from './messages.js';

const { body } = document;
/** @type {ChatWords} */
const words = JSON.parse(body.dataset.words ?? '{}');
const language = body.dataset.locale ?? 'uk';
const status = find(body, '#status', HTMLElement);
const composer = find(body, '#composer', HTMLFormElement);
const input = find(composer, 'input', HTMLInputElement);
const given = new URLSearchParams(location.hash.slice(1));
const keptUnder = 'svoi-chat';
const againMs = 3000;

/** The shop's word for who the visitor is. It came in the fragment, which no server log ever sees. */
let session = given.get('session') ?? undefined;
const context = given.get('context') ?? undefined;
// Where the chat has a place of its own there is nothing to close.
if (given.has('fixed')) find(body, '#close', HTMLElement).hidden = true;
if (location.hash) history.replaceState(null, '', location.pathname + location.search);

let token = '';
/** @type {EventSource | undefined} */
let stream;
let started = false;

const transcript = new Transcript(
  find(body, '#transcript', HTMLElement),
  {
    press: (data, messageId) => tell({ kind: 'press', data, messageId }),
    share: async () => {},
  },
  { tag: body.dataset.tag ?? language },
);

/** Opens the chat: a visitor's own of last time, or that of the customer whom the shop vouches for. */
async function open() {
  const before = token || keep.read();
  try {
    const answer = await send('/chat', session !== undefined ? { session } : before ? { token: before } : {});
    token = tokenOf(answer);
    if (session === undefined) keep.write(token);
    if (session === undefined && token !== before) transcript.clear();
    listen();
  } catch (error) {
    status.textContent = words.lost;
    if (error instanceof Refused && error.status === 401) leaveSession(error);
    setTimeout(open, againMs);
  }
}

/**
 * @param {unknown} answer
 * @returns {string}
 */
function tokenOf(answer) {
  if (answer && typeof answer === 'object' && 'token' in answer) return String(answer.token);
  throw new Error('the server opened no chat');
}

/**
 * The shop's word no longer counts: the chat goes on as a stranger's, and nothing of the customer's stays on screen.
 * @param {Error} reason
 */
function leaveSession(reason) {
  console.warn(`svoi chat: data-session is not valid: ${reason.message}`);
  session = undefined;
  token = '';
  started = false;
  transcript.clear();
}

function listen() {
  stream?.close();
  stream = new EventSource(`/chat/${token}/stream`);
  stream.addEventListener('open', () => {
    status.textContent = words.bot;
  });
  stream.addEventListener('message', (event) => {
    /** @type {ChatMessage} */
    const message = JSON.parse(event.data);
    transcript.show(message);
    if (message.direction === 'out') parent.postMessage({ svoi: 'message' }, '*');
  });
  stream.addEventListener('ready', (event) => {
    const { empty } = JSON.parse(event.data);
    // A receipt's link does something in a chat that has begun, too.
    if (!started && (empty || context?.startsWith('c_'))) begin();
  });
  stream.addEventListener('error', () => {
    status.textContent = words.lost;
    // The browser gives up when it is turned away: a server being restarted, or a session that is over.
    if (stream?.readyState === EventSource.CLOSED) setTimeout(open, againMs);
  });
}

function begin() {
  started = true;
  void tell(context === undefined ? { kind: 'start' } : { kind: 'start', context });
}

/** @param {object} said */
async function tell(said) {
  const event = { id: newId(), said, language, ...(session === undefined ? {} : { session }) };
  try {
    await sendTwice(event);
    status.textContent = words.bot;
  } catch (error) {
    status.textContent = error instanceof Refused && error.status === 429 ? words.slow : words.failed;
    throw error;
  }
}

/**
 * A lost answer is asked for again: the same id counts once.
 * @param {object} event
 */
async function sendTwice(event) {
  try {
    await send(`/chat/${token}/events`, event);
  } catch (error) {
    if (error instanceof Refused) throw error;
    await send(`/chat/${token}/events`, event);
  }
}

/** Where the visitor's chat is kept. A browser may forbid it: the chat then lasts as long as the page. */
const keep = {
  read() {
    try {
      return localStorage.getItem(keptUnder) ?? '';
    } catch {
      return '';
    }
  },
  /** @param {string} value */
  write(value) {
    try {
      localStorage.setItem(keptUnder, value);
    } catch {
      status.textContent = words.bot;
    }
  },
};

composer.addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text === '') return;
  input.value = '';
  try {
    await tell({ kind: 'text', text });
  } catch {
    input.value = input.value === '' ? text : input.value;
  }
});

const close = () => parent.postMessage({ svoi: 'close' }, '*');
find(body, '#close', HTMLButtonElement).addEventListener('click', close);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') close();
});
window.addEventListener('message', (event) => {
  if (event.source === parent && event.data?.svoi === 'focus') input.focus();
});

void open();
