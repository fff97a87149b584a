import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Bus, createBus } from './bots/web/bus.ts';
import type { FileReader } from './bots/web/http.ts';
import type { ChatDraft, ChatStore, ValueStore } from './bots/web/store.ts';
import { chatSecret } from './bots/web/tokens.ts';
import { createChats } from './db/chats.ts';
import type { Database } from './db/database.ts';
import { createValues } from './db/values.ts';

/** What the site chat and the playground stand on, over a database. */
export interface WebParts {
  readonly store: ChatStore;
  readonly values: ValueStore;
  readonly bus: Bus;
  /** Signs the tokens of chats and sessions. */
  readonly secret: string;
  readonly readFile: FileReader;
}

/** Joins the stores to the chats we show ourselves. */
export async function openWebParts(database: Database): Promise<WebParts> {
  const values = createValues(database);
  return {
    store: createChats<ChatDraft>(database),
    values,
    bus: createBus(),
    secret: await chatSecret(values),
    readFile: readClientFile,
  };
}

const clientFolder = fileURLToPath(new URL('./bots/web/client/', import.meta.url));

/** Reads a client file; undefined where there is none. The name is plain: `fileAnswer` lets no other through. */
async function readClientFile(name: string): Promise<string | undefined> {
  try {
    return await readFile(clientFolder + name, 'utf8');
  } catch {
    return undefined;
  }
}
