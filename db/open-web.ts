import { createClient } from '@libsql/client/web';
import { type Database, wrapClient } from './database.ts';

/**
 * Opens a libSQL server over `fetch`, where there are no files: on Workers. The schema must be up to date already;
 * `npm start` or `npm run svoi -- doctor` on a machine brings it there.
 */
export function openWebDatabase(url: string, authToken?: string): Database {
  return wrapClient(createClient({ url, ...(authToken ? { authToken } : {}) }), 'server');
}
