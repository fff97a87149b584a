/**
 * The site chat as a shop embeds it:
 * `<script src="https://loyalty.example/chat.js" data-locale="uk" data-session="…" async></script>`.
 * Adds a button at the bottom right that opens the chat in a frame. Styles are set through the CSSOM in a shadow
 * tree: the page's rules do not reach in, and a content policy without 'unsafe-inline' does not stop them.
 */
(() => {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return;
  const origin = new URL(script.src).origin;
  const locale = script.dataset.locale ?? document.documentElement.lang.slice(0, 2);
  const { session, context } = script.dataset;
  const labels = { uk: 'Чат', ru: 'Чат', en: 'Chat' };
  const label = locale === 'en' ? labels.en : locale === 'ru' ? labels.ru : labels.uk;

  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const button = document.createElement('button');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial }
    button { position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; width: 56px; height: 56px;
      border: 0; border-radius: 28px; background: #1f6f54; color: #fff; cursor: pointer;
      box-shadow: 0 6px 24px rgb(0 0 0 / .25); display: grid; place-items: center }
    button:focus-visible { outline: 3px solid #f2b632; outline-offset: 3px }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round }
    .news { position: absolute; top: 2px; right: 2px; width: 14px; height: 14px; border-radius: 7px;
      background: #f2b632; border: 2px solid #fff }
    iframe { position: fixed; inset: auto 20px 88px auto; z-index: 2147483000; border: 0; border-radius: 18px;
      width: min(380px, calc(100vw - 32px)); height: min(600px, calc(100dvh - 120px));
      box-shadow: 0 12px 48px rgb(0 0 0 / .3); background: Canvas; color-scheme: light dark }
    [hidden] { display: none }
    @media (max-width: 480px) {
      iframe { inset: 0; width: 100vw; height: 100dvh; border-radius: 0 }
    }`);
  root.adoptedStyleSheets = [sheet];
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-expanded', 'false');
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v11H10l-5 4v-4H4z"/></svg>';
  const news = document.createElement('span');
  news.className = 'news';
  news.hidden = true;
  button.append(news);
  root.append(button);

  /** @type {HTMLIFrameElement | undefined} */
  let frame;

  function makeFrame() {
    const made = document.createElement('iframe');
    const fragment = new URLSearchParams();
    if (session) fragment.set('session', session);
    if (context) fragment.set('context', context);
    const hash = fragment.size > 0 ? `#${fragment}` : '';
    made.title = label;
    made.src = `${origin}/chat/frame?locale=${encodeURIComponent(locale)}${hash}`;
    made.addEventListener('load', focusFrame);
    root.append(made);
    return made;
  }

  function focusFrame() {
    frame?.focus();
    frame?.contentWindow?.postMessage({ svoi: 'focus' }, origin);
  }

  /** @param {boolean} open */
  function show(open) {
    if (open && !frame) frame = makeFrame();
    if (frame) frame.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) {
      news.hidden = true;
      focusFrame();
    } else button.focus();
  }

  button.addEventListener('click', () => show(!frame || Boolean(frame.hidden)));
  window.addEventListener('message', (event) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow) return;
    if (event.data?.svoi === 'close') show(false);
    if (event.data?.svoi === 'message' && frame?.hidden) news.hidden = false;
  });
  document.body.append(host);
})();
