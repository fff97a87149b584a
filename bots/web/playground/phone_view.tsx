import type { FC } from 'hono/jsx';
import { isStaff, type Phone } from './phones.ts';
import type { PlaygroundWords } from './words.ts';

interface PhoneProps {
  readonly words: PlaygroundWords;
  readonly phone: Phone;
}

/** A phone: whose it is, what can be turned on it, and the chat. */
export const PhoneView: FC<PhoneProps> = ({ words, phone }) => {
  const { id, channel } = phone;
  const { title, hint, empty, begin } = words.phones[id];
  const titleId = `${id}-title`;
  return (
    <article class={`phone ${channel}`} data-phone={id} aria-labelledby={titleId}>
      <header class="phone-head">
        <h3 id={titleId}>{title}</h3>
        <p>{hint}</p>
      </header>
      {isStaff(phone) ? null : <PhoneSettings words={words} phone={phone} />}
      <div class="device">
        <div class="device-bar">
          <span class="avatar" aria-hidden="true">
            S
          </span>
          <span class="who">
            <strong>Svoi</strong>
            <span class="status">{words.phones.bot}</span>
          </span>
        </div>
        <ol
          class="transcript"
          role="log"
          aria-live="polite"
          aria-label={`${words.phones.log}: ${title}`}
          tabindex={0}
        />
        <p class="note" role="status" />
        <div class="begin-here">
          <p class="empty-text">{empty}</p>
          {begin === '' ? null : (
            <button type="button" class="primary begin">
              {begin}
            </button>
          )}
        </div>
        <Composer words={words} phone={phone} />
      </div>
    </article>
  );
};

const PhoneSettings: FC<PhoneProps> = ({ words, phone }) => (
  <form class="phone-settings" autocomplete="off">
    <label class="field" for={`${phone.id}-number`}>
      {words.phones.number}
    </label>
    <span class="joined">
      <input
        id={`${phone.id}-number`}
        name="number"
        type="tel"
        value={phone.number}
        title={words.phones.numberHint}
      />
      <button type="submit" class="quiet">
        {words.phones.save}
      </button>
    </span>
    <span class="switches">
      {phone.channel === 'sms' ? null : (
        <label>
          <input type="checkbox" name="blocked" checked={phone.blocked} /> {words.phones.blocked}
        </label>
      )}
      <label>
        <input type="checkbox" name="offline" checked={phone.offlineAt !== null} /> {words.phones.offline}
      </label>
    </span>
  </form>
);

const Composer: FC<PhoneProps> = ({ words, phone }) => (
  <form class="composer" autocomplete="off">
    {phone.channel === 'sms' ? null : <Attach words={words} />}
    <input
      type="text"
      name="text"
      id={`${phone.id}-text`}
      maxlength={2000}
      aria-label={words.phones.write}
      placeholder={words.phones.write}
      enterkeyhint="send"
    />
    <button type="submit" class="send" aria-label={words.phones.send}>
      <span aria-hidden="true">↑</span>
    </button>
  </form>
);

/** Drawn, since not every machine has a font with it. */
const paperClip =
  'm21 11.5-8.6 8.6a5.6 5.6 0 0 1-7.9-7.9l8.6-8.6a3.7 3.7 0 0 1 5.3 5.3l-8.6 8.6a1.9 1.9 0 0 1-2.7-2.7l7.9-7.9';

const Attach: FC<{ readonly words: PlaygroundWords }> = ({ words }) => (
  <>
    <button type="button" class="attach" aria-label={words.phones.attach} title={words.phones.attach}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={paperClip} />
      </svg>
    </button>
    <input type="file" name="photo" accept="image/png,image/jpeg" aria-label={words.phones.attach} hidden />
  </>
);
