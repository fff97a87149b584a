/** @import { LogLine, MessageCosts } from '../playground/log.ts' */
/** @import { Page } from './playground.js' */
import { find, make } from './dom.js';

const microsOfUnit = 1_000_000;

/**
 * Shows by which channels the newest notice went, and what notices have cost so far.
 * @param {Page} page
 */
export function startWay({ words, money, time }) {
  const [steps, text, empty, costs] = [
    find(document, '#way', HTMLOListElement),
    find(document, '#way-text', HTMLElement),
    find(document, '#way-empty', HTMLElement),
    find(document, '#way-costs', HTMLElement),
  ];
  /** @type {Record<string, string>} */
  const channels = words.channels;
  /** @type {Record<string, string>} */
  const states = words.states;

  /** @param {LogLine} line */
  function draw(line) {
    const price = line.priceMicros === null ? '' : money.format(line.priceMicros / microsOfUnit);
    const note = line.overtaken ? words.way.overtaken : (line.error ?? '');
    return make(
      'li',
      { 'data-channel': line.channel, 'data-state': line.overtaken ? 'overtaken' : line.state },
      make('b', {}, channels[line.channel] ?? line.channel),
      make('span', { class: `state ${line.state}` }, states[line.state] ?? line.state),
      make('time', {}, time.format(line.at)),
      make('span', { class: 'price' }, price),
      ...(note ? [make('small', {}, note)] : []),
    );
  }

  /** @param {MessageCosts} all */
  function drawCosts({ sent, priceMicros, smsPriceMicros }) {
    if (sent === 0) return costs.replaceChildren();
    const saved = smsPriceMicros - priceMicros;
    const rows = [
      [words.way.spent, priceMicros],
      [words.way.asSms, smsPriceMicros],
      [words.way.saved, saved],
    ];
    costs.replaceChildren(
      ...rows.flatMap(([label, micros]) => [
        make('dt', {}, String(label)),
        make('dd', {}, money.format(Number(micros) / microsOfUnit)),
      ]),
    );
  }

  return {
    /**
     * @param {readonly LogLine[]} lines newest first
     * @param {MessageCosts} all
     */
    show(lines, all) {
      const newest = lines.find(({ noticeId }) => noticeId !== null);
      const attempts = lines.filter(({ noticeId }) => newest && noticeId === newest.noticeId).reverse();
      empty.hidden = newest !== undefined;
      text.textContent = newest?.text ?? '';
      steps.replaceChildren(...attempts.map(draw));
      drawCosts(all);
      return attempts;
    },
  };
}
