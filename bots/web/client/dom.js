/**
 * Finds what must be there, as an element of the given class.
 * @template {Element} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * Makes an element with text and attributes.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An id for one thing the person did: sent again with the same id, it counts once. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Sends JSON to our own server. Throws `Refused` when it says no, and what fetch throws when it is away.
 * @param {string} path
 * @param {unknown} body
 * @param {'POST' | 'PUT'} [method]
 * @returns {Promise<unknown>} the JSON it answered, if any
 */
export async function send(path, body, method = 'POST') {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, text);
  return text === '' ? undefined : JSON.parse(text);
}

/** The server said no. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} body
   */
  constructor(status, body) {
    super(`the server answered ${status}: ${body}`);
    this.status = status;
  }
}
