import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requestId } from 'hono/request-id';
import { createGuard } from './auth.ts';
import { internalProblem, isWriterStopped, ProblemError, problem } from './errors.ts';
import { createGuessLimit } from './guesses.ts';
import type { ApiParts } from './parts.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { cartRoutes } from './routes/carts.ts';
import { chatSessionRoutes } from './routes/chat_sessions.ts';
import { couponRoutes } from './routes/coupons.ts';
import { customerRoutes } from './routes/customers.ts';
import { documentRoutes } from './routes/documents.tsx';
import { dryRunRoutes } from './routes/dry_runs.ts';
import { eventRoutes } from './routes/events.ts';
import { factRoutes } from './routes/facts.ts';
import { healthRoutes } from './routes/health.ts';
import { journeyRoutes } from './routes/journeys.ts';
import { messagePreviewRoutes } from './routes/message_previews.ts';
import { messageRoutes } from './routes/messages.ts';
import { orderRoutes } from './routes/orders.ts';
import { pageRoutes } from './routes/pages.ts';
import { pictureRoutes } from './routes/pictures.ts';
import { productRoutes } from './routes/products.ts';
import { purchaseRoutes } from './routes/purchases.ts';
import { quoteRoutes } from './routes/quotes.ts';
import { redemptionRoutes } from './routes/redemptions.ts';
import { refillRoutes } from './routes/refills.ts';
import { refundRoutes } from './routes/refunds.ts';
import { reportRoutes } from './routes/reports.ts';
import { reservationRoutes } from './routes/reservations.ts';
import { resultRoutes } from './routes/results.ts';
import { rfmRoutes } from './routes/rfm.ts';
import { segmentHistoryRoutes } from './routes/segment_history.ts';
import { segmentRoutes } from './routes/segments.ts';
import { surveyRoutes } from './routes/surveys.ts';
import { talkRoutes } from './routes/talks.ts';
import { templateRoutes } from './routes/templates.ts';
import { topicRoutes } from './routes/topics.ts';
import { type Api, type ApiEnv, problemResponse } from './serve.ts';

/** Seconds after which a shop may try again while nothing is written: the process is being started anew. */
const restartSeconds = 5;

/**
 * The HTTP API over injected parts, on Web standards only. Other doors may be added to the app it returns: they get
 * its request ids, metrics and answers to what fails or is not there.
 */
export function createApi(parts: ApiParts): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  app.use(requestId());
  observe(app, parts);
  app.onError((error, c) => answerFault(error, c, parts));
  app.notFound((c) =>
    problemResponse(c, problem('not_found', `there is no ${c.req.path}; /docs lists all calls`)),
  );
  const api: Api = {
    ...{ app, parts, guard: createGuard(parts), guesses: createGuessLimit(parts) },
    descriptions: [],
  };
  purchaseRoutes(api);
  refundRoutes(api);
  productRoutes(api);
  cartRoutes(api);
  orderRoutes(api);
  eventRoutes(api);
  journeyRoutes(api);
  dryRunRoutes(api);
  redemptionRoutes(api);
  quoteRoutes(api);
  couponRoutes(api);
  reservationRoutes(api);
  customerRoutes(api);
  factRoutes(api);
  topicRoutes(api);
  messagePreviewRoutes(api);
  messageRoutes(api);
  pictureRoutes(api);
  pageRoutes(api);
  templateRoutes(api);
  refillRoutes(api);
  rfmRoutes(api);
  reportRoutes(api);
  resultRoutes(api);
  talkRoutes(api);
  surveyRoutes(api);
  segmentRoutes(api);
  campaignRoutes(api);
  segmentHistoryRoutes(api);
  chatSessionRoutes(api);
  healthRoutes(api);
  documentRoutes(api);
  refuseOtherMethods(app);
  return app;
}

function observe(app: OpenAPIHono<ApiEnv>, { metrics }: ApiParts): void {
  app.use(async (c, next) => {
    const started = performance.now();
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
    const route = c.get('route') ?? 'other';
    metrics?.request(c.req.method, route, c.res.status, (performance.now() - started) / 1000);
  });
}

function answerFault(error: Error, c: Context<ApiEnv>, { log }: ApiParts) {
  if (error instanceof ProblemError) return problemResponse(c, error.problem, error.headers);
  const id = c.get('requestId');
  log.error({ error, requestId: id, route: c.get('route') }, 'a request failed');
  if (!isWriterStopped(error)) return problemResponse(c, internalProblem(id));
  const detail = 'the database failed; nothing was recorded since. Send the same request again later';
  return problemResponse(c, problem('writer_stopped', detail), { 'Retry-After': String(restartSeconds) });
}

/** Every address that exists says which methods it takes: 405 with `Allow`. */
function refuseOtherMethods(app: OpenAPIHono<ApiEnv>): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue;
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, taken] of methods) {
    const allow = [...taken].join(', ');
    app.all(path, (c) =>
      problemResponse(c, problem('method_not_allowed', `this address takes ${allow}`), { Allow: allow }),
    );
  }
}
