import { type Models, modelFit } from '../../core/insights/models.ts';
import type { Reading, Statement } from '../database.ts';
import { readRow } from '../database.ts';
import { computationStatement, readComputation } from './computations.ts';

/** Under which names the models are kept. */
const names = { bgnbd: 'bgnbd', gammaGamma: 'gamma_gamma' } as const;

/** Customers read at once: their figures come as one cell, since each cell costs about a microsecond. */
const pageSize = 20_000;

const pageSql = `select max(id) as last, count(*) as customers,
    '[' || group_concat(order_days || ',' || (last_day - first_day) || ',' || (?1 - first_day) || ',' || paid_minor) || ']'
      as figures
  from (select id, order_days, first_day, last_day, paid_minor from customers
    where id > ?2 and order_days > 0 and erased_at is null and merged_into is null order by id limit ?3)`;

/** Fits the models to all buyers, as of `today` (days since 1970). A long look: see `analyses.ts`. */
export async function fitModels(database: Reading, { today }: { readonly today: number }): Promise<Models> {
  const fit = modelFit();
  let after = '';
  for (;;) {
    const page = await readRow(database, pageSql, today, after, pageSize);
    if (!page || page.last === null) return fit.fit();
    const figures: number[] = JSON.parse(String(page.figures));
    for (let at = 0; at < figures.length; at += 4) {
      const [orderDays = 0, spanDays = 0, ageDays = 0, paidMinor = 0] = figures.slice(at, at + 4);
      fit.add({ orderDays, spanDays, ageDays, paidMinor });
    }
    if (Number(page.customers) < pageSize) return fit.fit();
    after = String(page.last);
  }
}

/** The models as fitted last; undefined before the first night. */
export async function readModels(database: Reading): Promise<Models | undefined> {
  const [bgnbd, gammaGamma] = await Promise.all([
    readComputation<Models['bgnbd']>(database, names.bgnbd),
    readComputation<Models['gammaGamma']>(database, names.gammaGamma),
  ]);
  return bgnbd && gammaGamma && { bgnbd: bgnbd.result, gammaGamma: gammaGamma.result };
}

/** Keeps the models. */
export function modelStatements({ bgnbd, gammaGamma }: Models, now: number): Statement[] {
  return [
    computationStatement(names.bgnbd, bgnbd, now),
    computationStatement(names.gammaGamma, gammaGamma, now),
  ];
}
