import { z } from 'zod';
import { SvoiError } from './core/errors.ts';

const portHint = { error: 'a port number like 3000' };
const optional = z.string().min(1).optional();
const url = (hint: string) => z.url({ error: hint });

const schema = z.object({
  PORT: z.coerce.number(portHint).int(portHint).min(0, portHint).max(65_535, portHint).default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url('the address of this server as others see it, like https://loyalty.example.com').optional(),
  DATABASE_URL: z
    .string()
    .regex(
      /^(file:.+|https?:\/\/.+|libsql:\/\/.+|wss?:\/\/.+)$/,
      'file:./data/svoi.db, or http(s):// or libsql:// of a libSQL server',
    )
    .default('file:./data/svoi.db'),
  DATABASE_AUTH_TOKEN: optional,
  SVOI_MODE: z.enum(['playground', 'live'], { error: 'playground or live' }).optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'trace, debug, info, warn, error or silent',
    })
    .default('info'),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]{30,}$/, 'the token @BotFather gave, like 123456789:AA…')
    .optional(),
  TELEGRAM_API_ROOT: url('an address like https://api.telegram.org').default('https://api.telegram.org'),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{1,256}$/, '1 to 256 of A-Z a-z 0-9 _ -')
    .optional(),
});

type Parsed = z.output<typeof schema>;

/** Everything that can be set from outside, checked, with defaults filled in. */
export interface Settings extends Omit<Parsed, 'SVOI_MODE'> {
  readonly SVOI_MODE: 'playground' | 'live';
}

/**
 * Reads the settings; empty values count as unset. The first wrong one throws `invalid_setting` with a line that
 * names it and says what to put there. The playground runs only where no channel is configured.
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SvoiError('invalid_setting', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const settings = parsed.data;
  const hasChannel = settings.TELEGRAM_BOT_TOKEN !== undefined;
  if (hasChannel && settings.SVOI_MODE === 'playground') {
    throw new SvoiError(
      'invalid_setting',
      'SVOI_MODE: the playground never runs with a real channel; unset it or TELEGRAM_BOT_TOKEN',
    );
  }
  if (hasChannel && settings.PUBLIC_URL && !settings.TELEGRAM_WEBHOOK_SECRET) {
    throw new SvoiError(
      'invalid_setting',
      'TELEGRAM_WEBHOOK_SECRET: needed with PUBLIC_URL; put 32 random letters and digits there',
    );
  }
  return { ...settings, SVOI_MODE: settings.SVOI_MODE ?? (hasChannel ? 'live' : 'playground') };
}
