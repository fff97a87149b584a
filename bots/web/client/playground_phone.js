/** @import { ChatMessage } from '../store.ts' */
/** @import { Page } from './playground.js' */
import { find, newId, Refused, send } from './dom.js';
import { Transcript } from './messages.js';

/**
 * How a phone stands, with its chat.
 * @typedef {object} PhoneState
 * @property {string} id
 * @property {string} number
 * @property {string} chat
 * @property {boolean} blocked
 * @property {number | null} offlineAt
 * @property {ChatMessage[]} messages
 */

/**
 * One phone: its chat, its number, its switches.
 * @param {HTMLElement} element
 * @param {Page} page
 */
export function startPhone(element, page) {
  const { words, locale, tag, zone, toast } = page;
  const path = `/playground/phones/${element.dataset.phone}`;
  const list = find(element, '.transcript', HTMLElement);
  let chat = '';

  /** @param {object} said */
  async function tell(said) {
    try {
      await send(`${path}/events`, { id: newId(), language: locale, said });
    } catch {
      toast(words.phones.failed);
      throw new Error('not sent');
    }
  }

  const transcript = new Transcript(
    list,
    {
      press: (data, messageId) =>
        tell({ kind: 'press', data, messageId }).then(
          () => noticePoints(data),
          () => {},
        ),
      share: () => tell({ kind: 'share' }).catch(() => {}),
    },
    { tag, zone, contact: words.phones.sharedContact },
  );

  /** @param {string} data */
  function noticePoints(data) {
    if (data.includes('points')) page.done('points');
  }

  element.addEventListener('click', (event) => {
    const link =
      event.target instanceof Element ? event.target.closest('a[href^="/playground/open/"]') : null;
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    const [, , , phone = '', context = ''] = new URL(link.href).pathname.split('/');
    page.open(phone, context);
  });
  startComposer(element, page, tell);
  if (element.querySelector('.attach')) startPhotos(element, page, path);
  if (element.querySelector('.phone-settings')) startSettings(element, page, path);

  /** @param {ChatMessage} message */
  function show(message) {
    transcript.show(message);
    if (message.contact && element.dataset.phone === 'telegram') page.done('register');
  }

  function drawEmpty() {
    element.classList.toggle('is-empty', transcript.isEmpty);
  }

  return {
    /** It came into sight: a hidden list cannot scroll. */
    seen: () => transcript.scrollToEnd(),
    /** @param {string} context of a link that opens this chat */
    open(context) {
      void tell({ kind: 'start', context }).then(
        () => page.done('link'),
        () => {},
      );
      element.scrollIntoView({ block: 'nearest' });
    },
    /** @param {string} code of a receipt: a link that Telegram opens, elsewhere a text to send */
    scan(code) {
      const hasLinks = element.classList.contains('telegram') || element.classList.contains('viber');
      const said = hasLinks ? { kind: 'start', context: `c_${code}` } : { kind: 'text', text: code };
      void tell(said).then(
        () => page.done('claim'),
        () => {},
      );
    },
    /** @param {PhoneState} state */
    become(state) {
      if (state.chat !== chat) transcript.clear();
      chat = state.chat;
      for (const message of state.messages) show(message);
      drawEmpty();
      drawSettings(element, page, state);
    },
    /** @param {ChatMessage} message */
    show(message) {
      show(message);
      drawEmpty();
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {Page} page
 * @param {(said: object) => Promise<void>} tell
 */
function startComposer(element, { done }, tell) {
  const composer = find(element, '.composer', HTMLFormElement);
  const input = find(composer, '[name=text]', HTMLInputElement);
  const begin = element.querySelector('.begin');
  composer.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    try {
      await tell({ kind: 'text', text });
      if (text === '/points') done('points');
    } catch {
      input.value = text;
    }
  });
  if (!(begin instanceof HTMLButtonElement)) return;
  begin.addEventListener('click', async () => {
    begin.disabled = true;
    await tell(firstWords(element.dataset.phone, begin.textContent)).catch(() => {});
    begin.disabled = false;
    input.focus();
  });
}

/** As much as the server takes of a photo. */
const mostBytes = 1024 * 1024;

/**
 * @param {HTMLElement} element
 * @param {Page} page
 * @param {string} path
 */
function startPhotos(element, { words, locale, toast }, path) {
  const input = find(element, '[name=photo]', HTMLInputElement);
  find(element, '.attach', HTMLButtonElement).addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    const photo = input.files?.[0];
    if (!photo) return;
    try {
      if (photo.size > mostBytes) toast(words.phones.photoTooLarge);
      else await send(`${path}/photos`, { id: newId(), language: locale, file: await base64Of(photo) });
    } catch {
      toast(words.phones.failed);
    }
    // The same one can be chosen again.
    input.value = '';
  });
}

/**
 * @param {File} file
 * @returns {Promise<string>}
 */
function base64Of(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^.*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/**
 * How a chat begins, by whose phone it is.
 * @param {string | undefined} phone
 * @param {string} greeting
 */
function firstWords(phone, greeting) {
  if (phone === 'telegram' || phone === 'viber') return { kind: 'start' };
  return phone === 'text' ? { kind: 'text', text: greeting.trim() } : { kind: 'join_staff' };
}

/**
 * @param {HTMLElement} element
 * @param {Page} page
 * @param {string} path
 */
function startSettings(element, { words, toast }, path) {
  const form = find(element, '.phone-settings', HTMLFormElement);
  const number = find(form, '[name=number]', HTMLInputElement);

  /** @param {object} change */
  async function change(change) {
    try {
      await send(path, { id: newId(), ...change }, 'PUT');
      number.removeAttribute('aria-invalid');
    } catch (error) {
      const wrong = error instanceof Refused && error.status === 422;
      if (wrong) number.setAttribute('aria-invalid', 'true');
      toast(wrong ? words.phones.badNumber : words.phones.failed);
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void change({ number: number.value });
  });
  for (const name of ['blocked', 'offline']) {
    const box = form.querySelector(`[name=${name}]`);
    if (!(box instanceof HTMLInputElement)) continue;
    box.addEventListener('change', () => void change({ [name]: box.checked }));
  }
}

/**
 * @param {HTMLElement} element
 * @param {Page} page
 * @param {PhoneState} state
 */
function drawSettings(element, { words }, { number, blocked, offlineAt }) {
  const offline = offlineAt !== null;
  if (element.querySelector('.phone-settings')) {
    const shown = find(element, '[name=number]', HTMLInputElement);
    if (document.activeElement !== shown || shown.getAttribute('aria-invalid') !== 'true')
      shown.value = number;
    const block = element.querySelector('[name=blocked]');
    if (block instanceof HTMLInputElement) block.checked = blocked;
    find(element, '[name=offline]', HTMLInputElement).checked = offline;
  }
  element.classList.toggle('is-blocked', blocked);
  element.classList.toggle('is-offline', offline);
  const note = offline ? words.phones.offlineNote : blocked ? words.phones.blockedNote : '';
  find(element, '.note', HTMLElement).textContent = note;
  find(element, '.device', HTMLElement).toggleAttribute('data-off', offline || blocked);
  for (const control of element.querySelectorAll('.device button, .device input')) {
    if (control instanceof HTMLButtonElement || control instanceof HTMLInputElement) {
      control.disabled = offline || blocked;
    }
  }
}
