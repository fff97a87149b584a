import type { ChannelName } from './core/customers/types.ts';
import type { PictureId } from './core/ids.ts';
import type { Question } from './core/insights/questions.ts';
import { judgeImage, type PictureProblem } from './core/messaging/images.ts';
import { savePicture } from './db/pictures.ts';
import type { Worked } from './jobs.ts';

/** After so many tries whoever sent the photo is asked to send it again. */
const mostTries = 2;

/**
 * Fetches the photo that one of the staff sent for an answer, keeps it, and goes on with the conversation as if its number
 * had been typed there. Throws where it may work a little later. Safe to repeat: the number was drawn when it was sent.
 */
export async function fetchPhoto(question: Question, svoi: Worked): Promise<undefined> {
  const { id, argument } = question;
  const { chat = '', channel } = argument;
  const found = await keep(question, svoi);
  const said = { kind: 'fetched', question: id, found } as const;
  await svoi.handleEvent({ id, channel: channel as ChannelName, address: chat, said });
}

type Found = { readonly picture: PictureId } | { readonly problem: PictureProblem };

async function keep({ argument, tries }: Question, svoi: Worked): Promise<Found> {
  const { ref = '', picture, channel } = argument;
  const outcome = await svoi.fetchPicture(channel as ChannelName, ref);
  if (outcome.status === 'failed' && tries < mostTries)
    throw new Error(`a photo did not come: ${outcome.detail}`);
  if (outcome.status === 'too_large') return { problem: 'too_large' };
  if (outcome.status !== 'fetched') return { problem: 'unreachable' };
  const judged = judgeImage(outcome.bytes);
  if ('problem' in judged) return { problem: judged.problem };
  const id = picture as PictureId;
  await savePicture(svoi.database, { ...judged.head, bytes: outcome.bytes, id, createdAt: svoi.clock.now() });
  return { picture: id };
}
