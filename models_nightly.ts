import type { Models } from './core/insights/models.ts';
import { DAY_MS, localTime } from './core/time.ts';
import { computationStatement } from './db/insights/computations.ts';
import { secondPurchaseName } from './db/insights/lifecycle.ts';
import { modelStatements, readModels } from './db/insights/models.ts';
import { removeScores, type ScorePage, scoreStatement } from './db/insights/scores.ts';
import type { Worked } from './jobs.ts';
import type { NightlyTask } from './nightly.ts';

/** Rows of one commit: a purchase that comes meanwhile waits for no more. */
const rowsAtOnce = 500;

/** How long people wait with their second purchase, who buys on, and what that brings: learned anew, and each customer scored. */
export const modelsTask: NightlyTask = {
  name: 'models',
  async run(svoi) {
    const now = svoi.clock.now();
    const today = Math.floor(localTime(now, svoi.program().zone) / DAY_MS);
    const second = await svoi.analyst.ask('secondPurchase', { today });
    await svoi.database.write([computationStatement(secondPurchaseName, second, now)]);
    const models = await fitAnew(svoi, today, now);
    await dropScores(svoi, models.bgnbd.fitted);
    if (models.bgnbd.fitted) await scoreAll(svoi, models, today, now);
  },
};

/** The models of tonight; where the search found no best one, those of the night before hold on. */
async function fitAnew(svoi: Worked, today: number, now: number): Promise<Models> {
  const [fresh, kept] = [await svoi.analyst.ask('fitModels', { today }), await readModels(svoi.database)];
  const models = {
    bgnbd: unsettled(fresh.bgnbd) ? (kept?.bgnbd ?? fresh.bgnbd) : fresh.bgnbd,
    gammaGamma: unsettled(fresh.gammaGamma) ? (kept?.gammaGamma ?? fresh.gammaGamma) : fresh.gammaGamma,
  };
  await svoi.database.write(modelStatements(models, now));
  return models;
}

function unsettled(model: Models['bgnbd'] | Models['gammaGamma']): boolean {
  return !model.fitted && model.why === 'unsettled';
}

async function dropScores(svoi: Worked, fitted: boolean): Promise<void> {
  for (;;) {
    const gone = await svoi.analyst.ask('scoresToRemove', { fitted, limit: rowsAtOnce });
    if (gone.length === 0) return;
    await svoi.database.write([removeScores(gone)]);
  }
}

async function scoreAll(svoi: Worked, models: Models, today: number, now: number): Promise<void> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const { changed, last }: ScorePage = await svoi.analyst.ask('scorePage', { models, today, after });
    for (let at = 0; at < changed.length; at += rowsAtOnce) {
      await svoi.database.write([scoreStatement(changed.slice(at, at + rowsAtOnce), now)]);
    }
    after = last;
  }
}
