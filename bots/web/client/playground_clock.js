/** @import { Way } from '../playground/clock.ts' */
/** @import { Page } from './playground.js' */
import { find, send } from './dom.js';

const tickMs = 1000;

/**
 * Shows what time it is on the playground, puts it forward, and shows how far it is on its way.
 * @param {Page} page
 */
export function startClock({ words, tag, zone, toast, done }) {
  const shown = find(document, '#now', HTMLTimeElement);
  const said = find(document, '#clock-said', HTMLElement);
  const bar = find(document, '#clock-way', HTMLProgressElement);
  const buttons = [...document.querySelectorAll('[data-jump]')].filter((e) => e instanceof HTMLButtonElement);
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: zone });
  let ahead = 0;
  /** @type {Way | undefined} the clock is on, whoever put it forward */
  let way;
  let isAsking = false;

  function show() {
    const now = new Date(Date.now() + ahead);
    const text = format.format(now);
    if (shown.textContent === text) return;
    shown.textContent = text;
    shown.dateTime = now.toISOString();
  }

  function drawWay() {
    const isBusy = isAsking || way !== undefined;
    for (const button of buttons) button.disabled = isBusy;
    bar.hidden = !isBusy;
    // Without a value it shows that something goes on.
    if (way) bar.value = (Date.now() + ahead - way.from) / (way.until - way.from);
    else bar.removeAttribute('value');
    const telling = isBusy ? words.clock.busy : `${words.clock.now}: ${shown.textContent}`;
    // Nothing is said of a clock that only ticks.
    if (said.textContent !== telling && (isBusy || said.textContent !== '')) said.textContent = telling;
  }

  /** @param {HTMLButtonElement} button */
  async function jump(button) {
    isAsking = true;
    drawWay();
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
      isAsking = false;
      drawWay();
      if (document.activeElement === document.body) button.focus();
    }
  }

  for (const button of buttons) button.addEventListener('click', () => void jump(button));
  setInterval(show, tickMs);
  return {
    /** @param {{ now: number, way?: Way }} told */
    set(told) {
      ahead = told.now - Date.now();
      way = told.way;
      show();
      drawWay();
    },
  };
}
