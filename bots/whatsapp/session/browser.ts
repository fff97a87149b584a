import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type WhatsAppWeb from 'whatsapp-web.js';
import { SvoiError } from '../../../core/errors.ts';

/** The package with everything in it. */
export type WhatsAppWebPackage = typeof WhatsAppWeb;

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium is: `given`, else the usual places. Throws `chromium_missing` with what to do. */
export function findChromium(given: string | undefined): string {
  const found = given === undefined ? places.find((path) => existsSync(path)) : given;
  if (found !== undefined && existsSync(found)) return found;
  const where = given === undefined ? 'in none of the usual places' : `not at ${given}`;
  throw new SvoiError(
    'chromium_missing',
    `Chromium is ${where}: install it (apt install chromium), or put its path into CHROMIUM_PATH`,
  );
}

const missing = 'npm ci, without --omit=optional, brings it';

/** Throws `whatsapp_missing` unless the package is there; loads nothing. */
export function findPackage(): void {
  try {
    createRequire(import.meta.url).resolve('whatsapp-web.js');
  } catch (cause) {
    throw new SvoiError('whatsapp_missing', `whatsapp-web.js is not installed: ${missing}`, { cause });
  }
}

/** The package, loaded only where it is used: it is big, and it is optional. Throws `whatsapp_missing`. */
export async function loadPackage(): Promise<WhatsAppWebPackage> {
  try {
    return (await import('whatsapp-web.js')).default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SvoiError('whatsapp_missing', `whatsapp-web.js cannot be loaded (${reason}): ${missing}`, {
      cause,
    });
  }
}

/** How Chromium is started for one page that nobody looks at. */
export const chromiumFlags: readonly string[] = [
  // In a container shared memory is 64 MB, which the page outgrows.
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-extensions',
  '--disable-component-update',
  '--disable-sync',
  '--mute-audio',
  '--no-first-run',
  '--no-default-browser-check',
];

/** Chromium refuses to run as root, as it mostly does in a container, unless its sandbox is off. */
export function sandboxFlags(): readonly string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}
