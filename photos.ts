import type { ChannelName } from './core/customers/types.ts';
import { photoAnswer } from './core/dialogs/staff/talk_photos.ts';
import type { PictureId, TalkId, TalkMessageId } from './core/ids.ts';
import type { Answer, Question } from './core/insights/questions.ts';
import { judgeImage, type PictureProblem } from './core/messaging/images.ts';
import { talkPhotoId } from './core/talks/photo.ts';
import { findPicture, type NewPicture, savePicture } from './db/pictures.ts';
import { readTalk } from './db/talks.ts';
import type { Worked } from './jobs.ts';

/** After so many tries whoever sent the photo is asked to send it again. */
const mostTries = 2;

/**
 * Fetches the photo that one of the staff sent for an answer, keeps it, and goes on with the conversation as if its number
 * had been typed there. Throws where it may work a little later. Safe to repeat: the number was drawn when it was sent.
 */
export async function fetchPhoto(question: Question, svoi: Worked): Promise<undefined> {
  const { id, argument } = question;
  const { chat = '', channel, picture } = argument;
  const found = await keep(question, { id: picture as PictureId }, svoi);
  const said = { kind: 'fetched', question: id, found } as const;
  await svoi.handleEvent({ id, channel: channel as ChannelName, address: chat, said });
}

/**
 * Fetches and keeps the photo that a customer sent in a talk, where that was not done yet, and shows it to whoever has the
 * talk. Throws where it may work a little later. Safe to repeat.
 */
export async function lookAtTalkPhoto(question: Question, svoi: Worked): Promise<(() => Answer) | undefined> {
  const { argument, tries, staffId } = question;
  const { message = '', talk = '', show, ref } = argument;
  const said = message as TalkMessageId;
  const found = await readTalk(svoi.database, talk as TalkId);
  // Who is erased leaves nothing behind.
  if (!found?.messages.some(({ id, text }) => id === said && text !== '')) return undefined;
  const photo = talkPhotoId(said);
  const isThere =
    (await findPicture(svoi.database, photo)) !== undefined ||
    (ref !== undefined && 'picture' in (await keep(question, { id: photo, saidWith: said }, svoi)));
  if (show === undefined || found.talk.staffId !== staffId) return undefined;
  // Another look may be about to fetch it.
  if (!isThere && ref === undefined && tries < mostTries)
    throw new Error('a photo of a talk is not there yet');
  return () => photoAnswer(found.talk, isThere ? photo : undefined);
}

type Found = { readonly picture: PictureId } | { readonly problem: PictureProblem };

async function keep(
  { argument, tries }: Question,
  as: Pick<NewPicture, 'id' | 'saidWith'>,
  svoi: Worked,
): Promise<Found> {
  const { ref = '', channel } = argument;
  const outcome = await svoi.fetchPicture(channel as ChannelName, ref);
  if (outcome.status === 'failed' && tries < mostTries)
    throw new Error(`a photo did not come: ${outcome.detail}`);
  if (outcome.status === 'too_large') return { problem: 'too_large' };
  if (outcome.status !== 'fetched') return { problem: 'unreachable' };
  const judged = judgeImage(outcome.bytes);
  if ('problem' in judged) return { problem: judged.problem };
  await savePicture(svoi.database, {
    ...judged.head,
    bytes: outcome.bytes,
    ...as,
    createdAt: svoi.clock.now(),
  });
  return { picture: as.id };
}
