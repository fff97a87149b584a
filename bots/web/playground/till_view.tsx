import type { FC } from 'hono/jsx';
import type { Locale } from '../../../core/customers/types.ts';
import { localeTags } from '../../../locales/formats.ts';
import { catalogue, goodName } from './goods.ts';
import type { Phone } from './phones.ts';
import { orderStates } from './till.ts';
import type { PlaygroundWords } from './words.ts';

interface TillProps {
  readonly words: PlaygroundWords;
  readonly locale: Locale;
  readonly currency: string;
  /** The customers', for their numbers to be put in at a tap. */
  readonly phones: readonly Phone[];
}

type Part = FC<{ readonly words: PlaygroundWords }>;

/** The till. Selling is what one sees; spending points, coupons, returns and the calls unfold. */
export const TillView: FC<TillProps> = ({ words, locale, currency, phones }) => (
  <section class="till" aria-labelledby="till-title">
    <header>
      <h2 id="till-title">{words.till.title}</h2>
      <p>{words.till.hint}</p>
    </header>
    <form id="till" autocomplete="off">
      <Goods words={words} locale={locale} currency={currency} />
      <CustomerField words={words} phones={phones} />
    </form>
    <Extras words={words} />
    <div class="to-pay">
      <dl class="figures" id="quote" aria-live="polite" />
      <p class="total">
        <span>{words.till.total}</span>
        <output id="till-total" form="till" />
      </p>
      <button type="submit" form="till" class="primary" id="sell">
        {words.till.sell}
      </button>
      <button type="button" class="quiet" id="leave" disabled>
        {words.webShop.leave}
      </button>
    </div>
    <Result words={words} phones={phones} />
    <Orders words={words} />
    <details class="fold" id="receipts" hidden>
      <summary>
        {words.receipts.title} <span class="count" />
      </summary>
      <p class="field">{words.receipts.hint}</p>
      <ol class="receipts" />
    </details>
    <details class="fold" id="calls">
      <summary>{words.till.details}</summary>
      <p class="field">{words.till.noCalls}</p>
      <ol class="calls" />
    </details>
    <nav class="more">
      <a href="/docs">{words.links.docs}</a>
      <a href={`/playground/site?lang=${locale}`}>{words.links.site}</a>
    </nav>
  </section>
);

const Goods: FC<Omit<TillProps, 'phones'>> = ({ words, locale, currency }) => {
  const money = new Intl.NumberFormat(localeTags[locale], {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  return (
    <ul class="goods" aria-label={words.till.goods}>
      {catalogue.map((good) => {
        const name = goodName(locale, good);
        return (
          <li data-sku={good.sku} data-price={good.priceMinor}>
            <span class="good-name">{name}</span>
            <span class="good-price">{money.format(good.priceMinor / 100)}</span>
            <span class="stepper">
              <button type="button" class="less" aria-label={`${words.till.less} ${name}`} disabled>
                <span aria-hidden="true">−</span>
              </button>
              <output aria-label={`${words.till.quantity} ${name}`}>0</output>
              <button type="button" class="add" aria-label={`${words.till.more} ${name}`}>
                <span aria-hidden="true">+</span>
              </button>
            </span>
          </li>
        );
      })}
    </ul>
  );
};

const CustomerField: FC<Pick<TillProps, 'words' | 'phones'>> = ({ words, phones }) => (
  <>
    <label class="field" for="till-customer">
      {words.till.customer}
    </label>
    <input
      id="till-customer"
      name="customer"
      type="text"
      value={phones[0]?.number}
      placeholder={words.till.anyone}
    />
    <div class="chips">
      {phones.map((phone) => (
        <button type="button" data-customer={phone.id} value={phone.number}>
          {words.channels[phone.channel]}
        </button>
      ))}
      <button type="button" data-customer="" value="">
        {words.till.anyone}
      </button>
    </div>
  </>
);

/** What a newcomer needs only later. */
const Extras: Part = ({ words }) => (
  <details class="fold" id="extras">
    <summary>{words.till.extras}</summary>
    <form class="spend" id="spend" autocomplete="off">
      <h3>{words.spend.title}</h3>
      <p class="pair">
        <span>
          <label class="field" for="spend-points">
            {words.spend.points}
          </label>
          <input id="spend-points" type="number" inputmode="numeric" min={1} max={1_000_000} required />
        </span>
        <span>
          <label class="field" for="spend-code">
            {words.spend.code}
          </label>
          <input id="spend-code" type="text" inputmode="numeric" maxlength={9} placeholder="000 000" />
        </span>
      </p>
      <button type="submit" class="quiet" id="hold" aria-describedby="spend-hint">
        {words.spend.hold}
      </button>
      <p class="field" id="spend-hint">
        {words.spend.hint}
      </p>
      <p class="held" id="held" hidden>
        <span role="status" />
        <button type="button" class="quiet" id="release">
          {words.spend.cancel}
        </button>
      </p>
    </form>
    <form class="spend" id="coupon" autocomplete="off">
      <h3>
        <label for="coupon-code">{words.till.coupon}</label>
      </h3>
      <span class="joined">
        <input id="coupon-code" type="text" maxlength={40} required />
        <button type="submit" class="quiet">
          {words.till.enter}
        </button>
      </span>
      <ul class="chips entered" />
      <p class="note-line" role="status" />
    </form>
    <span class="switches calm">
      <label>
        <input type="checkbox" id="till-later" /> {words.till.later}
      </label>
    </span>
  </details>
);

/** How an order of the web shop stands, told as a shop system would. */
const Orders: Part = ({ words }) => (
  <details class="fold" id="order-states">
    <summary>{words.webShop.orders}</summary>
    <form id="orders" class="spend" autocomplete="off">
      <label class="field" for="order-status">
        {words.webShop.status}
      </label>
      <span class="joined">
        <select id="order-status">
          {orderStates.map((state) => (
            <option value={state}>{words.webShop.states[state]}</option>
          ))}
        </select>
        <button type="submit" class="quiet">
          {words.webShop.tell}
        </button>
      </span>
      <button type="button" class="quiet" id="invoice">
        {words.webShop.invoice}
      </button>
    </form>
  </details>
);

/** What came of the last thing done at the till. */
const Result: FC<Pick<TillProps, 'words' | 'phones'>> = ({ words, phones }) => (
  <div class="receipt" id="receipt" hidden>
    <p class="receipt-line" role="status" />
    <p class="receipt-detail" />
    <dl class="figures" />
    <div class="claim" hidden>
      <p>{words.claim.hint}</p>
      <img alt={words.claim.picture} width={132} height={132} />
      <p class="claim-code" />
      <p class="chips">
        {phones.map((phone) => (
          <button type="button" data-scan={phone.id}>
            {words.claim[phone.channel === 'telegram' ? 'scan' : 'send']} {words.channels[phone.channel]}
          </button>
        ))}
      </p>
    </div>
    <button type="button" class="quiet" id="again">
      {words.till.again}
    </button>
  </div>
);
