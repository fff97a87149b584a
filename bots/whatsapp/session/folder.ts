import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { SvoiError } from '../../../core/errors.ts';
import type { Clock } from '../../../core/ports.ts';

/** Which number is linked, and since when, epoch milliseconds. */
export interface Linked {
  readonly phone: string | undefined;
  readonly at: number;
}

/** Where the session is kept: the browser's profile, whose it is now, and which number it is linked to. */
export interface SessionFolder {
  readonly path: string;
  /** What is known without a browser; undefined while nothing is linked. */
  linked(): Linked | undefined;
  /** Notes that a number is linked; the moment stays that of its first time, also after it was forgotten. */
  remember(phone: string | undefined): Linked;
  /** Removes the session: the number has to be linked anew. Only when no browser runs on it. */
  forget(): Promise<void>;
  /** Takes the folder for this process. Throws `whatsapp_in_use` while another one has it. */
  hold(): void;
  /** Says that this process still has it; to be called every `beatMs`. */
  beat(): void;
  release(): void;
}

/** How often a holder says that it lives. */
export const beatMs = 10_000;
/** A holder that was not heard of for so long is gone: killed, with its container or its machine. */
const silentMs = 3 * beatMs;

const ownerSchema = z.object({ host: z.string(), pid: z.int(), life: z.string(), at: z.int() });
const linkedSchema = z.object({
  phone: z.string().optional(),
  at: z.int(),
  ended: z.literal(true).optional(),
});

/** Tells this process from an earlier one of the same number: in a container it is often the same. */
const life = randomUUID();

/** The folder at `path`, made when it is first taken. Only its owner may read it: what is in there is the shop's WhatsApp. */
export function openSessionFolder(path: string, clock: Clock): SessionFolder {
  const ownerFile = join(path, 'owner.json');
  const linkedFile = join(path, 'linked.json');
  const profile = join(path, 'session');
  const known = () => readJson(linkedFile, linkedSchema);
  const write = (now: z.output<typeof linkedSchema>) =>
    writeFileSync(linkedFile, JSON.stringify(now), { mode: 0o600 });
  const beat = () => {
    const owner = { host: hostname(), pid: process.pid, life, at: clock.now() };
    writeFileSync(ownerFile, JSON.stringify(owner), { mode: 0o600 });
  };
  return {
    ...{ path, beat },
    linked() {
      const last = known();
      return last && !last.ended ? { phone: last.phone, at: last.at } : undefined;
    },
    remember(given) {
      const last = known();
      const same = last && (given === undefined || given === last.phone);
      const { phone, at } = same ? last : { phone: given, at: clock.now() };
      if (!same || last.ended) write({ phone, at });
      return { phone, at };
    },
    async forget() {
      const last = known();
      if (last) write({ ...last, ended: true });
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
    hold() {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const other = readJson(ownerFile, ownerSchema);
      if (other && isAlive(other, clock.now())) {
        throw new SvoiError(
          'whatsapp_in_use',
          `${path} is in use by process ${other.pid} on ${other.host}: stop it, or set another WHATSAPP_SESSION_DIR`,
        );
      }
      beat();
      removeForeignLock(profile);
    },
    release: () => rmSync(ownerFile, { force: true }),
  };
}

function isAlive(owner: z.output<typeof ownerSchema>, now: number): boolean {
  if (now - owner.at >= silentMs) return false;
  if (owner.host !== hostname()) return true;
  return owner.pid === process.pid ? owner.life === life : isRunning(owner.pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process exists as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Chromium refuses a profile that was last used on a machine of another name, which a container is after each rebuild
 * (github.com/wwebjs/whatsapp-web.js/issues/13219). We hold the folder, so whoever wrote that lock is gone.
 */
function removeForeignLock(profile: string): void {
  let owner: string;
  try {
    owner = readlinkSync(join(profile, 'SingletonLock'));
  } catch {
    return;
  }
  if (owner.replace(/-\d+$/, '') === hostname()) return;
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie']) {
    rmSync(join(profile, name), { force: true });
  }
}

function readJson<Shape extends z.ZodType>(path: string, shape: Shape): z.output<Shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
