import { type Command, Option } from 'commander';
import type { CommandIo } from './api/control.ts';
import { parsePhone } from './core/customers/phone.ts';
import { SvoiError } from './core/errors.ts';
import { inviteStaff, removeStaff } from './core/staff/invite.ts';
import { type Role, roles } from './core/staff/rights.ts';
import type { Staff } from './core/staff/types.ts';
import { listStaff } from './db/staff.ts';
import type { Svoi } from './svoi.ts';

type TakeShared = (run: (svoi: Svoi, io: CommandIo) => Promise<number>) => void;

interface AddOptions {
  readonly role: Role;
  readonly store: readonly string[];
}

/** The commands about the people behind the counter; `takeLinked` for what prints links into chats. */
export function addStaffCommands(staff: Command, take: TakeShared, takeLinked: TakeShared): void {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  staff
    .command('add')
    .description('invite somebody, or change the role and stores of one who is in; prints a one-time link')
    .argument('<phone>')
    .addOption(
      new Option('--role <role>', 'what the person may do')
        .choices([...roles].reverse())
        .makeOptionMandatory(),
    )
    .option('--store <name>', 'a store the person works in (may be repeated); default: all', collect, [])
    .action((phone: string, options: AddOptions) => takeLinked((svoi, io) => add(svoi, phone, options, io)));
  staff
    .command('list')
    .description('everybody on the staff')
    .action(() => take(list));
  staff
    .command('remove')
    .description('take somebody off the staff at once')
    .argument('<phone>')
    .action((phone: string) => take((svoi, io) => remove(svoi, phone, io)));
}

function readPhone(svoi: Svoi, text: string): string {
  const phone = parsePhone(text, svoi.program().country);
  if (phone) return phone;
  throw new SvoiError('not_a_phone', `"${text}" is not a phone number: write it like +380671234567`);
}

async function add(svoi: Svoi, text: string, { role, store }: AddOptions, io: CommandIo): Promise<number> {
  const phone = readPhone(svoi, text);
  const invited = await svoi.submit(inviteStaff({ phone, role, stores: store }));
  if (!invited.ok) throw new SvoiError(invited.refusal.code, invited.refusal.detail);
  const { token } = invited.result;
  if (token === undefined) {
    io.out(`${phone} is now ${role}${where(store)}`);
    return 0;
  }
  io.out(`${phone} is invited as ${role}${where(store)}; good for 48 hours, once, for this number only:`);
  const link = svoi.chatLink(`s_${token}`);
  if (link) io.out(link);
  io.out(`/staff ${token}  (to be sent in any chat of ours)`);
  return 0;
}

function where(stores: readonly string[]): string {
  return stores.length === 0 ? '' : ` in ${stores.join(', ')}`;
}

async function list(svoi: Svoi, io: CommandIo): Promise<number> {
  const everybody = await listStaff(svoi.database);
  if (everybody.length === 0) {
    io.out('nobody yet: invite somebody with npm run svoi -- staff add PHONE --role owner');
  }
  for (const one of everybody) io.out(lineOf(one, svoi.clock.now()));
  return 0;
}

function lineOf({ phone, role, name, stores, customerId, inviteExpiresAt }: Staff, now: number): string {
  const waiting = (inviteExpiresAt ?? 0) > now ? 'invited' : 'invitation is too old: add again';
  const state = customerId === null ? waiting : (name ?? 'joined');
  return [phone, role.padEnd(7), state, ...(stores.length > 0 ? [stores.join(', ')] : [])].join('  ');
}

async function remove(svoi: Svoi, text: string, io: CommandIo): Promise<number> {
  const phone = readPhone(svoi, text);
  const removed = await svoi.submit(removeStaff(phone));
  if (!removed.ok) throw new SvoiError(removed.refusal.code, removed.refusal.detail);
  io.out(`${phone} is no longer ${removed.result.role}`);
  return 0;
}
