import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { initialLocale } from '../../core/dialogs/types.ts';
import { type ChatWords, chatWords } from './frame.tsx';
import { problem } from './http.ts';
import { LightPage, lightPage } from './light.tsx';

/** What answers while a process gets ready: people see how far it is, programs are asked to come again. */
export interface StartingDoor {
  readonly app: Hono;
  /** How much of the playground's year has passed, 0 to 1. */
  progress(share: number): void;
}

const againSeconds = '1';

/** The door of a process that is not ready yet. The page comes again by itself until the real one answers. */
export function createStartingDoor(): StartingDoor {
  let percent: number | undefined;
  const app = new Hono();
  app.get('/', (c) => {
    const locale = initialLocale(c.req.header('accept-language'), 'uk');
    const words = chatWords(locale);
    c.header('refresh', againSeconds);
    c.header('retry-after', againSeconds);
    const title = words.starting_title;
    return lightPage(
      c,
      <LightPage locale={locale} title={title}>
        <div class="in">
          <h1>{title}</h1>
          {percent === undefined ? null : <YearPassing words={words} percent={percent} />}
        </div>
      </LightPage>,
      { status: 503 },
    );
  });
  app.all('*', (c) => {
    c.header('retry-after', againSeconds);
    return problem(c, 503, 'starting', 'the server is getting ready: try again in a second');
  });
  return {
    app,
    progress(share) {
      percent = Math.round(100 * share);
    },
  };
}

/** How far the year of the made-up shop is. */
const YearPassing: FC<{ readonly words: ChatWords; readonly percent: number }> = ({ words, percent }) => (
  <>
    <p class="text">{words.starting_how}</p>
    <progress aria-label={words.starting_title} max={100} value={percent}>
      {percent} %
    </progress>
  </>
);
