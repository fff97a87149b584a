import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';

const phone = '+380671234567';
const topics = `/v1/customers/phone:${phone}/topics`;

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
  api.svoi.useSite(() => ({ url: 'https://shop.example', isPublic: true }));
});
afterEach(() => api.close());

const page = { title: 'Spring gifts', text: 'Until March', button: 'I want it' };

test('a page is made, changed, published and taken back', async () => {
  const made = await api.call('POST', '/v1/pages', { body: page });
  expect(made).toMatchObject({
    status: 201,
    body: {
      slug: 'spring_gifts',
      address: 'https://shop.example/o/spring_gifts',
      is_published: false,
      views: 0,
    },
  });
  const put = (body: object) => api.call('PUT', '/v1/pages/spring_gifts', { body });
  expect(await put({ url: 'https://shop.example/gifts', is_published: true })).toMatchObject({
    status: 200,
    body: { title: 'Spring gifts', url: 'https://shop.example/gifts', is_published: true },
  });
  expect(await put({ url: null, is_published: false })).toMatchObject({
    body: { url: null, is_published: false, published_at: null },
  });
  expect(await api.call('GET', '/v1/pages/spring_gifts')).toMatchObject({ status: 200, body: { url: null } });
});

test('pages are listed page by page, the newest first', async () => {
  for (const slug of ['one', 'two', 'three']) {
    await api.call('POST', '/v1/pages', { body: { ...page, slug } });
    api.clock.advance(1000);
  }
  const first = await api.call('GET', '/v1/pages?limit=2');
  expect(first.body).toMatchObject({ pages: [{ slug: 'three' }, { slug: 'two' }], next: 'two' });
  const second = await api.call('GET', '/v1/pages?limit=2&cursor=two');
  expect(second.body).toMatchObject({ pages: [{ slug: 'one' }], next: null });
});

test.each([
  [{ ...page, slug: 'taken' }, 409, 'page_slug_taken'],
  [{ ...page, coupon: 'cpn_x' }, 422, 'coupon_not_found'],
  [{ ...page, picture: 'pic_x' }, 422, 'picture_not_found'],
  [{ ...page, url: 'javascript:alert(1)' }, 422, 'invalid_request'],
  [{ ...page, slug: 'Not Good' }, 422, 'invalid_request'],
])('a page like %j is refused', async (body, status, code) => {
  await api.call('POST', '/v1/pages', { body: { ...page, slug: 'taken' } });
  expect(await api.call('POST', '/v1/pages', { body })).toMatchObject({ status, body: { code } });
});

test('a shop says what a customer wants to hear of, and reads what the customer said in the chat', async () => {
  const chat = testChat(api.svoi, { language: 'en' });
  await chat.contact(phone);
  await chat.press('never:journey:refill');
  expect(await api.call('PUT', topics, { body: { topics: { offers: false } } })).toMatchObject({
    status: 200,
    body: { topics: { offers: false, points: true }, journeys: [{ key: 'refill', until: null }] },
  });
  await api.call('PUT', topics, { body: { topics: { offers: true, surveys: false } } });
  expect((await api.call('GET', topics)).body).toMatchObject({ topics: { offers: true, surveys: false } });
  const unknown = await api.call('GET', '/v1/customers/phone:+380671234599/topics');
  expect(unknown).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
});
