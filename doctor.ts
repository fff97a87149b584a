import type { CommandIo } from './api/control.ts';
import { handOver } from './control.ts';
import { SvoiError } from './core/errors.ts';
import { formsOfJourney } from './core/journeys/approved/all.ts';
import type { AnyMessage } from './core/journeys/approved/forms.ts';
import { journeysInForce } from './core/journeys/in_force.ts';
import { defaultProgram } from './core/program/program.ts';
import { readRow, readRows } from './db/database.ts';
import { keptJourneys } from './db/journeys.ts';
import { openDatabase } from './db/open.ts';
import { currentProgram } from './db/programs.ts';
import { shipped } from './locales/journeys.ts';
import { parseSettings, type Settings } from './settings.ts';
import { type Environment, readingDatabase, silentMessengers } from './upkeep.ts';

/** One thing that was looked at: fine, or wrong and what to do. */
interface Finding {
  readonly ok: boolean;
  readonly what: string;
  readonly words: string;
}

/** Looks at settings, database and channels: a line each, exit code 1 where one is wrong. */
export async function doctor(environment: Environment, io: CommandIo): Promise<number> {
  let allOk = true;
  const say = ({ ok, what, words }: Finding) => {
    io.out(`${ok ? 'ok   ' : 'wrong'}  ${what.padEnd(8)}  ${words}`);
    allOk &&= ok;
  };
  const settings = await look('settings', async () => parseSettings(environment));
  if (!settings.ok) {
    say(settings);
    return 1;
  }
  say({ ok: true, what: 'settings', words: `${settings.value.SVOI_MODE} on ${settings.value.DATABASE_URL}` });
  for (const [what, check] of checks) {
    const found = await look(what, () => check(settings.value));
    say(found.ok ? { ok: true, what, words: found.value } : found);
  }
  if (settings.value.WHATSAPP_MODE === 'cloud') {
    const found = await look('texts', () => checkTemplates(settings.value));
    say(found.ok ? { ok: true, what: 'texts', words: found.value } : found);
  }
  for (const finding of await checkMessengers(settings.value)) say(finding);
  return allOk ? 0 : 1;
}

type Looked<Value> = { readonly ok: true; readonly value: Value } | (Finding & { readonly ok: false });

async function look<Value>(what: string, check: () => Promise<Value>): Promise<Looked<Value>> {
  try {
    return { ok: true, value: await check() };
  } catch (error) {
    return { ok: false, what, words: error instanceof Error ? error.message : String(error) };
  }
}

const checks: readonly (readonly [string, (settings: Settings) => Promise<string>])[] = [
  ['database', checkDatabase],
  ['shops', checkShops],
  ['people', checkPeople],
];

async function checkDatabase(settings: Settings): Promise<string> {
  const { DATABASE_URL: url, DATABASE_AUTH_TOKEN: authToken } = settings;
  const holder = await openDatabase({ url, authToken })
    .then((database) => database.close())
    .catch((error: unknown) => {
      if (error instanceof SvoiError && error.code === 'database_in_use') return askHolder(url);
      throw error;
    });
  if (!url.startsWith('file:')) return 'the libSQL server answers, the schema is up to date';
  const row = await readingDatabase(settings, (database) => readRow(database, 'pragma quick_check(1)'));
  if (row?.quick_check !== 'ok') {
    throw new SvoiError(
      'damaged',
      `the file is damaged (${row?.quick_check}): stop Svoi and restore a backup`,
    );
  }
  return holder ?? 'the file is sound, the schema is up to date';
}

/** A server that holds the database must also answer. */
async function askHolder(url: string): Promise<string> {
  const quiet = { out: () => {}, error: () => {}, progress: () => {} };
  const signal = AbortSignal.timeout(10_000);
  await handOver(url, ['program', 'show'], { ...quiet, folder: '.', signal });
  return 'the file is sound, and the running Svoi answers';
}

async function checkShops(settings: Settings): Promise<string> {
  const sql = 'select count(*) as shops from shops where revoked_at is null';
  const row = await readingDatabase(settings, (database) => readRow(database, sql));
  const shops = Number(row?.shops ?? 0);
  if (shops > 0) return `${shops} may call the API`;
  return 'none may call the API yet: npm run svoi -- shop add NAME';
}

/** How many chats lead to nobody any more: blocked, gone, or nothing arrives. They rest until somebody writes from them. */
async function checkPeople(settings: Settings): Promise<string> {
  const sql = `select channel, count(*) as chats, sum(reachable = 0) as lost from addresses
    where customer_id is not null group by channel order by channel`;
  const rows = await readingDatabase(settings, (database) => readRows(database, sql));
  const chats = rows.reduce((sum, row) => sum + Number(row.chats), 0);
  if (chats === 0) return 'no chats yet';
  const lost = rows.filter((row) => Number(row.lost) > 0);
  if (lost.length === 0) return `${chats} chats, all within reach`;
  const each = lost.map(({ channel, lost: some, chats: all }) => `${channel} ${some} of ${all}`).join(', ');
  return `${chats} chats; out of reach until somebody writes: ${each}`;
}

/** How many texts of the journeys that are on WhatsApp would take more than 24 hours after the person's last word. */
async function checkTemplates(settings: Settings): Promise<string> {
  return readingDatabase(settings, async (database) => {
    const { whatsapp_approved: approved } = await currentProgram(database);
    const journeys = journeysInForce(shipped, await keptJourneys(database)).filter(({ isOn }) => isOn);
    const texts = new Map<AnyMessage, boolean>();
    for (const { message, form } of journeys.flatMap(({ definition }) => formsOfJourney(definition))) {
      texts.set(message, texts.get(message) === true || form.name in approved);
    }
    const said = [...texts.values()].filter(Boolean).length;
    const what = `${said} of ${texts.size} texts of journeys that are on have an approved template of WhatsApp’s`;
    if (said === texts.size) return what;
    return `${what}; 24 hours after the last word the others go by the next channel: npm run svoi -- whatsapp submit, then sync`;
  });
}

/** A finding for every messenger that is configured; one that none is. */
async function checkMessengers(settings: Settings): Promise<Finding[]> {
  const program = await readingDatabase(settings, currentProgram).catch(() => defaultProgram);
  const messengers = await silentMessengers(settings, () => program);
  if (messengers.length === 0) {
    const words = 'none configured; TELEGRAM_BOT_TOKEN would switch one on';
    return [{ ok: true, what: 'chats', words }];
  }
  const found = messengers.map(async (messenger) => {
    const what = messenger.channel.name;
    const looked = await look(what, () => messenger.check());
    return looked.ok ? { ok: true, what, words: looked.value } : looked;
  });
  return Promise.all(found);
}
