import { answerQuestions } from './answers.ts';
import type { Worked } from './jobs.ts';
import { sendCampaigns } from './mailings.ts';

/** Does what the staff asked for and what takes its time: answers questions, writes to segments. */
export async function runErrands(svoi: Worked): Promise<void> {
  const failures: unknown[] = [];
  for (const run of [answerQuestions, sendCampaigns]) {
    await run(svoi).catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
