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
  PLAYGROUND_HISTORY: z.enum(['year', 'none'], { error: 'year or none' }).default('year'),
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
  VIBER_AUTH_TOKEN: optional,
  VIBER_SENDER_NAME: z.string().max(28, 'the name people see, at most 28 characters').optional(),
  VIBER_API_ROOT: url('an address like https://chatapi.viber.com').default('https://chatapi.viber.com'),
  WHATSAPP_MODE: z.enum(['session', 'cloud'], { error: 'session or cloud' }).optional(),
  WHATSAPP_SESSION_DIR: z.string().default('./data/whatsapp'),
  CHROMIUM_PATH: optional,
  WHATSAPP_PAIR_PHONE: z
    .string()
    .regex(/^\+?\d{8,15}$/, 'the number of the shop’s WhatsApp, like +380671234567')
    .optional(),
  WHATSAPP_TOKEN: optional,
  WHATSAPP_PHONE_NUMBER_ID: z.string().regex(/^\d+$/, 'the id of the number, digits only').optional(),
  WHATSAPP_APP_SECRET: optional,
  WHATSAPP_VERIFY_TOKEN: optional,
  WHATSAPP_BUSINESS_ACCOUNT_ID: z.string().regex(/^\d+$/, 'the id of the account, digits only').optional(),
  WHATSAPP_API_ROOT: url('an address like https://graph.facebook.com').default('https://graph.facebook.com'),
  SMS_PROVIDER: z
    .enum(['smpp', 'turbosms', 'smsc', 'twilio'], { error: 'smpp, turbosms, smsc or twilio' })
    .optional(),
  SMS_SENDER: z.string().max(20, 'the name or number people see as the sender').optional(),
  SMPP_URL: z
    .string()
    .regex(/^(smpp|ssmpp):\/\/[^:@/]+:[^@/]*@[^:/]+(:\d+)?\/?$/, 'smpp://user:password@host:port')
    .optional(),
  SMS_API_ROOT: url('an address like https://api.turbosms.ua').optional(),
  SMS_TOKEN: optional,
  SMS_LOGIN: optional,
  SMS_PASSWORD: optional,
});

/** What else a setting asks for, and what to put there. */
const together: readonly (readonly [when: (set: Parsed) => boolean, needs: keyof Parsed, hint: string])[] = [
  [
    (set) => Boolean(set.TELEGRAM_BOT_TOKEN && set.PUBLIC_URL),
    'TELEGRAM_WEBHOOK_SECRET',
    'needed with PUBLIC_URL; put 32 random letters and digits there',
  ],
  [
    (set) => Boolean(set.VIBER_AUTH_TOKEN),
    'VIBER_SENDER_NAME',
    'needed with VIBER_AUTH_TOKEN: the name people see, at most 28 characters',
  ],
  [
    (set) => Boolean(set.VIBER_AUTH_TOKEN),
    'PUBLIC_URL',
    'needed for Viber, which calls us: the address of this server as others see it',
  ],
  ...(
    [
      ['WHATSAPP_TOKEN', 'the access token of the app'],
      ['WHATSAPP_PHONE_NUMBER_ID', 'the id of the number messages go out from'],
      ['WHATSAPP_APP_SECRET', 'the secret of the app, which signs what comes in'],
      ['WHATSAPP_VERIFY_TOKEN', 'any words of yours; type the same where the webhook is registered'],
    ] as const
  ).map(
    ([name, hint]) =>
      [
        (set: Parsed) => set.WHATSAPP_MODE === 'cloud',
        name,
        `needed with WHATSAPP_MODE=cloud: ${hint}`,
      ] as const,
  ),
  [
    (set) => set.SMS_PROVIDER === 'smpp',
    'SMPP_URL',
    'needed with SMS_PROVIDER=smpp: smpp://user:password@host:port',
  ],
  [
    (set) => set.SMS_PROVIDER !== undefined,
    'SMS_SENDER',
    'needed with SMS_PROVIDER: who people see it is from',
  ],
  [
    (set) => set.SMS_PROVIDER === 'turbosms',
    'SMS_TOKEN',
    'needed with SMS_PROVIDER=turbosms: the token of its API',
  ],
  [(set) => set.SMS_PROVIDER === 'smsc', 'SMS_LOGIN', 'needed with SMS_PROVIDER=smsc: the login there'],
  [(set) => set.SMS_PROVIDER === 'smsc', 'SMS_PASSWORD', 'needed with SMS_PROVIDER=smsc: the password there'],
  [(set) => set.SMS_PROVIDER === 'twilio', 'SMS_LOGIN', 'needed with SMS_PROVIDER=twilio: the Account SID'],
  [(set) => set.SMS_PROVIDER === 'twilio', 'SMS_TOKEN', 'needed with SMS_PROVIDER=twilio: the auth token'],
];

type Parsed = z.output<typeof schema>;

/** Each of these settings makes a channel a real one. */
const opensChannel = ['TELEGRAM_BOT_TOKEN', 'VIBER_AUTH_TOKEN', 'WHATSAPP_MODE', 'SMS_PROVIDER'] as const;

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
  const channel = opensChannel.find((name) => settings[name] !== undefined);
  if (channel && settings.SVOI_MODE === 'playground') {
    throw new SvoiError(
      'invalid_setting',
      `SVOI_MODE: the playground never runs with a real channel; unset it or ${channel}`,
    );
  }
  const missing = together.find(([when, needs]) => when(settings) && settings[needs] === undefined);
  if (missing) throw new SvoiError('invalid_setting', `${missing[1]}: ${missing[2]}`);
  return { ...settings, SVOI_MODE: settings.SVOI_MODE ?? (channel ? 'live' : 'playground') };
}
