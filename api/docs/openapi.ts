import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Api, ApiEnv } from '../serve.ts';

/** The OpenAPI 3.1 document of the API. */
export type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

/** One call of the document. */
export type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;

/** What the document describes once and names elsewhere. */
export type Components = NonNullable<Document['components']>;

/** A schema, or the name of one. */
export type Schema = NonNullable<Components['schemas']>[string];

const introduction = `Svoi keeps the points of a shop's customers and talks to them in the messengers they use.

Amounts are whole minor units (kopecks, cents), points are whole, times are ISO 8601 with an offset; answers give them in UTC. A key that is not in the schema is an error, so a mistyped one is never lost silently. \`null\` says the same as leaving an optional key out, unless a call says otherwise.`;

/** Describes all calls added so far, from the schemas that check them. */
export function describeApi({ app, descriptions }: Pick<Api, 'app' | 'descriptions'>): Document {
  for (const describe of descriptions.splice(0)) describe();
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Svoi API', version: '1', description: introduction },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Purchases', description: 'What was bought, and the points it earned' },
      { name: 'Coupons', description: 'What takes something off, and what a cart comes to' },
      { name: 'Customers', description: 'Who bought it, and every change of their points' },
      { name: 'Messages', description: 'What leaves for customers, and what it costs' },
      { name: 'Talks', description: 'What customers ask your people in chats' },
      { name: 'Site chat', description: 'The chat on your own page' },
    ],
  });
}

/** Adds how a caller proves who it is. */
export function describeKey(app: OpenAPIHono<ApiEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'The key of a shop system: `npm run svoi -- shop add NAME --scope till`',
  });
}
