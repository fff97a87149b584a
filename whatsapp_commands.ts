import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { CommandIo } from './api/control.ts';
import {
  type KnownTemplate,
  type NewTemplate,
  openAccount,
  type TemplateAccount,
} from './bots/whatsapp/cloud/account.ts';
import { advised } from './bots/whatsapp/cloud/faults.ts';
import { GraphFault } from './bots/whatsapp/cloud/graph.ts';
import type { Also, Job } from './commands.ts';
import { type Locale, locales } from './core/customers/types.ts';
import { SvoiError } from './core/errors.ts';
import { type FormAt, formsOfCampaign, formsOfJourney } from './core/journeys/approved/all.ts';
import { journeysInForce } from './core/journeys/in_force.ts';
import { writeProgramFile } from './core/program/file.ts';
import type { Program } from './core/program/program.ts';
import { campaignById } from './db/campaigns.ts';
import type { Database } from './db/database.ts';
import { keptJourneys } from './db/journeys.ts';
import { currentProgram } from './db/programs.ts';
import { shipped } from './locales/journeys.ts';
import { parseSettings, type Settings } from './settings.ts';
import { type Environment, readingDatabase } from './upkeep.ts';
import { templateIn } from './whatsapp_templates.ts';

type TakeOwn = (run: Extract<Job, { kind: 'own' }>['run']) => void;

/** Which templates a command is about. */
interface Wanted {
  readonly journey?: string;
  readonly campaign?: string;
  readonly all?: true;
  readonly language?: readonly Locale[];
}

/** The commands about templates that Meta approves. */
export function addWhatsAppCommands(whatsapp: Command, take: TakeOwn): void {
  choosing(whatsapp.command('templates'))
    .description('what to hand in at Meta: a template for each message, made of its text')
    .option('--json', 'as the Graph API takes them')
    .action(({ json, ...wanted }: Wanted & { readonly json?: true }) =>
      take((environment, io) => printTemplates(environment, wanted, json === true, io)),
    );
  choosing(whatsapp.command('submit'))
    .description('hand in at Meta what it does not have yet; safe to repeat')
    .action((wanted: Wanted) => take((environment, io) => submit(environment, wanted, io)));
  whatsapp
    .command('sync')
    .description('ask Meta which of these templates are approved, and put them into the program')
    .action(() => take(sync));
}

function choosing(command: Command): Command {
  return command
    .option('--journey <key>', 'of this journey; left out: of all that are on')
    .option('--all', 'of all journeys, on or off')
    .option('--campaign <id>', 'of this campaign')
    .addOption(
      new Option('--language <language...>', 'in these languages; left out: in all of a text').choices(
        locales,
      ),
    );
}

/** The templates that are wanted, as Meta takes them, each with what it is of. */
async function wantedTemplates(
  settings: Settings,
  wanted: Wanted,
): Promise<readonly { readonly of: string; readonly template: NewTemplate }[]> {
  return readingDatabase(settings, async (database) => {
    const program = await currentProgram(database);
    const writing = { program, now: Date.now(), site: settings.PUBLIC_URL };
    const forms = await formsWanted(database, wanted);
    return forms.flatMap((at) =>
      (wanted.language ?? locales).flatMap((locale) => {
        const template = templateIn(locale, at, writing);
        return template ? [{ of: at.home.key, template }] : [];
      }),
    );
  });
}

async function formsWanted(
  database: Database,
  { journey, campaign, all }: Wanted,
): Promise<readonly FormAt[]> {
  if (campaign !== undefined) {
    const found = await campaignById(database, campaign);
    if (!found) throw new SvoiError('campaign_not_found', `there is no campaign ${campaign}`);
    return formsOfCampaign(found.content.variants);
  }
  const journeys = journeysInForce(shipped, await keptJourneys(database));
  const chosen = journeys.filter(({ key, isOn }) => (journey === undefined ? isOn || all : key === journey));
  if (journey !== undefined && chosen.length === 0) {
    throw new SvoiError(
      'journey_not_found',
      `there is no journey "${journey}": see npm run svoi -- journey list`,
    );
  }
  return chosen.flatMap(({ definition }) => formsOfJourney(definition));
}

async function printTemplates(
  environment: Environment,
  wanted: Wanted,
  asJson: boolean,
  io: CommandIo,
): Promise<number> {
  const settings = parseSettings(environment);
  const found = await wantedTemplates(settings, wanted);
  if (asJson) {
    for (const line of JSON.stringify(
      found.map(({ template }) => template),
      null,
      2,
    ).split('\n'))
      io.out(line);
    return 0;
  }
  for (const { of, template } of found) {
    for (const line of linesOf(of, template)) io.out(line);
  }
  const names = new Set(found.map(({ template }) => template.name)).size;
  io.out(
    `${names} templates, ${found.length} with their languages; npm run svoi -- whatsapp submit hands them in`,
  );
  if (settings.PUBLIC_URL === undefined) io.out('without PUBLIC_URL there are none with links');
  return 0;
}

interface Component {
  readonly text?: string;
  readonly example?: { readonly body_text: readonly (readonly string[])[] };
  readonly buttons?: readonly { readonly text: string; readonly url?: string }[];
}

function linesOf(of: string, { name, category, language, components }: NewTemplate): string[] {
  const [body, buttons] = components as readonly Component[];
  const examples = body?.example?.body_text[0] ?? [];
  const shown =
    buttons?.buttons?.map(({ text, url }) => (url === undefined ? text : `${text} → ${url}`)) ?? [];
  return [
    `${name}  ${category}  ${language}  (${of})`,
    ...(body?.text ?? '').split('\n').map((line) => `    ${line}`),
    ...examples.map((example, index) => `    {{${index + 1}}}: ${example}`),
    ...(shown.length > 0 ? [`    [${shown.join('] [')}]`] : []),
    '',
  ];
}

async function submit(environment: Environment, wanted: Wanted, io: CommandIo): Promise<number> {
  const settings = parseSettings(environment);
  const account = await accountOf(settings);
  const found = await wantedTemplates(settings, wanted);
  const known = await asked(account.all());
  const isKnown = (one: NewTemplate) => known.some((other) => isSame(one, other));
  const missing = found.map(({ template }) => template).filter((template) => !isKnown(template));
  let exit = 0;
  for (const template of missing) {
    io.signal.throwIfAborted();
    try {
      io.out(`${template.name} ${template.language}: ${(await account.submit(template)).toLowerCase()}`);
    } catch (error) {
      if (!(error instanceof GraphFault)) throw error;
      exit = 1;
      io.error(`${template.name} ${template.language}: ${error.message}`);
    }
  }
  const had = found.length - missing.length;
  io.out(
    `${missing.length} handed in, ${had} were there; when Meta has looked at them: npm run svoi -- whatsapp sync`,
  );
  return exit;
}

function isSame(one: Pick<NewTemplate, 'name' | 'language'>, other: KnownTemplate): boolean {
  return one.name === other.name && one.language === other.language;
}

/** Only what was made of our texts: other templates are named by the messages themselves, or by their keys. */
async function sync(environment: Environment, io: CommandIo, also: Also): Promise<number> {
  const settings = parseSettings(environment);
  const account = await accountOf(settings);
  const ours = (await asked(account.all())).filter(({ name }) => name.startsWith('svoi_'));
  const approved = approvedIn(ours);
  for (const { name, language, status, reason } of ours) {
    if (status !== 'APPROVED')
      io.out(`${name} ${language}: ${[status, reason].filter(Boolean).join(', ').toLowerCase()}`);
  }
  const program = await readingDatabase(settings, currentProgram);
  const exit = await applyApproved({ ...program, whatsapp_approved: approved }, io, also);
  const count = Object.values(approved).flat().length;
  if (exit === 0) io.out(`${count} of ${ours.length} are approved, and in the program`);
  return exit;
}

function approvedIn(known: readonly KnownTemplate[]): Program['whatsapp_approved'] {
  const approved: Program['whatsapp_approved'] = {};
  for (const { name, language, status } of known.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const locale = locales.find((one) => one === language);
    if (status === 'APPROVED' && locale) approved[name] = [...(approved[name] ?? []), locale];
  }
  return approved;
}

/** By the same way as a file of rules, so that a running Svoi hears of it. */
async function applyApproved(program: Program, io: CommandIo, also: Also): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'svoi-program-'));
  try {
    const file = join(folder, 'program.yaml');
    await writeFile(file, writeProgramFile(program));
    return await also(['program', 'apply', file], { ...io, out: () => {} });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function accountOf(settings: Settings): Promise<TemplateAccount> {
  const { WHATSAPP_TOKEN: token, WHATSAPP_PHONE_NUMBER_ID: phoneNumberId } = settings;
  if (settings.WHATSAPP_MODE !== 'cloud' || !token || !phoneNumberId) {
    throw new SvoiError('no_channel', 'only the Cloud API has templates: set WHATSAPP_MODE=cloud');
  }
  const { WHATSAPP_API_ROOT: apiRoot, WHATSAPP_BUSINESS_ACCOUNT_ID: accountId } = settings;
  return asked(openAccount({ token, phoneNumberId, apiRoot, accountId }));
}

/** What Meta says no to, with what to do about it. */
async function asked<Value>(call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof GraphFault)) throw error;
    throw new SvoiError('whatsapp_refused', advised(error));
  }
}
