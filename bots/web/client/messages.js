/** @import { ChatMessage } from '../store.ts' */
/** @import { ShownButton } from '../../channel.ts' */
import { make } from './dom.js';

/**
 * What can be done with a message.
 * @typedef {object} Actions
 * @property {(data: string, messageId: string) => Promise<void>} press
 * @property {() => Promise<void>} share
 */

/**
 * How times and words are written.
 * @typedef {object} Look
 * @property {string} tag the language as Intl knows it
 * @property {string} [zone]
 * @property {string} [contact] stands before a phone number that was shared
 */

const nearBottom = 80;

/** Shows the messages of one chat in a list. An edit changes the message where it stands. */
export class Transcript {
  /**
   * @param {HTMLElement} list
   * @param {Actions} actions
   * @param {Look} look
   */
  constructor(list, actions, look) {
    this.list = list;
    this.actions = actions;
    this.look = look;
    this.times = new Intl.DateTimeFormat(look.tag, {
      hour: '2-digit',
      minute: '2-digit',
      ...(look.zone ? { timeZone: look.zone } : {}),
    });
    this.days = new Intl.DateTimeFormat(look.tag, {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      ...(look.zone ? { timeZone: look.zone } : {}),
    });
    /** @type {Map<number, { item: HTMLLIElement, shown: number }>} */
    this.items = new Map();
    /** @type {Map<string, HTMLLIElement>} */
    this.dayItems = new Map();
  }

  get isEmpty() {
    return this.items.size === 0;
  }

  clear() {
    this.items.clear();
    this.dayItems.clear();
    this.list.replaceChildren();
  }

  /** @param {ChatMessage} message */
  show(message) {
    const place = message.replaces ?? message.position;
    const before = this.items.get(place);
    if (before && before.shown >= message.position) return;
    const follow = this.isAtBottom();
    const item = this.draw(message, place);
    if (before) this.exchange(before.item, item);
    else this.insert(place, item);
    this.items.set(place, { item, shown: message.position });
    this.markDays();
    if (follow || message.direction === 'in') this.scrollToEnd();
  }

  /** What the person sees next is the end, unless he has scrolled up to read. */
  isAtBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < nearBottom;
  }

  scrollToEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  /**
   * @param {HTMLLIElement} before
   * @param {HTMLLIElement} after
   */
  exchange(before, after) {
    const hadFocus = before.contains(document.activeElement);
    after.classList.add('changed');
    after.dataset.day = before.dataset.day ?? '';
    before.replaceWith(after);
    const first = after.querySelector('button, a');
    if (hadFocus) (first instanceof HTMLElement ? first : this.list).focus({ preventScroll: true });
  }

  /**
   * @param {number} place
   * @param {HTMLLIElement} item
   */
  insert(place, item) {
    const later = [...this.items].filter(([other]) => other > place).sort(([a], [b]) => a - b);
    this.list.insertBefore(item, later[0]?.[1].item ?? null);
  }

  /** Before the first message of each day stands which day it is. */
  markDays() {
    /** @type {Set<string>} */
    const marked = new Set();
    for (const item of this.list.querySelectorAll('.message')) {
      const day = item instanceof HTMLElement ? (item.dataset.day ?? '') : '';
      if (marked.has(day)) continue;
      marked.add(day);
      const mark = this.dayItems.get(day) ?? make('li', { class: 'day' }, day);
      this.dayItems.set(day, mark);
      if (mark.nextElementSibling !== item) item.before(mark);
    }
  }

  /**
   * @param {ChatMessage} message
   * @param {number} place
   */
  draw(message, place) {
    const at = new Date(message.at);
    const item = make('li', {
      class: `message ${message.direction}${message.contact ? ' contact' : ''}`,
      'data-place': String(place),
      'data-day': this.days.format(at),
    });
    const bubble = make('div', { class: 'bubble' });
    if (message.picture) bubble.append(make('img', { ...message.picture }));
    const prefix = message.contact && this.look.contact ? `${this.look.contact} ` : '';
    if (message.text) bubble.append(make('p', {}, prefix, ...withLinks(message.text)));
    bubble.append(make('time', { datetime: at.toISOString() }, this.times.format(at)));
    item.append(bubble);
    if (message.buttons?.length) item.append(this.drawButtons(message.buttons, place));
    return item;
  }

  /**
   * @param {NonNullable<ChatMessage['buttons']>} rows
   * @param {number} place
   */
  drawButtons(rows, place) {
    const keyboard = make('div', { class: 'keyboard' });
    for (const row of rows) {
      const line = make('div', { class: 'keyboard-row' });
      line.append(...row.map((button) => this.drawButton(button, place, keyboard)));
      keyboard.append(line);
    }
    return keyboard;
  }

  /**
   * @param {ShownButton} button
   * @param {number} place
   * @param {HTMLElement} keyboard
   */
  drawButton(button, place, keyboard) {
    if (button.kind === 'link') {
      const safe = /^((https?|tel|mailto|viber):|\/(?!\/))/i.test(button.url) ? button.url : '#';
      return make('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, button.label);
    }
    const element = make('button', { type: 'button', class: button.kind }, button.label);
    const act = () =>
      button.kind === 'press' ? this.actions.press(button.data, String(place)) : this.actions.share();
    element.addEventListener('click', () => void whileBusy(keyboard, act));
    return element;
  }
}

/**
 * One tap at a time: a keyboard that is waiting for an answer takes no other.
 * @param {HTMLElement} keyboard
 * @param {() => Promise<void>} act
 */
async function whileBusy(keyboard, act) {
  if (keyboard.getAttribute('aria-busy') === 'true') return;
  keyboard.setAttribute('aria-busy', 'true');
  try {
    await act();
  } finally {
    keyboard.removeAttribute('aria-busy');
  }
}

const address = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]»”])/i;

/**
 * A text whose web addresses can be opened, as messengers show it.
 * @param {string} text
 * @returns {(string | Node)[]}
 */
function withLinks(text) {
  return text
    .split(address)
    .map((part, index) =>
      index % 2 === 1 ? make('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part) : part,
    );
}
