import { z } from '@hono/zod-openapi';
import type { CampaignId } from '../../core/ids.ts';
import type { CampaignProblem } from '../../core/journeys/campaigns/check.ts';
import {
  type CampaignMoveName,
  createDraft,
  moveCampaign,
  sendCampaign,
  testCampaign,
} from '../../core/journeys/campaigns/commands.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { segmentText, wordText } from '../../core/segments/text.ts';
import type { Campaign, CampaignPlan } from '../../core/staff/campaigns.ts';
import { createTranslator } from '../../locales/translator.ts';
import { invalidRequest, type ProblemDetail, ProblemError, problem } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  campaignCountSchema,
  campaignPostSchema,
  campaignSchema,
  campaignView,
  contentOf,
  countedSchema,
  countedView,
  figuresSchema,
  figuresView,
  giftOf,
  planOf,
} from '../shapes/campaign.ts';
import { ruleProblem } from '../shapes/segment.ts';

const tag = 'Campaigns';

const params = z.object({
  id: z.string().max(40).openapi({ description: 'Our id', example: 'cmp_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
});

/** The calls by which a shop writes to many at once. */
export function campaignRoutes(api: Api): void {
  serveCount(api);
  serveCreate(api);
  serveList(api);
  serveRead(api);
  serveSend(api);
  for (const move of ['pause', 'resume', 'stop'] as const) serveMove(api, move);
  serveTest(api);
}

type Counted = z.output<typeof campaignCountSchema>;

/** The segment of a body in its compact form; empty: everybody. Throws 422 with each wrong word. */
async function ruleOf({ parts }: Api, { segment, rule }: Counted): Promise<string> {
  if (segment !== undefined && rule !== undefined) {
    throw new ProblemError(invalidRequest([{ pointer: '/rule', detail: 'give segment or rule, not both' }]));
  }
  if (segment !== undefined) {
    const found = await parts.segments.find(segment);
    if (found) return `segment=${wordText(found.name)}`;
    throw new ProblemError(problem('segment_not_found', `there is no segment "${segment}"`));
  }
  if (rule === undefined) return '';
  const parsed = parseSegment(rule, await parts.segments.catalogue());
  if (parsed.ok) return segmentText(parsed.rule);
  throw new ProblemError(invalidRequest(parsed.problems.map((one) => ruleProblem(one, '/rule'))));
}

/** What goes along with a campaign, as a body names it. */
async function giftIn({ parts }: Api, body: Counted & { readonly points_live_days?: number | undefined }) {
  if (body.coupon !== undefined && body.points !== undefined) {
    throw new ProblemError(
      invalidRequest([{ pointer: '/points', detail: 'give coupon or points, not both' }]),
    );
  }
  const coupon = body.coupon === undefined ? undefined : await parts.coupons.find(body.coupon);
  if (body.coupon !== undefined && !coupon) {
    throw new ProblemError(problem('coupon_not_found', `there is no coupon "${body.coupon}"`));
  }
  if (coupon?.stoppedAt) {
    throw new ProblemError(problem('coupon_stopped', `the coupon "${coupon.name}" was stopped`));
  }
  return giftOf(body, coupon);
}

const translator = createTranslator();

function detailsFrom({ parts }: Api, problems: readonly CampaignProblem[]): ProblemDetail[] {
  const { zone, currency } = parts.program();
  return problems.map(({ pointer, words }) => ({
    pointer,
    detail: translator.say('en', words, { zone, currency }),
  }));
}

function serveCount(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/campaigns/count',
      right: 'campaigns:read',
      tag,
      summary: 'Count whom a campaign would reach',
      description:
        'As things are now: who would be told and over which channel first, who is kept apart to compare with, who is left out and why, and about what it costs. Writes nothing.',
      body: campaignCountSchema,
      examples: {
        lost: {
          summary: 'Those who have not bought for two months',
          value: { rule: 'last_purchase>60d', control_percent: 10 },
        },
      },
      answers: { 200: { description: 'The counts', schema: countedSchema } },
      problems: ['segment_not_found', 'coupon_not_found', 'coupon_stopped'],
    },
    async ({ body }) => {
      const rule = await ruleOf(api, body);
      const gift = await giftIn(api, body);
      const variants = { a: { text: {}, buttons: [] } };
      const counted = await api.parts.campaigns.count({
        rule,
        content: { variants, gift },
        plan: planOf(body),
      });
      return { status: 200, body: countedView(counted) };
    },
  );
}

const springExample = {
  name: 'Spring',
  rule: 'last_purchase>30d',
  variants: {
    a: {
      text: {
        uk: 'Вітаємо, {{customer.first_name}}! Весняна колекція вже тут.',
        ru: 'Здравствуйте, {{customer.first_name}}! Весенняя коллекция уже здесь.',
        en: 'Hello, {{customer.first_name}}! The spring collection is here.',
      },
      buttons: [
        [
          {
            label: { uk: 'До магазину', ru: 'В магазин', en: 'To the shop' },
            url: 'https://shop.example/spring',
          },
        ],
      ],
    },
    b: {
      text: {
        uk: 'Весна! {{gift.points, points}} уже на Вашому рахунку.',
        ru: 'Весна! {{gift.points, points}} уже на Вашем счёте.',
        en: 'Spring! {{gift.points, points}} are on your account already.',
      },
    },
  },
  points: 50,
  when: { local: '2027-03-01T10:00' },
  good_for_hours: 72,
  control_percent: 10,
};

function serveCreate(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/campaigns',
      right: 'campaigns:write',
      tag,
      summary: 'Write a campaign',
      description:
        'A draft: everything in it is checked, and nobody is told before it is sent. Who is in its segment is found at the moment of sending.',
      body: campaignPostSchema,
      examples: {
        spring: { summary: 'Two texts against each other, with points along', value: springExample },
        everybody: {
          summary: 'To everybody, now',
          value: { name: 'Closed on Monday', message: { text: { uk: 'У понеділок ми відпочиваємо.' } } },
        },
      },
      answers: { 201: { description: 'Written down', schema: campaignSchema } },
      problems: ['segment_not_found', 'coupon_not_found', 'coupon_stopped', 'writer_stopped'],
    },
    async ({ body, shop }) => {
      const rule = await ruleOf(api, body);
      const content = contentOf(body, await giftIn(api, body));
      const plan: CampaignPlan = planOf(body);
      const wrong = await api.parts.campaigns.wrong({ content, plan });
      if (wrong.length > 0) {
        throw new ProblemError(
          invalidRequest(
            detailsFrom(
              api,
              wrong.map((one) => asPosted(one, body)),
            ),
          ),
        );
      }
      const command = createDraft({ name: body.name, rule, content, plan }, `shop:${shop.id}`);
      const { result } = orRefuse(await api.parts.submit(command));
      return { status: 201, body: campaignView(result) };
    },
  );
}

/** A single message stands under `message` in the body, and is variant `a` of what is kept. */
function asPosted(one: CampaignProblem, { message }: z.output<typeof campaignPostSchema>): CampaignProblem {
  return message ? { ...one, pointer: one.pointer.replace(/^\/variants\/a/, '/message') } : one;
}

const listSchema = z
  .object({
    campaigns: z.array(campaignSchema),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page; null at the end' }),
  })
  .openapi('CampaignPage');

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/campaigns',
      right: 'campaigns:read',
      tag,
      summary: 'List campaigns',
      description: 'Newest first, a page at a time.',
      query: z.object({
        cursor: z
          .string()
          .regex(/^cmp_[0-9A-Z]{26}$/, 'a cursor is what `next` of the page before said')
          .optional(),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
      answers: { 200: { description: 'A page', schema: listSchema } },
    },
    async ({ query: { cursor, limit } }) => {
      const before = cursor === undefined ? {} : { before: cursor as CampaignId };
      const found = await api.parts.campaigns.list({ limit: limit + 1, ...before });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { status: 200, body: { campaigns: page.map(campaignView), next } };
    },
  );
}

const readSchema = campaignSchema.extend({ figures: figuresSchema }).openapi('CampaignWithFigures');

function serveRead(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/campaigns/{id}',
      right: 'campaigns:read',
      tag,
      summary: 'Read how a campaign goes',
      description: 'The campaign, and what became of the people of its audience so far.',
      params,
      answers: { 200: { description: 'The campaign', schema: readSchema } },
      problems: ['campaign_not_found'],
    },
    async ({ params: { id } }) => {
      const campaign = await campaignOf(api, id);
      const figures = await api.parts.campaigns.figures(campaign.id);
      return { status: 200, body: { ...campaignView(campaign), figures: figuresView(figures) } };
    },
  );
}

async function campaignOf({ parts }: Api, id: string): Promise<Campaign> {
  const campaign = await parts.campaigns.find(id);
  if (campaign) return campaign;
  throw new ProblemError(problem('campaign_not_found', `there is no campaign "${id}"`));
}

const sendSchema = z
  .strictObject({
    max_people: z
      .int()
      .min(1)
      .optional()
      .openapi({ description: 'Where more people turn out to be in it, nobody is told and it stops' }),
  })
  .openapi('CampaignSendPost');

function serveSend(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/campaigns/{id}/send',
      right: 'campaigns:write',
      tag,
      summary: 'Send a campaign',
      description:
        'At once, or at its moment. It is checked once more; who gets it is written down as it begins. A key of the shop’s own back office needs no second person’s yes: `max_people` keeps a mistake small.',
      params,
      body: sendSchema,
      examples: { careful: { summary: 'To 5,000 people at most', value: { max_people: 5000 } } },
      answers: { 200: { description: 'Planned, or on its way', schema: campaignSchema } },
      problems: [
        ...(['campaign_not_found', 'campaign_over', 'campaign_too_late', 'campaign_invalid'] as const),
        'writer_stopped',
      ],
    },
    async ({ params: { id }, body, shop }) => {
      const { parts } = api;
      const campaign = await campaignOf(api, id);
      const wrong = await parts.campaigns.wrong(campaign);
      if (wrong.length > 0 && campaign.state === 'draft') {
        const [first] = detailsFrom(api, wrong);
        throw new ProblemError(
          problem('campaign_invalid', `${first?.pointer ?? ''}: ${first?.detail ?? ''}`),
        );
      }
      const { program } = parts;
      const sent = { actor: `shop:${shop.id}`, most: body.max_people ?? null, program };
      const { result } = orRefuse(await parts.submit(sendCampaign(campaign.id, sent)));
      return { status: 200, body: campaignView(result) };
    },
  );
}

const moveTexts: Readonly<
  Record<CampaignMoveName, { readonly summary: string; readonly description: string }>
> = {
  pause: {
    summary: 'Pause a campaign',
    description:
      'Nobody is told until it is resumed: also what waits to be sent waits on, where all was handed over already.',
  },
  resume: { summary: 'Let a paused campaign go on', description: 'It goes on where it was.' },
  stop: {
    summary: 'Stop a campaign for good',
    description: 'Nobody more is told, and what waits to be sent is taken back. A draft is given up.',
  },
};

const moveProblems = {
  pause: ['campaign_not_running'],
  resume: ['campaign_not_paused'],
  stop: ['campaign_over'],
} as const;

function serveMove(api: Api, move: CampaignMoveName): void {
  serve(
    api,
    {
      method: 'post',
      path: `/v1/campaigns/{id}/${move}`,
      right: 'campaigns:write',
      tag,
      ...moveTexts[move],
      params,
      answers: { 200: { description: 'As it is now', schema: campaignSchema } },
      problems: ['campaign_not_found', ...moveProblems[move], 'writer_stopped'],
    },
    async ({ params: { id }, shop }) => {
      const command = moveCampaign(id as CampaignId, move, `shop:${shop.id}`);
      const { result } = orRefuse(await api.parts.submit(command));
      return { status: 200, body: campaignView(result) };
    },
  );
}

const testedSchema = z
  .object({ messages: z.int().openapi({ description: 'How many were sent: one for each variant' }) })
  .openapi('CampaignTested');

function serveTest(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/campaigns/{id}/test',
      right: 'campaigns:write',
      tag,
      summary: 'Send a campaign to one customer to look at',
      description:
        'Every variant, in the chat this customer used last. Nothing is given along and nothing is counted; the code of a coupon is one that nobody can use.',
      params,
      body: z.strictObject({ customer: referenceSchema }).openapi('CampaignTestPost'),
      examples: { self: { summary: 'To a phone', value: { customer: { phone: '+380671234567' } } } },
      answers: { 200: { description: 'On its way', schema: testedSchema } },
      problems: ['campaign_not_found', 'customer_not_found', 'customer_unreachable', 'writer_stopped'],
    },
    async ({ params: { id }, body, shop }) => {
      const { program, campaigns, submit } = api.parts;
      const parsed = parseReference(body.customer, shop, program());
      if (!parsed.ok) throw new ProblemError(invalidRequest([referenceError('/customer', parsed)]));
      const command = testCampaign(id as CampaignId, parsed.ref, { program, site: campaigns.site() });
      const { result } = orRefuse(await submit(command));
      return { status: 200, body: result };
    },
  );
}
