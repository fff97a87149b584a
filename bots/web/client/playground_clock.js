/** @import { Page } from './playground.js' */
import { find, send } from './dom.js';

const tickMs = 1000;

/**
 * Shows what time it is on the playground, and puts it forward.
 * @param {Page} page
 */
export function startClock({ words, tag, zone, toast, done }) {
  const shown = find(document, '#now', HTMLTimeElement);
  const buttons = [...document.querySelectorAll('[data-jump]')].filter((e) => e instanceof HTMLButtonElement);
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: zone });
  let ahead = 0;

  function show() {
    const now = new Date(Date.now() + ahead);
    const text = format.format(now);
    if (shown.textContent === text) return;
    shown.textContent = text;
    shown.dateTime = now.toISOString();
  }

  /** @param {HTMLButtonElement} button */
  async function jump(button) {
    const label = button.textContent;
    for (const other of buttons) other.disabled = true;
    button.textContent = words.clock.busy;
    try {
      const { moved } = /** @type {{ moved: boolean }} */ (
        await send('/playground/clock', { by: button.dataset.jump })
      );
      if (!moved) toast(words.clock.noBirthday);
      else if (button.dataset.jump === 'year') done('year');
      else if (button.dataset.jump === 'birthday') done('birthday');
    } catch {
      toast(words.clock.failed);
    } finally {
      button.textContent = label;
      for (const other of buttons) other.disabled = false;
      button.focus();
    }
  }

  for (const button of buttons) button.addEventListener('click', () => void jump(button));
  setInterval(show, tickMs);
  return {
    /** @param {number} now */
    set(now) {
      ahead = now - Date.now();
      show();
    },
  };
}
