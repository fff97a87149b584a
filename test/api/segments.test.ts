import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SegmentId } from '../../core/ids.ts';
import { restoreSegment } from '../../core/segments/saved.ts';
import { readRows } from '../../db/database.ts';
import { type Answer, purchaseBody, type TestApi, testApi } from '../support/api.ts';

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

/** Bodies of segments are told apart by the tests. */
const bodyOf = ({ text }: Answer) => JSON.parse(text) as Record<string, never>;

async function save(name: string, rule: string): Promise<Answer> {
  return api.call('POST', '/v1/segments', { body: { name, rule } });
}

async function buyAs(phone: string, id: string, store: string): Promise<void> {
  const body = purchaseBody({ id, customer: { phone }, store });
  expect((await api.call('POST', '/v1/purchases', { body })).status).toBe(201);
}

describe('a segment over HTTP', () => {
  it('is looked at before it is saved: counted, explained, with some of its people', async () => {
    await buyAs('+380671234567', 'r-1', 'kyiv-1');
    await buyAs('+380671234568', 'r-2', 'lviv');
    const body = { rule: 'Store = KYIV-1 and orders(30 days)>=1', locale: 'en' };
    const answer = await api.call('POST', '/v1/segments/preview', { body });
    expect(answer.status).toBe(200);
    expect(bodyOf(answer)).toEqual({
      rule: 'store=kyiv-1 and orders(30d)>=1',
      explanation: ['Bought in the store: kyiv-1', 'Purchases (in 30 days): at least 1'],
      customers: 1,
      reachable: 0,
      sample: [
        {
          id: expect.stringMatching(/^cus_/),
          ...{ name: null, phone: '+380671234567', orders: 1, paid: 50_000 },
          last_purchase_at: '2026-11-22T09:30:00.000Z',
        },
      ],
    });
  });

  it('with wrong words is refused, each pointed at with what was likely meant', async () => {
    await buyAs('+380671234567', 'r-1', 'kyiv-1');
    const answer = await api.call('POST', '/v1/segments/preview', {
      body: { rule: 'agee>5 and store=kyiv-2' },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { pointer: '/rule', detail: 'character 1: "agee" is no field; did you mean age?' },
      { pointer: '/rule', detail: 'character 18: "kyiv-2" is not known here; did you mean kyiv-1?' },
    ]);
  });

  it('is saved once, read, listed and removed', async () => {
    const saved = await save('VIP', 'orders >= 2');
    expect(saved.status).toBe(201);
    expect(bodyOf(saved)).toMatchObject({ name: 'VIP', rule: 'orders>=2', revision: 1 });
    const again = await save('VIP', 'orders>=2');
    expect([again.status, again.headers.get('Idempotent-Replay')]).toEqual([200, 'true']);
    expect(await save('vip', 'orders>=3')).toMatchObject({
      status: 409,
      body: { code: 'segment_name_taken' },
    });
    const { id } = saved.body;
    expect(bodyOf(await api.call('GET', `/v1/segments/${id}`))).toMatchObject({ id, customers: 0 });
    expect(bodyOf(await api.call('GET', '/v1/segments'))).toMatchObject({ segments: [{ id }], next: null });
    expect((await api.call('DELETE', `/v1/segments/${id}`)).status).toBe(200);
    expect(await api.call('GET', `/v1/segments/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'segment_not_found' },
    });
  });

  it('lists its members page by page, each of them once', async () => {
    for (const digit of [1, 2, 3, 4, 5]) await buyAs(`+38067123456${digit}`, `r-${digit}`, 'kyiv-1');
    await save('Buyers', 'orders>=1');
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { text } = await api.call('GET', `/v1/segments/Buyers/members?limit=2${query}`);
      const page = JSON.parse(text) as { members: { phone: string }[]; next: string | null };
      seen.push(...page.members.map(({ phone }) => phone));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5].map((digit) => `+38067123456${digit}`));
  });

  it('that others look at is renamed in them, and stays until they let it go', async () => {
    const young = (await save('Young', 'age<30')).body.id;
    const both = (await save('Young buyers', 'segment=young and orders>=1')).body.id;
    expect(await api.call('DELETE', `/v1/segments/${young}`)).toMatchObject({
      status: 409,
      body: { code: 'segment_in_use', detail: expect.stringContaining('"Young buyers"') },
    });
    await api.call('PUT', `/v1/segments/${young}`, { body: { name: 'Under 30' } });
    expect(bodyOf(await api.call('GET', `/v1/segments/${both}`))).toMatchObject({
      rule: 'segment="Under 30" and orders>=1',
      revision: 2,
    });
  });

  it('never looks at itself, however long the way round', async () => {
    const first = (await save('First', 'orders>=1')).body.id;
    await save('Second', 'segment=First and points>0');
    await save('Third', 'not segment=Second');
    for (const rule of ['segment=First', 'age>1 or segment=Third']) {
      expect(await api.call('PUT', `/v1/segments/${first}`, { body: { rule } })).toMatchObject({
        status: 422,
        body: { code: 'segment_cycle' },
      });
    }
  });

  it('of many that look at each other twice is refused before it is too much to look at', async () => {
    let answer = await save('S0', 'orders>=1');
    for (let level = 1; answer.status === 201 && level < 20; level += 1) {
      answer = await save(`S${level}`, `segment=S${level - 1} or not segment=S${level - 1}`);
    }
    expect(answer).toMatchObject({ status: 422, body: { code: 'segment_too_large' } });
  });

  it('is not changed over what somebody else has made of it meanwhile', async () => {
    const { id } = (await save('VIP', 'orders>=2')).body;
    await api.call('PUT', `/v1/segments/${id}`, { body: { rule: 'orders>=3', revision: 1 } });
    const late = await api.call('PUT', `/v1/segments/${id}`, { body: { rule: 'orders>=4', revision: 1 } });
    expect(late).toMatchObject({ status: 409, body: { code: 'segment_changed' } });
  });

  it('comes back when its removal is taken back, unless its name is another’s by then', async () => {
    const { id } = (await save('VIP', 'orders>=2')).body;
    await api.call('DELETE', `/v1/segments/${id}`);
    const other = (await save('VIP', 'orders>=9')).body;
    const restore = restoreSegment(id as SegmentId, 'staff:stf_1');
    expect(await api.svoi.submit(restore)).toMatchObject({
      ok: false,
      refusal: { code: 'segment_name_taken' },
    });
    await api.call('DELETE', `/v1/segments/${other.id}`);
    expect(await api.svoi.submit(restore)).toMatchObject({ ok: true, result: { id, removedAt: null } });
  });

  it('leaves in the audit trail who made what of it', async () => {
    const { id } = (await save('VIP', 'orders>=2')).body;
    await api.call('PUT', `/v1/segments/${id}`, { body: { name: 'Best' } });
    await api.call('DELETE', `/v1/segments/${id}`);
    const rows = await readRows(
      api.svoi.database,
      'select action from audit_entries where reference = ? order by seq',
      id,
    );
    expect(rows.map(({ action }) => action)).toEqual(['segment.save', 'segment.change', 'segment.remove']);
  });

  it('is for the back office alone', async () => {
    const till = await api.addShop('Till 1', 'till');
    const refused = await api.call('POST', '/v1/segments/preview', { as: till.key, body: { rule: 'age>1' } });
    expect(refused.status).toBe(403);
  });
});
