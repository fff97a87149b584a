import type { Locale } from './core/customers/types.ts';
import { effectAnswer, type ResultInList, resultsAnswer } from './core/dialogs/staff/results/answers.ts';
import { readerIn, readResult, resultArgument } from './core/dialogs/staff/results/asked.ts';
import type { CampaignId } from './core/ids.ts';
import type { EffectAsked } from './core/insights/proof/question.ts';
import type { Answer, QuestionArgument } from './core/insights/questions.ts';
import type { EffectReport } from './core/insights/reports/types.ts';
import type { Texts } from './core/journeys/definition.ts';
import { isInstant } from './core/journeys/in_force.ts';
import type { Words } from './core/messaging/types.ts';
import { saveReport } from './db/insights/reports.ts';
import type { Worked } from './jobs.ts';
import type { Svoi } from './svoi.ts';

type Known = Pick<Svoi, 'analyst' | 'program' | 'clock' | 'journeys' | 'shipped'>;

/** What something changed; undefined where there is no such campaign, journey or version of one. */
export function effectOf(svoi: Known, asked: EffectAsked): Promise<EffectReport | undefined> {
  const { zone, point_value, proof } = svoi.program();
  const program = { zone, point_value, proof };
  return svoi.analyst.ask('effect', { asked: withShipped(asked, svoi), program, now: svoi.clock.now() });
}

/** The versions of a journey are in the database, but for the one that came with Svoi. */
function withShipped(asked: EffectAsked, { shipped }: Known): EffectAsked {
  if (asked.kind !== 'journey') return asked;
  const own = shipped.find(({ definition }) => definition.key === asked.key);
  return own ? { ...asked, shipped: own.definition } : asked;
}

/** Results on one page of the list in a chat. */
const resultsOfPage = 8;

/** What there are results of, or the one that was named. */
export async function lookAtResults(argument: QuestionArgument, svoi: Worked): Promise<() => Answer> {
  const { locale } = readerIn(argument);
  const from = Number(argument.from) || 0;
  const named = (argument.name ?? '').trim().toLowerCase();
  const list = await listed(
    named === '' ? { from, limit: resultsOfPage + 1 } : { from: 0, limit: mostNamed },
    locale,
    svoi,
  );
  if (named === '') {
    const next = list.length > resultsOfPage ? from + resultsOfPage : undefined;
    const all = from === 0 && svoi.program().proof.holdout_percent > 0 ? [allOffers] : [];
    return () => resultsAnswer([...all, ...list.slice(0, resultsOfPage)], next);
  }
  const fits = [...list, ...toldAtOnce(locale, svoi)].filter((one) => isCalled(one, named));
  const [only] = fits;
  if (only && fits.length === 1) return lookAtEffect(resultArgument(only.of, readerIn(argument)), svoi);
  const lead: Words[] = fits.length === 0 ? [{ key: 'effect.gone' }] : [];
  return () => resultsAnswer((fits.length === 0 ? list : fits).slice(0, resultsOfPage), undefined, lead);
}

/** Among so many a name is looked for. */
const mostNamed = 100;

const allOffers = { of: { kind: 'holdout' } } as const;

async function listed(
  page: { readonly from: number; readonly limit: number },
  locale: Locale,
  { analyst, journeys }: Known,
): Promise<Named[]> {
  const found = await analyst.ask('resultList', page);
  const names = new Map(journeys().map(({ key, definition: { name } }) => [key, name]));
  return found.map(({ kind, id, name, at, people }) => {
    if (kind === 'campaign') {
      return { of: { kind, id: id as CampaignId }, name: name ?? id, at, people };
    }
    return { of: { kind, key: id }, name: nameIn(names.get(id), locale) ?? id, at, people };
  });
}

/** What is told at once is no result to choose, but whoever asks for it by its name is told why. */
function toldAtOnce(locale: Locale, { journeys }: Known): Named[] {
  return journeys().flatMap(({ key, definition }) =>
    isInstant(definition)
      ? [{ of: { kind: 'journey', key }, name: nameIn(definition.name, locale) ?? key, at: null, people: 0 }]
      : [],
  );
}

function nameIn(texts: Texts | undefined, locale: Locale): string | undefined {
  return texts?.[locale] ?? Object.values(texts ?? {}).find((text) => text !== undefined);
}

type Named = Extract<ResultInList, { readonly name: string }>;

function isCalled({ of, name }: Named, named: string): boolean {
  const ids = of.kind === 'journey' ? [of.key] : of.kind === 'campaign' ? [of.id.toLowerCase()] : [];
  return ids.includes(named) || name.toLowerCase().includes(named);
}

/** One result, kept for its picture. */
export async function lookAtEffect(argument: QuestionArgument, svoi: Worked): Promise<() => Answer> {
  const of = readResult(argument.of ?? '');
  const report = of && (await effectOf(svoi, of));
  if (!of || !report) return lookAtResults({ ...argument, from: '0', name: argument.of ?? '' }, svoi);
  const { database, ids, clock } = svoi;
  const now = clock.now();
  const id = ids.next('rep', now);
  await saveReport(database, id, report, now);
  return () => effectAnswer(of, readerIn(argument), report, id);
}
