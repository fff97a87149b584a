/** @import { LogLine, MessageCosts } from '../playground/log.ts' */
/** @import { Page } from './playground.js' */
import { find, make } from './dom.js';
import { startWay } from './playground_way.js';

/**
 * @param {Record<string, string>} texts
 * @param {string} key
 */
function wordOf(texts, key) {
  return texts[key] ?? key;
}

/**
 * Shows the outbox as it stands.
 * @param {Page} page
 */
export function startLog(page) {
  const { words, tag, zone, money, done } = page;
  const way = startWay(page);
  const rows = find(document, '#log', HTMLTableSectionElement);
  const empty = find(document, '#log-empty', HTMLElement);
  const time = new Intl.DateTimeFormat(tag, {
    day: '2-digit',
    month: '2-digit',
    year: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: zone,
  });

  /** @param {LogLine} line */
  function draw(line) {
    const state = wordOf(words.states, line.state);
    const badge = make(
      'span',
      { class: `state ${line.state}`, ...(line.error ? { title: line.error } : {}) },
      state,
    );
    return make(
      'tr',
      { 'data-state': line.state, 'data-channel': line.channel },
      make('td', { class: 'col-time' }, make('time', {}, time.format(line.at))),
      make('td', { class: 'col-channel' }, wordOf(words.channels, line.channel)),
      make(
        'td',
        { class: 'col-to' },
        line.address.length > 16 ? `${line.address.slice(0, 8)}…` : line.address,
      ),
      make('td', { class: 'col-category' }, wordOf(words.categories, line.category)),
      make('td', { class: 'col-text', title: line.text }, make('div', {}, line.text)),
      make('td', { class: 'col-state' }, badge),
      make(
        'td',
        { class: 'col-price' },
        line.priceMicros === null ? '' : money.format(line.priceMicros / 1_000_000),
      ),
    );
  }

  return {
    /** @param {{ lines: readonly LogLine[], costs: MessageCosts }} shown newest first */
    show({ lines, costs }) {
      const attempts = way.show(lines, costs);
      if (attempts.length > 1 && attempts.at(-1)?.channel === 'sms') done('cascade');
      empty.hidden = lines.length > 0;
      rows.replaceChildren(...lines.map(draw));
      // Only who has registered gets a service message.
      if (lines.some(({ category }) => category === 'service')) done('register');
    },
  };
}
