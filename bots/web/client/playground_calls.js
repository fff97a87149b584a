/** @import { Call } from '../playground/till.ts' */
/** @import { Page } from './playground.js' */
import { find, make, send } from './dom.js';

const kept = 20;

/**
 * Does something at the till, and shows what went through the API. Throws when no answer came.
 * @typedef {(action: { do: string } & Record<string, unknown>, quiet?: (call: Call) => boolean) => Promise<Call>} CallApi
 */

/**
 * The calls of this page, newest first.
 * @param {Page} page
 * @returns {CallApi}
 */
export function startCalls({ words }) {
  const list = find(document, '#calls .calls', HTMLOListElement);
  const empty = find(document, '#calls > .field', HTMLElement);

  /** @type {HTMLDetailsElement | undefined} the newest that is no quote: open for whoever looks */
  let newest;

  /** @param {Call} call */
  function show(call) {
    empty.hidden = true;
    const item = draw(call, words.till);
    const before = list.firstElementChild;
    // Of the quotes that come while a cart is filled only the last says anything.
    if (isQuote(item) && isQuote(before)) before?.remove();
    if (!isQuote(item)) newest = openInstead(newest, item);
    list.prepend(item);
    while (list.childElementCount > kept) list.lastElementChild?.remove();
  }

  return async (action, quiet = () => false) => {
    const call = /** @type {Call} */ (await send('/playground/till', action));
    if (!quiet(call)) show(call);
    return call;
  };
}

/** @param {Element | null} item */
function isQuote(item) {
  return item instanceof HTMLElement && item.dataset.path === '/v1/quotes';
}

/**
 * Opens a call in the place of the one before it, unless the person has closed that.
 * @param {HTMLDetailsElement | undefined} before
 * @param {HTMLLIElement} item
 */
function openInstead(before, item) {
  const details = find(item, 'details', HTMLDetailsElement);
  details.open = before?.open ?? true;
  if (before) before.open = false;
  return details;
}

/**
 * @param {Call} call
 * @param {{ request: string, answer: string }} words
 */
function draw({ request, status, replayed, answer }, words) {
  const { method, path, body } = request;
  const head = `${method} ${path}`;
  const details = make('details', {
    class: status < 300 ? 'call' : 'call refused',
  });
  const sent = body === undefined ? head : `${head}\n${JSON.stringify(body, null, 2)}`;
  const replay = replayed ? '\nIdempotent-Replay: true' : '';
  details.append(
    make('summary', {}, make('code', {}, head), ' ', make('b', {}, String(status))),
    make('h4', {}, words.request),
    make('pre', { class: 'request', tabindex: '0' }, sent),
    make('h4', {}, words.answer),
    make(
      'pre',
      { class: 'answer', tabindex: '0' },
      `HTTP ${status}${replay}\n${JSON.stringify(answer, null, 2)}`,
    ),
  );
  return make('li', { 'data-path': path }, details);
}

/**
 * A value inside an answer; undefined where the answer has no such field.
 * @param {unknown} answer
 * @param {...string} path
 * @returns {unknown}
 */
function at(answer, ...path) {
  /** @type {unknown} */
  let value = answer;
  for (const name of path) {
    if (!value || typeof value !== 'object') return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

/**
 * A number inside an answer.
 * @param {unknown} answer
 * @param {...string} path
 * @returns {number | undefined}
 */
export function numberAt(answer, ...path) {
  const value = at(answer, ...path);
  return typeof value === 'number' ? value : undefined;
}

/**
 * A text inside an answer; empty where there is none.
 * @param {unknown} answer
 * @param {...string} path
 * @returns {string}
 */
export function textAt(answer, ...path) {
  const value = at(answer, ...path);
  return typeof value === 'string' ? value : '';
}

/**
 * A list inside an answer; empty where there is none.
 * @param {unknown} answer
 * @param {string} name
 * @returns {unknown[]}
 */
export function listAt(answer, name) {
  const value = at(answer, name);
  return Array.isArray(value) ? value : [];
}

/**
 * Terms and values for a list of figures; those without a value are left out.
 * @param {readonly (readonly [string, string | undefined])[]} rows
 */
export function figures(rows) {
  return rows.flatMap(([term, value]) =>
    value === undefined ? [] : [make('dt', {}, term), make('dd', {}, value)],
  );
}
