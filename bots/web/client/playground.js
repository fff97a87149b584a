/** @import { ChatMessage } from '../store.ts' */
/** @import { PlaygroundWords } from '../playground/words.ts' */
import { find } from './dom.js';
import { startClock } from './playground_clock.js';
import { startLog } from './playground_log.js';
import { startPhone } from './playground_phone.js';
import { startStory } from './playground_story.js';
import { startTill } from './playground_till.js';

/** @typedef {keyof PlaygroundWords['guide']['steps'] | keyof PlaygroundWords['guide']['furtherSteps']} Step */

/**
 * What every part of the page is given.
 * @typedef {object} Page
 * @property {PlaygroundWords} words
 * @property {string} locale
 * @property {string} tag the language as Intl knows it
 * @property {string} currency
 * @property {string} zone
 * @property {Intl.NumberFormat} money takes whole units, not minor ones
 * @property {Intl.NumberFormat} number
 * @property {Intl.DateTimeFormat} time of day
 * @property {(text: string) => void} toast says something went wrong
 * @property {(step: Step) => void} done a step of the story was taken
 * @property {(phone: string, context: string) => void} open follows a link to the chat on another phone
 */

const { body } = document;
const { locale, tag, currency, zone } = JSON.parse(body.dataset.settings ?? '{}');
const toast = find(body, '#toast', HTMLElement);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer;

/** @type {Page} */
const page = {
  words: JSON.parse(body.dataset.words ?? '{}'),
  locale,
  tag,
  currency,
  zone,
  money: new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
  number: new Intl.NumberFormat(tag),
  time: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', timeZone: zone }),
  toast(text) {
    toast.textContent = text;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => toast.replaceChildren(), 6000);
  },
  done: startStory(),
  open: (phone, context) => phones.get(phone)?.open(context),
};

/** @type {Map<string, ReturnType<typeof startPhone>>} */
const phones = new Map();
const clock = startClock(page);
const till = startTill(page, (phone, code) => phones.get(phone)?.scan(code));
const log = startLog(page);
for (const element of document.querySelectorAll('[data-phone]')) {
  if (element instanceof HTMLElement) phones.set(element.dataset.phone ?? '', startPhone(element, page));
}
find(document, '#staff', HTMLDetailsElement).addEventListener('toggle', () => {
  for (const phone of phones.values()) phone.seen();
});

const feed = new EventSource('/playground/feed');
feed.addEventListener('phone', (event) => {
  const state = JSON.parse(event.data);
  phones.get(state.id)?.become(state);
  till.offer(state);
});
feed.addEventListener('message', (event) => {
  /** @type {{ phone: string, message: ChatMessage }} */
  const { phone, message } = JSON.parse(event.data);
  phones.get(phone)?.show(message);
  till.hear();
});
feed.addEventListener('log', (event) => log.show(JSON.parse(event.data)));
feed.addEventListener('clock', (event) => clock.set(JSON.parse(event.data)));
feed.addEventListener('open', () => body.setAttribute('data-live', ''));
feed.addEventListener('error', () => {
  body.removeAttribute('data-live');
  page.toast(page.words.connection.lost);
});
