import type { FC } from 'hono/jsx';
import type { Locale } from '../../core/customers/types.ts';
import en from '../../locales/chat/en.json' with { type: 'json' };
import ru from '../../locales/chat/ru.json' with { type: 'json' };
import uk from '../../locales/chat/uk.json' with { type: 'json' };
import { localeTags } from '../../locales/formats.ts';

/** Every word around the site chat's messages. */
export type ChatWords = typeof uk;

const all: Readonly<Record<Locale, ChatWords>> = { uk, ru, en };

/** The words of the widget in a language. */
export function chatWords(locale: Locale): ChatWords {
  return all[locale];
}

/** The page inside the widget's frame. It holds no data: those come by the stream of the chat. */
export const FramePage: FC<{ readonly locale: Locale; readonly words: ChatWords }> = ({ locale, words }) => (
  <html lang={locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{words.title}</title>
      <link rel="stylesheet" href="/chat/files/base.css" />
      <link rel="stylesheet" href="/chat/files/messages.css" />
      <link rel="stylesheet" href="/chat/files/frame.css" />
      <script type="module" src="/chat/files/frame.js" />
    </head>
    <body class="frame" data-locale={locale} data-tag={localeTags[locale]} data-words={JSON.stringify(words)}>
      <header class="frame-bar">
        <span class="avatar" aria-hidden="true">
          S
        </span>
        <span class="who">
          <strong>Svoi</strong>
          <span class="status" id="status" role="status">
            {words.connecting}
          </span>
        </span>
        <button type="button" class="icon" id="close" aria-label={words.close}>
          <span aria-hidden="true">×</span>
        </button>
      </header>
      <ol
        class="transcript"
        id="transcript"
        role="log"
        aria-live="polite"
        aria-label={words.log}
        tabindex={0}
      />
      <form class="composer" id="composer" autocomplete="off">
        <input
          type="text"
          name="text"
          maxlength={2000}
          aria-label={words.write}
          placeholder={words.write}
          enterkeyhint="send"
        />
        <button type="submit" class="send" aria-label={words.send}>
          <span aria-hidden="true">↑</span>
        </button>
      </form>
      <noscript>{words.noscript}</noscript>
    </body>
  </html>
);
