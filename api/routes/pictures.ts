import { z } from '@hono/zod-openapi';
import {
  type ImageHead,
  imageTypes,
  judgeImage,
  mostPixels,
  mostStretched,
} from '../../core/messaging/images.ts';
import { ProblemError, problem } from '../errors.ts';
import { type Api, serve } from '../serve.ts';

const answerSchema = z
  .object({
    id: z
      .string()
      .openapi({ example: 'pic_01JAB2C3D4E5F6G7H8J9K0M1N2', description: 'For messages and pages' }),
    url: z.string().openapi({
      example: 'https://loyalty.example.com/p/pic_01JAB2C3D4E5F6G7H8J9K0M1N2',
      description: 'Where it is shown; without the host where none is set',
    }),
    type: z.enum(imageTypes),
    width: z.int().openapi({ description: 'In pixels' }),
    height: z.int(),
  })
  .openapi('Picture');

/** The call that takes pictures for messages and pages. */
export function pictureRoutes(api: Api): void {
  const { pictures, clock } = api.parts;
  serve(
    api,
    {
      method: 'post',
      path: '/v1/pictures',
      right: 'pictures:write',
      tag: 'Messages',
      summary: 'Upload a picture',
      description:
        'A picture for messages and pages, as the body itself: PNG or JPEG, up to 1 MiB, up to 5000 pixels a side. It is kept as it is, and shown at its address to whoever has it.',
      body: z.instanceof(Uint8Array),
      takes: imageTypes,
      answers: { 201: { description: 'It is kept', schema: answerSchema } },
      problems: ['not_a_picture'],
    },
    async ({ body }) => {
      const judged = judgeImage(body);
      if ('problem' in judged) throw new ProblemError(problem('not_a_picture', detailOf(judged.head)));
      const { head } = judged;
      const { type, width, height } = head;
      const id = await pictures.save({ ...head, bytes: body, createdAt: clock.now() });
      return { status: 201, body: { id, url: pictures.urlOf(id), type, width, height } };
    },
  );
}

/** What is wrong with a picture: its size in pixels, or that it is none. */
function detailOf(head: ImageHead | undefined): string {
  if (!head) return 'send the bytes of a whole PNG or JPEG';
  const { width, height } = head;
  return `${width} × ${height} pixels: no side may be over ${mostPixels}, nor ${mostStretched} times the other`;
}
