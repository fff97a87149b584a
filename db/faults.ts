/** What a failed write means for whoever waits for it. */
export type Fault =
  /** Somebody else committed first: read again and decide again. */
  | 'stale'
  /** The database could not be reached, or its answer was lost: it may or may not have been written. */
  | 'unreachable'
  /** The disk failed or is full: nothing after this can be trusted, stop. */
  | 'fatal'
  /** A statement of ours is wrong. */
  | 'bug';

/** Sorts what a libSQL client throws. Codes differ between a file, a server and its replicas: PLATFORMS, section 6. */
export function faultOf(error: unknown): Fault {
  const text = textOf(error);
  if (
    /SQLITE_(IOERR|FULL|CORRUPT|NOTADB|READONLY|CANTOPEN)|disk I\/O error|database or disk is full/i.test(
      text,
    )
  )
    return 'fatal';
  if (/append-only/i.test(text)) return 'bug';
  if (/SQLITE_CONSTRAINT|UNIQUE constraint failed|constraint: [\w ]+ meanwhile/i.test(text)) return 'stale';
  if (/SQLITE_BUSY|TRANSACTION_TIMEOUT|STREAM_EXPIRED|database is locked/i.test(text)) return 'unreachable';
  if (
    /fetch failed|ECONN|ETIMEDOUT|EPIPE|socket|network|HRANA_WEBSOCKET|SERVER_ERROR|HTTP status 5/i.test(text)
  )
    return 'unreachable';
  return 'bug';
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const cause = error.cause === undefined || error.cause === error ? '' : textOf(error.cause);
  return `${code} ${error.message} ${cause}`;
}
