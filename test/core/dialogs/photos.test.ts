import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FetchOutcome } from '../../../bots/channel.ts';
import { png } from '../../../core/messaging/images.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow } from '../../../db/database.ts';
import { findPicture } from '../../../db/pictures.ts';
import { runErrands } from '../../../errands.ts';
import { forgetTask } from '../../../forget_nightly.ts';
import { type Heard, plain, type TestChat } from '../../support/chat.ts';
import { jpeg } from '../../support/images.ts';
import { patient } from '../../support/patient.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let maria: TestChat;
/** What the messenger hands out, by the name of the photo, and what it was asked for. */
let photos: Map<string, FetchOutcome>;
let asked: string[];

beforeEach(async () => {
  t = await testSvoi();
  t.svoi.useSite(() => ({ url: 'https://shop.example', isPublic: true }));
  photos = new Map([['red', { status: 'fetched', bytes: jpeg.bytes }]]);
  asked = [];
  t.svoi.useChannels([
    {
      ...{ name: 'telegram', abilities: { receipts: 'accepted' } },
      async fetchPicture(ref) {
        asked.push(ref);
        return photos.get(ref) ?? { status: 'refused', detail: 'gone' };
      },
    },
  ]);
  maria = await aColleague(t.svoi, '+380671230002', 'Maria', 'manager');
});
afterEach(() => t.close());

const send = (chat: TestChat, ref: string, text = '') =>
  chat.send({ kind: 'attachment', text, picture: { ref, bytes: 700 } });
const sendFile = (chat: TestChat, text = '') => chat.send({ kind: 'attachment', text });

/** What comes once everything that takes its time is done. */
async function later(chat: TestChat): Promise<Heard[]> {
  await runErrands(t.svoi);
  return chat.hear();
}

async function askedForPicture(): Promise<void> {
  for (const said of ['/page', '1', 'Tulips', 'Fresh ones', 'Want']) await maria.say(said);
  await maria.tap('Picture');
}

const texts = (heard: readonly Heard[]) => heard.map(({ text }) => text);
const pictureOf = (heard: readonly Heard[]) => heard.at(-1)?.reply.picture;
const pictures = async () =>
  Number((await readRow(t.svoi.database, 'select count(*) as n from pictures'))?.n);

describe('a photo where a picture is asked for', () => {
  test('becomes the picture of a page, which is shown with it', async () => {
    await askedForPicture();
    expect(texts(await send(maria, 'red'))).toEqual(['One moment, fetching the photo…']);
    const shown = await later(maria);
    expect(shown[0]?.text).toContain('Done, changed.');
    const picture = pictureOf(shown);
    expect(picture).toMatchObject({ kind: 'photo' });
    const kept = picture?.kind === 'photo' ? await findPicture(t.svoi.database, picture.id) : undefined;
    expect(kept).toEqual(jpeg);
  });

  test('becomes the picture of a campaign, and its preview shows it', async () => {
    const patiently = patient(maria, t.svoi);
    await patiently.say('/segment registered<1d');
    await patiently.tap('Write to them');
    await patiently.say('Boots are here.');
    await patiently.tap('Now');
    await patiently.tap('More…');
    expect(texts(await patiently.tap('Picture'))[0]).toContain('Send a photo');
    const preview = await patiently.send({ kind: 'attachment', text: '', picture: { ref: 'red' } });
    expect(texts(preview)[0]).toBe('One moment, fetching the photo…');
    expect(preview.at(-1)?.text).toContain('Boots are here.');
    expect(pictureOf(preview)).toMatchObject({ kind: 'photo' });
  });

  test.each([
    { what: 'a file that is no picture', came: () => sendFile(maria), says: 'This is not a photo.' },
    {
      what: 'a photo that says of itself that it is too large',
      came: () =>
        maria.send({ kind: 'attachment', text: '', picture: { ref: 'red', bytes: 1024 * 1024 + 1 } }),
      says: 'This is too large: up to 1 MB will do.',
    },
    {
      what: 'a photo that turns out to be too large',
      outcome: { status: 'too_large' } as const,
      says: 'This is too large: up to 1 MB will do.',
    },
    {
      what: 'something that only calls itself a picture',
      outcome: { status: 'fetched', bytes: new TextEncoder().encode('%PDF-1.7') } as const,
      says: 'This is not a photo.',
    },
    {
      what: 'a strip that messengers do not show',
      outcome: { status: 'fetched', bytes: strip() } as const,
      says: 'This photo will not do',
    },
    {
      what: 'a photo the messenger has no more',
      outcome: { status: 'refused', detail: 'too old' } as const,
      says: 'We could not fetch the photo. Please send it once more.',
    },
  ])('$what is asked for once more, and the next photo is taken', async ({ came, outcome, says }) => {
    await askedForPicture();
    if (outcome) photos.set('wrong', outcome);
    const heard = came ? await came() : [...(await send(maria, 'wrong')), ...(await later(maria))];
    expect(plain(heard.at(-1)?.text ?? '')).toContain(says);
    expect(heard.at(-1)?.buttons[0]).toBe('No picture');
    expect(await pictures()).toBe(0);
    await send(maria, 'red');
    expect(pictureOf(await later(maria))).toMatchObject({ kind: 'photo' });
  });

  test('a messenger that fails is asked again a little later, then the photo is asked for again', async () => {
    await askedForPicture();
    photos.set('slow', { status: 'failed', detail: 'timeout' });
    await send(maria, 'slow');
    await expect(runErrands(t.svoi)).rejects.toThrow('a photo did not come: timeout');
    expect(await maria.hear()).toEqual([]);
    t.clock.advance(10_000);
    expect(texts(await later(maria))).toEqual(['We could not fetch the photo. Please send it once more.']);
    expect(asked).toEqual(['slow', 'slow']);
  });

  test('of several sent together the last one counts, and one answer comes', async () => {
    await askedForPicture();
    photos.set('other', { status: 'fetched', bytes: png(strip(8)).bytes });
    await send(maria, 'red');
    expect(await send(maria, 'other')).toEqual([]);
    const shown = await later(maria);
    expect(shown).toHaveLength(1);
    const picture = pictureOf(shown);
    const kept = picture?.kind === 'photo' ? await findPicture(t.svoi.database, picture.id) : undefined;
    expect(kept?.type).toBe('image/png');
  });

  test('who went elsewhere meanwhile hears no more of it', async () => {
    await askedForPicture();
    await send(maria, 'red');
    await maria.say('menu');
    expect(await later(maria)).toEqual([]);
    expect((await maria.say('/page'))[0]?.reply.picture).toBeUndefined();
  });

  test('the same delivery again fetches nothing again', async () => {
    await askedForPicture();
    await send(maria, 'red');
    await maria.sendAgain();
    await later(maria);
    await maria.sendAgain();
    expect(await later(maria)).toEqual([]);
    expect(asked).toEqual(['red']);
  });
});

describe('a photo where none is asked for', () => {
  test('is never fetched, and whoever sent it hears a kind word; the second time a person is offered', async () => {
    const anna = await aMember(t.svoi, '+380671230003', 'Anna');
    const [heard] = await send(anna, 'red');
    expect(heard?.text).toContain('So far we only understand words.');
    expect(heard?.buttons.join()).toContain('person');
    expect(texts(await sendFile(anna))[0]).toContain('Shall I pass your question on to a person?');
    expect(await later(anna)).toEqual([]);
    expect([asked, await pictures()]).toEqual([[], 0]);
  });

  test('the staff hear no less', async () => {
    expect(texts(await send(maria, 'red'))[0]).toContain('So far we only understand words.');
    expect(asked).toEqual([]);
  });

  test('words under it count as words', async () => {
    const anna = await aMember(t.svoi, '+380671230003', 'Anna');
    expect(texts(await send(anna, 'red', 'menu'))[0]).toContain('You have');
  });

  /** Anna, with an open talk that nobody has taken. */
  async function inTalk(): Promise<TestChat> {
    const anna = await aMember(t.svoi, '+380671230003', 'Anna');
    await anna.say('/human');
    await maria.hear();
    return anna;
  }

  test('in a talk it is shown to whoever has taken it, and the customer hears that it was passed on', async () => {
    const anna = await inTalk();
    await maria.tap('Take');
    await anna.hear();
    const [answer] = await send(anna, 'red', 'a torn sleeve');
    expect(answer?.text).toContain('Your photo has been passed on.');
    const heard = await later(maria);
    expect(texts(heard)).toEqual(['Anna: 📷 a torn sleeve', 'A photo: Anna']);
    const shown = pictureOf(heard);
    expect(shown?.kind === 'photo' ? await findPicture(t.svoi.database, shown.id) : undefined).toEqual(jpeg);
  });

  test('sent before anybody took the talk it is kept, and shown to who takes it', async () => {
    const anna = await inTalk();
    await send(anna, 'red');
    expect(texts(await later(maria))).toEqual(['Anna: 📷\nWhoever takes the talk will see the photo.']);
    // The rest of an album is in the talk, and nobody hears of each of its pictures.
    expect([await send(anna, 'red'), await later(maria)]).toEqual([[], []]);
    await maria.tap('Take');
    expect(texts(await later(maria)).filter((text) => text === 'A photo: Anna')).toHaveLength(2);
  });

  test('nobody else of the staff sees it, but a colleague whom the talk is given to', async () => {
    const oleh = await aColleague(t.svoi, '+380671230009', 'Oleh', 'cashier');
    const anna = await inTalk();
    await maria.tap('Take');
    await send(anna, 'red');
    await later(maria);
    expect(texts(await oleh.hear()).join()).not.toContain('A photo');
    await maria.tap('Hand over');
    await maria.tap('Oleh');
    const photo = (await later(oleh)).at(-1);
    expect([photo?.text, photo?.reply.picture?.kind]).toEqual(['A photo: Anna', 'photo']);
  });

  test('that its channel does not hand out is asked for again', async () => {
    const anna = await inTalk();
    await maria.tap('Take');
    await send(anna, 'blue');
    expect(texts(await later(maria)).at(-1)).toContain('Anna: the photo could not be shown.');
    expect(await pictures()).toBe(0);
  });

  test('a file that is none is only told of', async () => {
    const anna = await inTalk();
    const [answer] = await sendFile(anna, 'the receipt');
    expect(answer?.text).toContain('The team knows that you sent a file');
    expect(texts(await maria.hear())[0]).toContain('Anna: 📎 the receipt\nThe file itself is not shown here');
  });

  test('of a talk goes after a month, and at once with who is erased; a picture of a page stays', async () => {
    await askedForPicture();
    await send(maria, 'red');
    await later(maria);
    const anna = await inTalk();
    await send(anna, 'red');
    await later(maria);
    expect(await pictures()).toBe(2);
    t.clock.advance(31 * DAY_MS);
    await forgetTask.run(t.svoi, '2026-11-22');
    expect(await pictures()).toBe(1);
    const boris = await aMember(t.svoi, '+380671230004', 'Boris');
    await boris.say('/human');
    await send(boris, 'red');
    await later(boris);
    // One that is still to be fetched finds nobody any more.
    await send(boris, 'red');
    expect(await pictures()).toBe(2);
    for (const data of ['erase', 'erase:next', 'erase:yes']) await boris.press(data);
    await later(maria);
    expect(await pictures()).toBe(1);
  });

  test('of an answer with a photo only the words go to the customer, and who wrote it knows', async () => {
    const anna = await aMember(t.svoi, '+380671230003', 'Anna');
    await anna.say('/human');
    await maria.hear();
    await maria.tap('Answer');
    expect(texts(await send(maria, 'red'))[0]).toContain('Only text can be passed on to Anna.');
    await anna.hear();
    expect(texts(await send(maria, 'red', 'like this one'))[0]).toContain('Only the words were sent');
    expect(texts(await anna.hear())[0]).toBe('Maria: like this one');
  });
});

/** The head of a PNG of 1 by `height` pixels, and its end: as much as is looked at. */
function strip(height = 4000): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(45);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x89504e47);
  view.setUint32(4, 0x0d0a1a0a);
  view.setUint32(12, 0x49484452);
  view.setUint32(16, 1);
  view.setUint32(20, height);
  view.setUint32(37, 0x49454e44);
  return bytes;
}
