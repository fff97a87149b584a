import { z } from '@hono/zod-openapi';
import { putProducts } from '../../core/purchases/products.ts';
import { detailsOf, invalidRequest, ProblemError, problem } from '../errors.ts';
import { batchAnswer, batchOf } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  productInput,
  productPostSchema,
  productPutSchema,
  productSchema,
  productView,
  skuSchema,
} from '../shapes/product.ts';

const tag = 'Products';
const batchLimit = 500;
const batchBodyLimit = 8 * 1024 * 1024;

const params = z.object({ sku: skuSchema });

const coffee = {
  name: 'Coffee beans, 1 kg',
  category: 'coffee',
  brand: 'Ранок',
  price: 64_900,
  url: 'https://shop.example/coffee',
  consumption_days: 30,
  attributes: { roast: 'dark', organic: true },
};

/** The calls by which a shop tells what it sells. */
export function productRoutes(api: Api): void {
  servePut(api);
  serveBatch(api);
  serveGet(api);
}

function servePut(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/products/{sku}',
      right: 'products:write',
      tag,
      summary: 'Tell about a product',
      description:
        'What it is, what it belongs to and how long it lasts: segments, refills and what we infer about customers work with it. Receipts need no products. The whole product each time; the same again changes nothing.',
      params,
      body: productPutSchema,
      examples: { coffee: { summary: 'Coffee that lasts a month', value: coffee } },
      answers: { 200: { description: 'The product as it is now', schema: productSchema } },
      problems: ['writer_stopped'],
    },
    async ({ params: { sku }, body }) => {
      orRefuse(await api.parts.submit(putProducts([productInput(sku, body)])));
      return { status: 200, body: await read(api, sku) };
    },
  );
}

const batchSchema = batchOf('ProductPost', batchLimit);

const batchAnswerSchema = batchAnswer('ProductBatchResult', 'product', 'Its `sku`, or a Problem');

function serveBatch(api: Api): void {
  // Named only from within the batch, which is checked product by product.
  api.app.openAPIRegistry.register('ProductPost', productPostSchema);
  serve(
    api,
    {
      method: 'post',
      path: '/v1/products/batch',
      right: 'products:write',
      tag,
      summary: `Tell about up to ${batchLimit} products`,
      description:
        'Each as if put alone: one that is wrong does not stop the others. Of one product told twice the last counts. A body of up to 8 MiB; counts as one request.',
      body: batchSchema,
      bodyLimit: batchBodyLimit,
      examples: {
        two: {
          summary: 'Two products',
          value: [
            { sku: '4820000000017', ...coffee },
            { sku: 'shoes-28', name: 'Sandals', category: 'shoes', attributes: { size: 28, for: 'child' } },
          ],
        },
      },
      answers: {
        200: { description: 'What became of each, in the order they came in', schema: batchAnswerSchema },
      },
      problems: ['writer_stopped'],
    },
    async ({ body }) => {
      const items = body.map((value) => productPostSchema.safeParse(value));
      const good = items.flatMap(({ data }) => (data ? [data] : []));
      const told = good.map(({ sku, ...product }) => productInput(sku, product));
      if (told.length > 0) orRefuse(await api.parts.submit(putProducts(told)));
      const results = items.map(({ data, error }) => {
        if (data) return { status: 200, body: { sku: data.sku } };
        const wrong = invalidRequest(detailsOf(error?.issues ?? [], 'body'));
        return { status: wrong.status, body: wrong };
      });
      return { status: 200, body: { results } };
    },
  );
}

function serveGet(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/products/{sku}',
      right: 'products:write',
      tag,
      summary: 'Read a product',
      description: 'As it was told last.',
      params,
      answers: { 200: { description: 'The product', schema: productSchema } },
      problems: ['product_not_found'],
    },
    async ({ params: { sku } }) => ({ status: 200, body: await read(api, sku) }),
  );
}

async function read(api: Api, sku: string) {
  const product = await api.parts.products.find(sku);
  if (!product) throw new ProblemError(problem('product_not_found', `nobody told us about ${sku}`));
  return productView(product);
}
