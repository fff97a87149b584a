import { lookAtDraft } from './campaigns.ts';
import { campaignAnswer } from './core/dialogs/staff/campaigns/answers.ts';
import {
  gaveUpReply,
  mapAnswer,
  namesAnswer,
  peopleAnswer,
  reportAnswer,
  type SegmentFound,
  segmentAnswer,
  segmentsAnswer,
} from './core/dialogs/staff/segments/answers.ts';
import type { CampaignId, ReportId, SegmentId } from './core/ids.ts';
import {
  type Answer,
  answerQuestion,
  beginLook,
  endLook,
  putOff,
  type Question,
  type QuestionKind,
} from './core/insights/questions.ts';
import { type Report, type ReportName, reportNames, themes } from './core/insights/reports/types.ts';
import type { Words } from './core/messaging/types.ts';
import { rfmSegments, rfSegments } from './core/program/rfm.ts';
import { parseSegment } from './core/segments/parse.ts';
import { wordText } from './core/segments/text.ts';
import type { Rule } from './core/segments/types.ts';
import type { Staff } from './core/staff/types.ts';
import { DAY_MS, localDay } from './core/time.ts';
import { nameKinds } from './db/insights/names.ts';
import { saveReport } from './db/insights/reports.ts';
import { openQuestions } from './db/questions.ts';
import { savedSegment, savedSegments } from './db/segments/saved.ts';
import type { Worked } from './jobs.ts';
import {
  lookAtJourney,
  lookAtJourneys,
  lookAtSample,
  lookAtTexts,
  lookAtTrial,
  lookAtWords,
} from './journey_looks.ts';
import { fetchPhoto, lookAtTalkPhoto } from './photos.ts';
import { lookAtEffect, lookAtResults } from './results.ts';
import { currentRfm } from './rfm.ts';

/** Questions looked at in one round. */
const questionsAtOnce = 16;

/**
 * Looks at what the staff asked, one question after the other, and answers in their chats. A look that fails is tried
 * again a little later; the first failure is thrown once all have had their turn. Safe from two processes at once.
 */
export async function answerQuestions(svoi: Worked): Promise<void> {
  const failures: unknown[] = [];
  for (;;) {
    const open = await openQuestions(svoi.database, svoi.clock.now(), questionsAtOnce);
    if (open.length === 0) break;
    for (const id of open) {
      const begun = await svoi.submit(beginLook(id, gaveUpReply(id)));
      const question = begun.ok ? begun.result.question : null;
      if (!question) continue;
      try {
        const answer = await look(question, svoi);
        if (answer) await svoi.submit(answerQuestion(id, answer));
        else await svoi.submit(endLook(id));
      } catch (error) {
        await svoi.submit(putOff(id));
        failures.push(error);
      }
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** What is said to whoever asked. */
type Say = (staff: Staff) => Answer;

/** Undefined: the conversation itself goes on with what was found. */
type Look = (question: Question, svoi: Worked) => Promise<Say | undefined>;

function look(question: Question, svoi: Worked): Promise<Say | undefined> {
  return looks[question.kind](question, svoi);
}

const people = 10;
const peopleInSample = 5;
const segmentsOfPage = 8;

const looks: Readonly<Record<QuestionKind, Look>> = {
  segment: lookForSegment,
  async people({ id, argument: { text = '', after = '' } }, svoi) {
    const asked = { ...segmentQuestion(text, svoi), limit: people + 1, after: after as never };
    const found = await svoi.analyst.ask('segmentPage', asked);
    const shown = found.slice(0, people).map((one) => ({ ...one, card: null }));
    const last = found.length > people ? shown.at(-1)?.id : undefined;
    return () => peopleAnswer(id, { people: shown, last });
  },
  async names({ argument: { names } }, svoi) {
    const kind = nameKinds.find((one) => one === names) ?? 'stores';
    const found = await svoi.analyst.ask('frequentNames', kind);
    const field = ({ stores: 'store', categories: 'category', cities: 'city', segments: 'segment' } as const)[
      kind
    ];
    return () => namesAnswer(found.map((name) => `${field}=${wordText(name)}`));
  },
  async segments({ argument: { from = '0' } }, { database }) {
    const offset = Number(from) || 0;
    const found = await savedSegments(database, { offset, limit: segmentsOfPage + 1 });
    const next = found.length > segmentsOfPage ? offset + segmentsOfPage : undefined;
    return () => segmentsAnswer(found.slice(0, segmentsOfPage), next);
  },
  audience: lookAtDraft,
  async campaign({ argument: { campaign = '' } }, svoi) {
    const found = await svoi.analyst.ask('campaignResult', campaign as CampaignId);
    if (!found) throw new Error(`there is no campaign ${campaign}`);
    return () => campaignAnswer(found);
  },
  rfm: lookAtMap,
  report: lookAtReport,
  results: ({ argument }, svoi) => lookAtResults(argument, svoi),
  journeys: ({ argument }, svoi) => lookAtJourneys(argument, svoi),
  journey: ({ argument }, svoi) => lookAtJourney(argument, svoi),
  journey_trial: ({ argument }, svoi) => lookAtTrial(argument, svoi),
  journey_texts: ({ argument }, svoi) => lookAtTexts(argument, svoi),
  journey_sample: ({ argument }, svoi) => lookAtSample(argument, svoi),
  journey_words: ({ id, argument }, svoi) => lookAtWords(id, argument, svoi),
  effect: ({ argument }, svoi) => lookAtEffect(argument, svoi),
  photo: fetchPhoto,
  talk_photo: lookAtTalkPhoto,
};

/** The segment of a question: its text, or the saved one it names. */
async function lookForSegment({ id, argument }: Question, svoi: Worked): Promise<Say> {
  const saved = argument.saved === undefined ? undefined : await savedSegment(svoi.database, argument.saved);
  const text = saved?.rule ?? argument.text ?? '';
  const found = await findSegment(text, id, svoi);
  const keep = { text, ...(saved ? { name: saved.name } : {}) };
  return (staff) => {
    const answer = segmentAnswer(id, text, found, staff, saved?.id as SegmentId | undefined);
    return { ...answer, keep: { ...keep, ...answer.keep } };
  };
}

async function findSegment(text: string, seed: string, svoi: Worked): Promise<SegmentFound> {
  const parsed = parseSegment(text, await svoi.analyst.ask('segmentCatalogue', svoi.program()));
  if (!parsed.ok) return { problems: parsed.problems };
  const asked = segmentQuestion(text, svoi);
  const { customers, reachable } = await svoi.analyst.ask('segmentCount', asked);
  const sample = await svoi.analyst.ask('segmentSample', { ...asked, seed, size: peopleInSample });
  return {
    ...{ people: customers, reachable, advice: adviceFor(parsed.rule) },
    sample: sample.map((one) => ({ ...one, card: null })),
  };
}

/** What to do about a part of the RFM map, where the segment is just that. */
function adviceFor(rule: Rule): Words[] {
  if (rule.kind !== 'condition' || (rule.field !== 'rfm' && rule.field !== 'rf')) return [];
  const [value] = rule.operator === '=' ? (rule.values ?? []) : [];
  const known = [...rfmSegments, ...rfSegments].find((one) => value?.type === 'word' && value.word === one);
  return known ? [{ key: `rfm_advice.${known}` }] : [];
}

function segmentQuestion(rule: string, svoi: Worked) {
  return { rule, program: svoi.program(), now: svoi.clock.now() };
}

/** The RFM map of a profile: the picture, and each segment with how many are in it. */
async function lookAtMap({ argument: { profile = '', theme } }: Question, svoi: Worked): Promise<Say> {
  const { zone, rfm } = svoi.program();
  const asked = { name: 'rfm', program: { zone, rfm }, now: svoi.clock.now(), profile } as const;
  const found = rfm.profiles.find(({ name }) => name === profile);
  // What was computed long ago is computed anew: somebody looks at it.
  if (found) await currentRfm(svoi, found);
  const report = await svoi.analyst.ask('report', asked);
  const id = await kept(report, svoi);
  const wanted = themes.find((one) => one === theme) ?? 'light';
  const isMain = rfm.profiles[0]?.name === profile;
  return () =>
    mapAnswer(
      { theme: wanted, profile: isMain ? undefined : profile, several: rfm.profiles.length > 1 },
      report,
      id,
    );
}

/** Keeps a report for its picture, which is drawn when the message is sent. */
async function kept(report: Report, { database, ids, clock }: Worked): Promise<ReportId> {
  const now = clock.now();
  const id = ids.next('rep', now);
  await saveReport(database, id, report, now);
  return id;
}

async function lookAtReport(
  { argument: { name = '', days = '30', theme } }: Question,
  svoi: Worked,
): Promise<Say> {
  const known: ReportName = reportNames.find((one) => one === name) ?? 'rfm';
  const { zone, rfm } = svoi.program();
  const now = svoi.clock.now();
  const from = localDay(now - (Number(days) - 1) * DAY_MS, zone);
  const report = await svoi.analyst.ask('report', { name: known, program: { zone, rfm }, now, from });
  const id = await kept(report, svoi);
  return () => reportAnswer({ days, theme: themes.find((one) => one === theme) ?? 'light' }, report, id);
}
