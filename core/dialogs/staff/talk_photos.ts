import type { AddressId, PictureId, StaffId } from '../../ids.ts';
import { type Answer, newQuestion } from '../../insights/questions.ts';
import type { Context } from '../../ports.ts';
import type { TeamMember } from '../../staff/types.ts';
import { hasPhoto } from '../../talks/photo.ts';
import type { TalkInView, TalkMessage } from '../../talks/types.ts';
import type { DialogChanges, IncomingEvent, SentPicture } from '../types.ts';

/** So many photos of a talk are shown to whoever takes it, the newest. */
const mostShown = 5;

/** One of the staff, in the chat where a photo is shown. */
interface Viewer {
  readonly staffId: StaffId;
  readonly addressId: AddressId;
}

function viewerOf(member: TeamMember | undefined): Viewer | undefined {
  return member?.chat ? { staffId: member.id, addressId: member.chat.id } : undefined;
}

/** The photo that came with an event, where its channel can hand it out. */
export function photoIn({ said }: Pick<IncomingEvent, 'said'>): SentPicture | undefined {
  return said.kind === 'attachment' ? said.picture : undefined;
}

/** A photo as it was sent in a talk. */
interface SentInTalk {
  readonly event: IncomingEvent;
  readonly message: TalkMessage | undefined;
  readonly taker: TeamMember | undefined;
  /** All who were told of it. */
  readonly told: readonly TeamMember[];
}

/** Has a photo fetched and kept while its channel hands it out, and shown to whoever has the talk, if anybody has. */
export function keepPhoto({ event, message, taker, told }: SentInTalk, context: Context): DialogChanges {
  const photo = photoIn(event);
  const viewer = viewerOf(taker ?? told[0]);
  if (!photo || !message || !viewer) return {};
  const argument = {
    ...{ message: message.id, talk: message.talkId, ref: photo.ref, channel: event.channel },
    ...(taker ? { show: 'yes' } : {}),
  };
  return { questions: [newQuestion({ kind: 'talk_photo', argument, ...viewer }, context)] };
}

/** Has the photos of a talk shown to who has it from now on. */
export function showPhotos(
  { id: talk }: Pick<TalkInView, 'id'>,
  said: readonly TalkMessage[],
  viewer: Viewer,
  context: Context,
): DialogChanges {
  const questions = said
    .filter(hasPhoto)
    .slice(-mostShown)
    .map(({ id: message }) =>
      newQuestion({ kind: 'talk_photo', argument: { message, talk, show: 'yes' }, ...viewer }, context),
    );
  return questions.length > 0 ? { questions } : {};
}

/** The same for a colleague. */
export function showPhotosTo(
  talk: TalkInView,
  said: readonly TalkMessage[],
  colleague: TeamMember,
  context: Context,
): DialogChanges {
  const viewer = viewerOf(colleague);
  return viewer ? showPhotos(talk, said, viewer, context) : {};
}

/** A photo of a talk as it is shown, or that it cannot be. */
export function photoAnswer(
  { id: talkId, customerName: name }: Pick<TalkInView, 'id' | 'customerName'>,
  photo: PictureId | undefined,
): Answer {
  const variables = { name };
  return {
    talkId,
    reply: photo
      ? {
          paragraphs: [{ key: 'talk.photo', variables }],
          picture: { kind: 'photo', id: photo },
        }
      : { paragraphs: [{ key: 'talk.photo_lost', variables }] },
  };
}
