import type { TalkId } from '../core/ids.ts';
import { dueBy } from './due.ts';

/** Talks in which nobody has said anything for long. */
export const talksToClose = dueBy<TalkId>(
  `select id from talks where status <> 'closed' and bot_returns_at <= ? order by bot_returns_at limit ?`,
);

/** Talks whose customers have waited for an answer for long. */
export const talksToRemind = dueBy<TalkId>(
  `select id from talks where remind_at is not null and status <> 'closed' and remind_at <= ?
   order by remind_at limit ?`,
);
