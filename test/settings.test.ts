import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';

const token = '123456789:AA-thirty-five-letters-and-digits-00';
const secret = 'a1b2c3d4';

test('nothing set is a playground on a file', () => {
  expect(parseSettings({})).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    DATABASE_URL: 'file:./data/svoi.db',
    SVOI_MODE: 'playground',
  });
});

test('an empty value counts as unset, so .env.example can be taken as it is', () => {
  expect(parseSettings({ PORT: '', TELEGRAM_BOT_TOKEN: '  ' })).toEqual(parseSettings({}));
});

test('a bot makes it live', () => {
  expect(parseSettings({ TELEGRAM_BOT_TOKEN: token }).SVOI_MODE).toBe('live');
});

test.each([
  [{ PORT: 'http' }, 'PORT: a port number'],
  [{ PORT: '70000' }, 'PORT: a port number'],
  [{ PORT: '80.5' }, 'PORT: a port number'],
  [{ PUBLIC_URL: 'loyalty' }, 'PUBLIC_URL: the address of this server'],
  [{ DATABASE_URL: 'postgres://here' }, 'DATABASE_URL: file:./data/svoi.db'],
  [{ SVOI_MODE: 'demo' }, 'SVOI_MODE: playground or live'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: trace, debug'],
  [{ TELEGRAM_BOT_TOKEN: 'abc' }, 'TELEGRAM_BOT_TOKEN: the token @BotFather gave'],
  [{ TELEGRAM_API_ROOT: 'here' }, 'TELEGRAM_API_ROOT: an address'],
  [{ TELEGRAM_WEBHOOK_SECRET: 'two words' }, 'TELEGRAM_WEBHOOK_SECRET: 1 to 256'],
  [{ TELEGRAM_BOT_TOKEN: token, SVOI_MODE: 'playground' }, 'SVOI_MODE: the playground never runs'],
  [{ TELEGRAM_BOT_TOKEN: token, PUBLIC_URL: 'https://shop.example' }, 'TELEGRAM_WEBHOOK_SECRET: needed'],
  [{ VIBER_AUTH_TOKEN: 'a' }, 'VIBER_SENDER_NAME: needed'],
  [{ VIBER_AUTH_TOKEN: 'a', VIBER_SENDER_NAME: 'n'.repeat(29) }, 'VIBER_SENDER_NAME: the name people see'],
  [{ VIBER_AUTH_TOKEN: 'a', VIBER_SENDER_NAME: 'Shop' }, 'PUBLIC_URL: needed for Viber'],
  [{ WHATSAPP_MODE: 'web' }, 'WHATSAPP_MODE: session or cloud'],
  [{ WHATSAPP_MODE: 'session', WHATSAPP_PAIR_PHONE: 'mine' }, 'WHATSAPP_PAIR_PHONE: the number'],
  [{ WHATSAPP_MODE: 'cloud' }, 'WHATSAPP_TOKEN: needed with WHATSAPP_MODE=cloud'],
  [{ WHATSAPP_MODE: 'cloud', WHATSAPP_TOKEN: 'a' }, 'WHATSAPP_PHONE_NUMBER_ID: needed'],
  [{ SMS_PROVIDER: 'pigeon' }, 'SMS_PROVIDER: smpp, turbosms, smsc or twilio'],
  [{ SMS_PROVIDER: 'smpp' }, 'SMPP_URL: needed'],
  [{ SMS_PROVIDER: 'smpp', SMPP_URL: 'host:2775' }, 'SMPP_URL: smpp://user:password@host:port'],
  [{ SMS_PROVIDER: 'turbosms' }, 'SMS_SENDER: needed'],
  [{ SMS_PROVIDER: 'turbosms', SMS_SENDER: 'Shop' }, 'SMS_TOKEN: needed'],
  [{ SMS_PROVIDER: 'smsc', SMS_SENDER: 'Shop' }, 'SMS_LOGIN: needed'],
  [{ SMS_PROVIDER: 'twilio', SMS_SENDER: 'Shop' }, 'SMS_LOGIN: needed'],
  [{ SMS_PROVIDER: 'smpp', SVOI_MODE: 'playground' }, 'unset it or SMS_PROVIDER'],
  [
    { TELEGRAM_BOT_TOKEN: token, PUBLIC_URL: 'shop', TELEGRAM_WEBHOOK_SECRET: secret },
    'PUBLIC_URL: the address of this server',
  ],
])('%j is refused in one line that names it and says what to put there', (given, line) => {
  expect(() => parseSettings(given)).toThrow(line);
});
