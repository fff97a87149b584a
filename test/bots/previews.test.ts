import { expect, test } from 'vitest';
import { usualShapes } from '../../bots/previews.ts';
import { webAbilities } from '../../bots/web/channel.ts';
import { simulatedAbilities } from '../../bots/web/playground/messenger.ts';
import { previewWords } from '../../core/messaging/previews.ts';
import { usualDepth } from '../../core/messaging/states.ts';
import type { Reply } from '../../core/messaging/types.ts';
import { createTranslator } from '../../locales/translator.ts';
import { createPreviews } from '../../previews.ts';
import { plain } from '../support/chat.ts';
import { testSvoi } from '../support/svoi.ts';

test('a preview goes by what the channels can do', () => {
  const { telegram, viber, sms } = simulatedAbilities;
  for (const [name, abilities] of Object.entries({ telegram, viber, sms, web: webAbilities })) {
    const { buttons, pictures, textLimit, receipts } = abilities;
    expect(usualShapes[name as 'telegram'], name).toMatchObject({ buttons, pictures, textLimit });
    expect(usualDepth[name as 'telegram'], name).toBe(receipts);
  }
});

test('a preview in words says how long it is, what it costs and what to mind', () => {
  const translator = createTranslator();
  const words = previewWords({
    ...{ channel: 'sms', text: '', buttons: [], length: 300, limit: 402, priceMicros: 4_925_000 },
    sms: { encoding: 'ucs2', segments: 5 },
    warnings: ['many_sms'],
  });
  const say = (locale: 'uk' | 'en') =>
    words.map((one) => plain(translator.say(locale, one, { zone: 'Europe/Kyiv', currency: 'UAH' })));
  expect(say('uk')).toEqual([
    'SMS: довжина 300, усього 5 SMS',
    'Ціна: 4,925 ₴',
    'Це дорого: спробуйте коротше.',
  ]);
  expect(say('en')).toEqual([
    'SMS: 300 characters, 5 SMS',
    'Price: ₴4.925',
    'This is expensive: try to make it shorter.',
  ]);
});

test('a WhatsApp of a session wants no templates; that of the Cloud API says as which one a message goes', async () => {
  const shop = await testSvoi();
  const { svoi } = shop;
  const preview = createPreviews(svoi);
  const approved = { name: 'sale', language: 'en', values: [], buttons: [] };
  const reply = { paragraphs: [{ key: 'help.commands' }] } as const;
  const look = (said: Reply) =>
    preview(said, { locale: 'en', category: 'marketing' }, ['whatsapp']).map(({ warnings, template }) => ({
      ...{ template, isMissing: warnings.includes('needs_template') },
    }));
  svoi.useChannels([{ name: 'whatsapp', abilities: { receipts: 'read', templates: true } }]);
  expect(look({ ...reply, approved })).toEqual([{ template: 'sale', isMissing: false }]);
  expect(look(reply)).toEqual([{ template: undefined, isMissing: true }]);
  svoi.useChannels([{ name: 'whatsapp', abilities: { receipts: 'read' } }]);
  expect(look(reply)).toEqual([{ template: undefined, isMissing: false }]);
  shop.close();
});
