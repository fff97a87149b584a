import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, Command, CommanderError, Option } from 'commander';
import type { CommandIo } from './api/control.ts';
import { fieldHeadings, importKinds } from './api/import/fields.ts';
import { SvoiError } from './core/errors.ts';
import { parseProgramFile, writeProgramFile } from './core/program/file.ts';
import { scopes } from './core/shops.ts';
import { applyProgram } from './db/programs.ts';
import { createShops, type NewKey } from './db/shops.ts';
import { doctor } from './doctor.ts';
import { runImport } from './import.ts';
import { addJourneyCommands } from './journey_commands.ts';
import { writeList } from './lists.ts';
import { addStaffCommands } from './staff_commands.ts';
import type { Svoi } from './svoi.ts';
import { backUpFile, type Environment, rebuild, restoreFile, setWebhooks, verify } from './upkeep.ts';
import { addWhatsAppCommands } from './whatsapp_commands.ts';

/** A command line that was understood. */
export type Job =
  /** Needs a whole Svoi: it runs in the process that holds the database. `links`: it prints links into chats. */
  | { readonly kind: 'shared'; readonly links?: true; run(svoi: Svoi, io: CommandIo): Promise<number> }
  /** Opens what it needs by itself. */
  | { readonly kind: 'own'; run(environment: Environment, io: CommandIo, also: Also): Promise<number> }
  /** Help, or what is wrong with the line. */
  | { readonly kind: 'said'; readonly exit: number; readonly text: string };

/** Carries out another command line, in the process that holds the database. */
export type Also = (argv: readonly string[], io: CommandIo) => Promise<number>;

/** Reads a command line. */
export function parseCommand(argv: readonly string[]): Job {
  let job: Job | undefined;
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const root = commandTree((made) => {
    job = made;
  });
  // Subcommands have their own settings: an error anywhere must come back here, not end the process.
  for (const command of [root, ...root.commands, ...root.commands.flatMap((one) => one.commands)]) {
    command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  }
  try {
    root.parse(argv.length > 0 ? argv : ['--help'], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'said', exit: 0, text: text.trimEnd() };
    return { kind: 'said', exit: 1, text: reasonOf(error, text) };
  }
  return job ?? { kind: 'said', exit: 1, text: 'nothing to do: see npm run svoi -- --help' };
}

/** What commander says in several lines, in one. */
function reasonOf(error: CommanderError, text: string): string {
  if (error.code === 'commander.help') return 'say what to do: see npm run svoi -- --help';
  const said = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
  return `${(said || error.message).replace(/\.$/, '')}; see npm run svoi -- --help`;
}

function commandTree(take: (job: Job) => void): Command {
  const shared = (run: Extract<Job, { kind: 'shared' }>['run']) => take({ kind: 'shared', run });
  const own = (run: Extract<Job, { kind: 'own' }>['run']) => take({ kind: 'own', run });
  const root = new Command('svoi').usage('COMMAND').helpOption('-h, --help', 'what can be done, and how');
  addShopCommands(root.command('shop').description('the systems that may call the API'), shared);
  addStaffCommands(root.command('staff').description('the people behind the counter'), shared, (run) =>
    take({ kind: 'shared', links: true, run }),
  );
  addJourneyCommands(root.command('journey').description('what speaks to customers by itself'), shared);
  addWhatsAppCommands(root.command('whatsapp').description('templates for WhatsApp'), own);
  addProgramCommands(root.command('program').description('the rules of the program'), shared);
  addImport(root, shared);
  root
    .command('verify')
    .description('recompute the whole ledger; names the first row that is wrong')
    .action(() => own(verify));
  root
    .command('export')
    .description('write the customers of a segment into a CSV file')
    .argument('<segment>', 'its name, or its text in quotes, like "last_purchase>60d"')
    .argument('<file>')
    .action((segment: string, file: string) => shared((svoi, io) => writeList(svoi, segment, file, io)));
  root
    .command('rebuild')
    .description(
      'count again what each customer bought, and says about chats and points; the ledger itself is for verify',
    )
    .action(() => shared(rebuild));
  root
    .command('backup')
    .description('copy the database into a new file, also while Svoi runs')
    .argument('<file>')
    .action((file: string) => own((environment, io) => backUpFile(environment, file, io)));
  root
    .command('restore')
    .description('put a backup in the place of the database, which is kept under another name')
    .argument('<file>')
    .action((file: string) => own((environment, io) => restoreFile(environment, file, io)));
  root
    .command('doctor')
    .description('check settings, database and channels')
    .action(() => own(doctor));
  root
    .command('webhooks')
    .description('where the messengers send what people say')
    .command('set')
    .description('register the webhooks, and what the bots say of themselves')
    .action(() => own(setWebhooks));
  return root;
}

type TakeShared = (run: Extract<Job, { kind: 'shared' }>['run']) => void;

function addShopCommands(shop: Command, take: TakeShared): void {
  shop
    .command('add')
    .description('let a system call the API; prints its key, this once')
    .argument('<name>')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(scopes).default('till'))
    .option('--signed', 'each of its changes must carry a signature')
    .action((name: string, { scope, signed }: { scope: (typeof scopes)[number]; signed?: true }) =>
      take(async (svoi, io) => {
        const added = await createShops(svoi).add(name, scope, signed ?? false);
        if (!added.ok) throw new SvoiError(added.refusal.code, added.refusal.detail);
        return sayKey(added.result, 'added', io);
      }),
    );
  shop
    .command('list')
    .description('all shops ever added')
    .action(() => take(listShops));
  shop
    .command('rotate')
    .description('give a shop a new key; the old one stops at once')
    .argument('<name>')
    .action((name: string) =>
      take(async (svoi, io) => {
        const rotated = await createShops(svoi).rotate(name);
        if (!rotated.ok) throw new SvoiError(rotated.refusal.code, rotated.refusal.detail);
        return sayKey(rotated.result, 'has a new key', io);
      }),
    );
  shop
    .command('revoke')
    .description('stop the key of a shop for good')
    .argument('<name>')
    .action((name: string) =>
      take(async (svoi, io) => {
        const revoked = await createShops(svoi).revoke(name);
        if (!revoked.ok) throw new SvoiError(revoked.refusal.code, revoked.refusal.detail);
        io.out(`shop "${revoked.result.name}" may not call any more`);
        return 0;
      }),
    );
}

function sayKey({ shop, key }: NewKey, what: string, io: CommandIo): number {
  io.out(`shop "${shop.name}" ${what} (scope ${shop.scope}); keep this, it is not shown again:`);
  io.out(key);
  if (shop.signingSecret) io.out(`${shop.signingSecret}  (the secret it signs with)`);
  return 0;
}

async function listShops(svoi: Svoi, io: CommandIo): Promise<number> {
  const shops = await createShops(svoi).list();
  if (shops.length === 0) io.out('no shops yet: add one with npm run svoi -- shop add NAME');
  const width = Math.max(0, ...shops.map(({ name }) => name.length));
  for (const { id, name, scope, signingSecret, createdAt, revokedAt } of shops) {
    const day = (at: number) => new Date(at).toISOString().slice(0, 10);
    const state = revokedAt === null ? `since ${day(createdAt)}` : `revoked ${day(revokedAt)}`;
    io.out([name.padEnd(width), scope.padEnd(5), id, state, ...(signingSecret ? ['signed'] : [])].join('  '));
  }
  return 0;
}

function addProgramCommands(program: Command, take: TakeShared): void {
  program
    .command('show')
    .description('print the rules in force, as a file that can be changed and applied')
    .action(() =>
      take(async (svoi, io) => {
        for (const line of writeProgramFile(svoi.program()).trimEnd().split('\n')) io.out(line);
        return 0;
      }),
    );
  program
    .command('apply')
    .description('put the rules of a YAML or JSON file in force; a rule left out has its default')
    .argument('<file>')
    .action((file: string) => take((svoi, io) => applyProgramFile(svoi, file, io)));
}

async function applyProgramFile(svoi: Svoi, file: string, io: CommandIo): Promise<number> {
  const text = await readFile(resolve(io.folder, file), 'utf8').catch((cause) => {
    throw new SvoiError('unreadable_file', `${file} cannot be read: is it there?`, { cause });
  });
  const parsed = parseProgramFile(text);
  if (!parsed.ok) throw new SvoiError(parsed.refusal.code, `${file}: ${parsed.refusal.detail}`);
  const { version: before, ...current } = svoi.program();
  const changed = changesBetween(current, parsed.result);
  if (changed.length === 0) {
    io.out(`program ${before} stays in force: the file says the same`);
    return 0;
  }
  const { version } = await applyProgram(svoi.database, parsed.result, svoi.clock.now());
  await svoi.reloadProgram();
  io.out(`program ${version} is in force: ${changed.join(', ')}`);
  return 0;
}

function changesBetween(before: object, after: object): string[] {
  const old = new Map(Object.entries(before).map(([key, value]) => [key, JSON.stringify(value)]));
  return Object.entries(after)
    .filter(([key, value]) => old.get(key) !== JSON.stringify(value))
    .map(([key, value]) => `${key} ${old.get(key)} → ${JSON.stringify(value)}`);
}

interface ImportOptions extends Record<string, unknown> {
  readonly shop: string;
  readonly map: readonly string[];
  readonly report?: string;
}

/** The fields a column can be mapped to. */
const fieldsHelp = importKinds
  .map((kind) => `\nFields of ${kind}: ${Object.keys(fieldHeadings[kind]).join(', ')}`)
  .join('');

function addImport(root: Command, take: TakeShared): void {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  root
    .command('import')
    .description('bring in a CSV file, plain or .gz; started again after a stop, it goes on')
    .addArgument(new Argument('<kind>').choices(importKinds))
    .argument('<file>')
    .requiredOption(
      '--shop <name>',
      'the shop the file comes from; its ids of receipts and customers are that shop’s',
    )
    .option('--map <what>', 'COLUMN=FIELD, or a YAML file of these (may be repeated)', collect, [])
    .option('--dates <format>', 'how dates are written, like "M/D/YYYY H:mm"')
    .option('--zone <zone>', 'the time zone of dates; default: the program’s')
    .option('--decimal <mark>', 'point or comma')
    .option('--amounts <unit>', 'major (hryvnias) or minor (kopecks)')
    .option('--delimiter <character>', 'between cells; default: found out from the heading')
    .option('--encoding <name>', 'like windows-1251; default: utf-8')
    .option('--report <file>', 'where rows that are left out go; default: FILE.report.csv')
    .addHelpText('after', fieldsHelp)
    .action(
      (kind: (typeof importKinds)[number], file: string, { shop, map, report, ...rules }: ImportOptions) =>
        take(async (svoi, io) => {
          const found = (await createShops(svoi).list()).find(({ name, id }) => name === shop || id === shop);
          if (!found)
            throw new SvoiError('shop_not_found', `no shop is called "${shop}": see shop list, or shop add`);
          const texts = Object.fromEntries(Object.entries(rules).map(([key, value]) => [key, String(value)]));
          return runImport(svoi, { kind, file, shop: found, map, rules: texts, report }, io);
        }),
    );
}
