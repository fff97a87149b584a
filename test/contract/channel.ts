import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, OutgoingMessage, ShownButton } from '../../bots/channel.ts';
import { cardPicture } from '../../bots/pictures.ts';
import { createRenderer } from '../../bots/render.ts';
import type { IncomingEvent, Said } from '../../core/dialogs/types.ts';
import type { PictureId } from '../../core/ids.ts';
import { png } from '../../core/messaging/images.ts';
import type { Reply } from '../../core/messaging/types.ts';
import { createTranslator } from '../../locales/translator.ts';
import { jpeg } from '../support/images.ts';

/** A message as the person sees it now. */
export interface SeenMessage {
  /** The id by which the channel knows it: what `send` returned as `providerId`. */
  readonly id: string;
  readonly text: string;
  readonly picture: boolean;
  /** Labels of what can be tapped, also where it stands outside the message. */
  readonly buttons: readonly string[];
}

/** How the outside goes wrong, for the next message sent. */
export type ChannelFault = 'blocked' | 'slow_down' | 'failed';

/**
 * What a channel's test brings along: the channel on a fresh fake of its outside, with one person who can be written
 * to. Everything a person does resolves when the channel has handed the event to its handler.
 */
export interface ChannelHarness {
  readonly channel: Channel;
  /** The person's address, as the channel names it. */
  readonly address: string;
  /** The label of the button that shares the phone, where the channel has its own words for it. */
  readonly shareLabel?: string;
  /** What the channel handed to its handler, in order. */
  readonly events: readonly IncomingEvent[];
  /** Messages of ours in the person's chat, oldest first. */
  seen(): Promise<readonly SeenMessage[]>;
  /**
   * Makes the next send fail; `slow_down` asks for 2 seconds. Absent where the outside cannot fail in that way
   * (a chat we show ourselves): then its rules are skipped.
   */
  fail?(fault: ChannelFault): void;
  readonly person: {
    start(context?: string): Promise<void>;
    say(text: string): Promise<void>;
    /** Sends a photo with words. Absent where nobody can; so is what is no picture. */
    sendPhoto?(bytes: Uint8Array, caption: string): Promise<void>;
    sendSticker?(): Promise<void>;
    /** Taps the button with this label under the newest message that has it. Absent without buttons. */
    tap?(label: string): Promise<void>;
    /** Shares the own number; `shareOther` somebody else's. Absent without `sharePhone`. */
    shareOwn?(phone: string): Promise<void>;
    shareOther?(phone: string): Promise<void>;
    /** Absent where nobody can block us. */
    block?(): Promise<void>;
    unblock?(): Promise<void>;
  };
  /** Delivers the last event once more, as a channel does that missed our answer. Absent where that never happens. */
  redeliver?(): Promise<void>;
  close(): Promise<void>;
}

const menu: Reply = {
  paragraphs: [{ key: 'menu.title', variables: { balance: 312 } }, { key: 'help.commands' }],
  buttons: [
    [{ kind: 'press', label: { key: 'button.points' }, data: 'points' }],
    [
      { kind: 'press', label: { key: 'button.card' }, data: 'card' },
      { kind: 'link', label: { key: 'button.help' }, url: 'https://example.com/help' },
    ],
  ],
};

/** The rules every channel and every fake keeps. `makeHarness` is called for each rule. */
export function describeChannel(name: string, makeHarness: () => Promise<ChannelHarness>): void {
  describe(`${name} as a channel`, () => {
    let harness: ChannelHarness;
    let count = 0;

    beforeEach(async () => {
      harness = await makeHarness();
      count = 0;
    });
    afterEach(() => harness.close());

    const message = (content: Partial<OutgoingMessage>): OutgoingMessage => {
      count += 1;
      return { id: `msg_${count}`, address: harness.address, text: '', ...content };
    };
    const send = (content: Partial<OutgoingMessage>) => harness.channel.send(message(content));
    const sent = async (content: Partial<OutgoingMessage>): Promise<string> => {
      const outcome = await send(content);
      if (outcome.status !== 'sent') throw new Error(`not sent: ${JSON.stringify(outcome)}`);
      return outcome.providerId;
    };
    const said = () => harness.events.map((event) => event.said);
    const press = (label: string, data = label): ShownButton => ({ kind: 'press', label, data });

    describe('sending', () => {
      it('a text arrives as it was written, markup and all', async () => {
        const text = 'Бали: 312 <b>*_&amp;_*</b>\n\n🎁 [посилання](https://example.com) \\ “так”';
        const id = await sent({ text });
        expect(await harness.seen()).toMatchObject([{ id, text, picture: false, buttons: [] }]);
      });

      it('a text as long as the limit arrives whole', async () => {
        const text = 'я'.repeat(harness.channel.abilities.textLimit);
        await sent({ text });
        expect((await harness.seen())[0]?.text).toBe(text);
      });

      it('messages stand in the chat in the order they were sent, each under an id of its own', async () => {
        const ids = [await sent({ text: '1' }), await sent({ text: '2' }), await sent({ text: '3' })];
        expect((await harness.seen()).map(({ id, text }) => [id, text])).toEqual([
          [ids[0], '1'],
          [ids[1], '2'],
          [ids[2], '3'],
        ]);
        expect(new Set(ids).size).toBe(3);
      });

      it('a reply is shown with its choices: as buttons, or as numbered lines where there are none', async () => {
        const { abilities } = harness.channel;
        const render = createRenderer(createTranslator());
        await sent(render(menu, abilities, { locale: 'en', zone: 'Europe/Kyiv', currency: 'UAH' }));
        const [seen] = await harness.seen();
        const labels = ['My points', 'My card', 'Help'];
        const lines = seen?.text.split('\n') ?? [];
        // Some channels cannot put a link beside other buttons: it stands under the text.
        const linked = lines.includes('Help: https://example.com/help') ? ['Help'] : [];
        if (abilities.buttons) expect([...(seen?.buttons ?? []), ...linked]).toEqual(labels);
        else
          expect(lines).toEqual(
            expect.arrayContaining(['1. My points', '2. My card', 'Help: https://example.com/help']),
          );
      });

      const number = '2900000000001';
      it.for([
        ['a picture', png(cardPicture(number)), { kind: 'card', number }],
        ['a photo', jpeg, { kind: 'photo', id: 'pic_1' as PictureId }],
      ] as const)(
        '%s arrives with its text, where the channel has pictures',
        async ([, image, of], { skip }) => {
          const { pictures, buttons } = harness.channel.abilities;
          skip(!pictures);
          const picture = { image, alt: number, of };
          await sent({ text: 'Card', picture, ...(buttons ? { buttons: [[press('Menu')]] } : {}) });
          const labels = buttons ? ['Menu'] : [];
          expect(await harness.seen()).toMatchObject([{ text: 'Card', picture: true, buttons: labels }]);
        },
      );

      it('a button that shares the phone is shown, where the channel has one', async ({ skip }) => {
        const { sharePhone, buttons } = harness.channel.abilities;
        skip(!sharePhone || !buttons);
        await sent({
          text: 'Phone?',
          buttons: [[{ kind: 'share_phone', label: 'Share' }], [press('Later')]],
        });
        const [seen] = await harness.seen();
        const [share, ...others] = seen?.buttons ?? [];
        expect(share).toBe(harness.shareLabel ?? 'Share');
        // Where the button that shares stands alone, the other choices are lines of the text.
        expect([...others, seen?.text].join('\n')).toContain('Later');
      });
    });

    describe('editing in place, where the channel can', () => {
      beforeEach(({ skip }) => skip(!harness.channel.abilities.edits));

      it('an edit takes the place of the message: text and buttons', async () => {
        const id = await sent({ text: 'Menu', buttons: [[press('Points')]] });
        expect(await sent({ text: 'Points: 47', buttons: [[press('Back')]], replaces: id })).toBe(id);
        expect(await harness.seen()).toMatchObject([{ id, text: 'Points: 47', buttons: ['Back'] }]);
      });

      it('an edit that changes nothing counts as sent', async () => {
        const id = await sent({ text: 'Menu', buttons: [[press('Points')]] });
        expect(await sent({ text: 'Menu', buttons: [[press('Points')]], replaces: id })).toBe(id);
      });

      it.each([
        { from: 'a text', to: 'a picture' },
        { from: 'a picture', to: 'a text' },
        { from: 'a picture', to: 'a picture' },
      ])('$from gives its place to $to', async ({ from, to }) => {
        const content = (what: string, text: string) => ({
          text,
          buttons: [[press('Menu')]],
          ...(what === 'a picture'
            ? { picture: { image: png(cardPicture('2900000000001')), alt: text } }
            : {}),
        });
        const id = await sent(content(from, 'before'));
        const now = await sent({ ...content(to, 'after'), replaces: id });
        expect(await harness.seen()).toEqual([
          { id: now, text: 'after', picture: to === 'a picture', buttons: ['Menu'] },
        ]);
      });

      it('a message that is gone is not missed: the answer comes as a new one', async () => {
        await sent({ text: 'Hello again', replaces: '987654321' });
        expect((await harness.seen()).map(({ text }) => text)).toEqual(['Hello again']);
      });

      it('a question for the phone leaves no old buttons behind', async ({ skip }) => {
        skip(!harness.channel.abilities.sharePhone);
        const id = await sent({ text: 'Join?', buttons: [[press('Join')]] });
        await sent({ text: 'Phone?', buttons: [[{ kind: 'share_phone', label: 'Share' }]], replaces: id });
        expect((await harness.seen()).flatMap(({ buttons }) => buttons)).toEqual(['Share']);
      });
    });

    describe('faults', () => {
      beforeEach(({ skip }) => skip(!harness.fail));

      it('a person who blocked us is told apart', async () => {
        harness.fail?.('blocked');
        expect(await send({ text: 'Hello' })).toMatchObject({ status: 'refused', reason: 'blocked' });
      });

      it('a request to slow down says for how long', async () => {
        harness.fail?.('slow_down');
        expect(await send({ text: 'Hello' })).toEqual({ status: 'slow_down', retryAfterMs: 2000 });
      });

      it('a failure of the network or the channel may be tried again, and then it works', async () => {
        harness.fail?.('failed');
        expect(await send({ text: 'Hello' })).toMatchObject({ status: 'failed' });
        await sent({ text: 'Hello' });
        expect((await harness.seen()).map(({ text }) => text)).toEqual(['Hello']);
      });
    });

    it('nobody is there: an unknown chat is refused for good', async () => {
      const outcome = await harness.channel.send(message({ address: '404404404', text: 'Hello' }));
      expect(outcome.status).toBe('refused');
    });

    describe('receiving', () => {
      const expectLast = (expected: Said) => {
        expect(harness.events.at(-1)).toMatchObject({
          channel: harness.channel.name,
          address: harness.address,
          said: expected,
        });
      };

      it('start, with and without the context of a deep link', async () => {
        await harness.person.start();
        expectLast({ kind: 'start' });
        await harness.person.start('receipt_1-A');
        expectLast({ kind: 'start', context: 'receipt_1-A' });
      });

      it('text', async () => {
        await harness.person.say('скільки в мене балів? 🙂');
        expectLast({ kind: 'text', text: 'скільки в мене балів? 🙂' });
      });

      it('a photo, with its words: the channel hands it out when it is asked for', async ({ skip }) => {
        const { channel, person } = harness;
        skip(!person.sendPhoto);
        await person.sendPhoto?.(jpeg.bytes, 'Наша вітрина');
        expectLast({ kind: 'attachment', text: 'Наша вітрина', picture: { ref: expect.any(String) } });
        const last = harness.events.at(-1)?.said;
        const ref = (last?.kind === 'attachment' && last.picture?.ref) || '';
        expect(await channel.fetchPicture?.(ref, 1024)).toEqual({ status: 'fetched', bytes: jpeg.bytes });
        expect(await channel.fetchPicture?.(ref, 100)).toEqual({ status: 'too_large' });
        expect(await channel.fetchPicture?.('404404404', 1024)).toMatchObject({ status: 'refused' });
      });

      it('what is neither words nor a picture is told of as well', async ({ skip }) => {
        skip(!harness.person.sendSticker);
        await harness.person.sendSticker?.();
        expect(harness.events.at(-1)?.said).toEqual({ kind: 'attachment', text: '' });
      });

      it('a tap, with the data of the button and the message it was on, if it stood on one', async ({
        skip,
      }) => {
        skip(!harness.person.tap);
        const id = await sent({ text: 'Menu', buttons: [[press('Points', 'points:1')]] });
        await harness.person.tap?.('Points');
        expectLast({ kind: 'press', data: 'points:1' });
        const last = harness.events.at(-1)?.said;
        const where = last?.kind === 'press' ? last.messageId : 'nowhere';
        // What can be changed in place has to be known.
        expect(harness.channel.abilities.edits ? [id] : [id, undefined]).toContain(where);
      });

      it("the sender's own number is vouched for, another one is not", async ({ skip }) => {
        skip(!harness.person.shareOwn);
        await harness.person.shareOwn?.('+380501234567');
        expectLast({ kind: 'contact', phone: '+380501234567', own: true });
        await harness.person.shareOther?.('+380671112233');
        expectLast({ kind: 'contact', phone: '+380671112233', own: false });
      });

      it('blocked, and returned', async ({ skip }) => {
        skip(!harness.person.block);
        await harness.person.block?.();
        await harness.person.unblock?.();
        expect(said()).toEqual([{ kind: 'blocked' }, { kind: 'returned' }]);
      });

      it('every event has an id of its own; one delivered again keeps it', async () => {
        await harness.person.say('one');
        await harness.person.say('one');
        await harness.redeliver?.();
        const ids = harness.events.map((event) => event.id);
        expect(new Set(ids).size).toBe(2);
        if (harness.redeliver) expect(ids).toHaveLength(3);
      });
    });
  });
}
