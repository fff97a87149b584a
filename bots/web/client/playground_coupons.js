/** @import { Page } from './playground.js' */
import { find, make } from './dom.js';
import { listAt, textAt } from './playground_calls.js';

/**
 * The coupons a customer has shown: each is a code that was entered, until it is taken away or used.
 * @param {Page} page
 * @param {() => void} changed
 */
export function startCoupons({ words }, changed) {
  const form = find(document, '#coupon', HTMLFormElement);
  const input = find(form, 'input', HTMLInputElement);
  const list = find(form, '.entered', HTMLUListElement);
  const note = find(form, '.note-line', HTMLElement);
  /** @type {string[]} */
  let codes = [];
  /** What was said of a code that is gone from the list: it stays until something else is entered. */
  let parting = '';

  /** @param {string} text */
  function say(text) {
    parting = text;
    note.textContent = text;
  }

  /** @param {string[]} now */
  function become(now) {
    codes = now;
    list.replaceChildren(...codes.map(draw));
    changed();
  }

  /** @param {string} code */
  function draw(code) {
    const remove = make(
      'button',
      { type: 'button', 'aria-label': `${words.till.less} ${code}` },
      `${code} ×`,
    );
    remove.addEventListener('click', () => {
      say('');
      become(codes.filter((other) => other !== code));
    });
    return make('li', {}, remove);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const code = input.value.trim().toUpperCase();
    input.value = '';
    say('');
    if (code !== '' && !codes.includes(code)) become([...codes, code]);
  });

  return {
    codes: () => codes,
    /**
     * Says why codes do nothing. One that nobody knows is taken away at once: asking again would count as guessing.
     * @param {unknown} answer a quote
     */
    judge(answer) {
      const rejected = listAt(answer, 'rejected');
      const unknown = rejected.filter((one) => textAt(one, 'reason') === 'coupon_not_found');
      const wrong = unknown.map((one) => textAt(one, 'code'));
      if (wrong.length > 0) say(reasons(unknown));
      note.textContent = `${parting} ${reasons(rejected.filter((one) => !unknown.includes(one)))}`.trim();
      if (wrong.length > 0) become(codes.filter((code) => !wrong.includes(code)));
    },
    /** They have been used. */
    used() {
      say('');
      become([]);
    },
  };
}

/** @param {readonly unknown[]} rejected */
function reasons(rejected) {
  return rejected.map((one) => `${textAt(one, 'code')}: ${textAt(one, 'detail')}`).join(' ');
}
