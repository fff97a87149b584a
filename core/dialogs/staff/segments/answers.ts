import type { Customer } from '../../../customers/types.ts';
import type { QuestionId, ReportId, SegmentId } from '../../../ids.ts';
import type { Answer } from '../../../insights/questions.ts';
import type { Report, Theme } from '../../../insights/reports/types.ts';
import type { Button, Paragraph, Reply, Words } from '../../../messaging/types.ts';
import type { SegmentProblem } from '../../../segments/types.ts';
import { mayExport } from '../../../staff/rights.ts';
import type { Staff } from '../../../staff/types.ts';
import { press, toMenu } from '../../turn.ts';
import { nameOf } from '../words.ts';
import { onward } from './ask.ts';
import { pick } from './find.ts';
import { corrected, described, problemWords } from './words.ts';

/** The ways on under every answer. */
const leaving: readonly Button[] = [press({ key: 'button.staff' }, 'staff'), ...toMenu];

function answerOf(paragraphs: readonly Paragraph[], buttons: readonly (readonly Button[])[]): Answer {
  return { reply: { paragraphs, buttons: [...buttons.filter((row) => row.length > 0), leaving] } };
}

/** One of those a segment finds. */
export interface PersonFound extends Pick<Customer, 'id' | 'name' | 'phone' | 'card'> {
  /** When they last bought; null: never. */
  readonly lastAt: number | null;
}

/** What looking for a segment came to. */
export type SegmentFound =
  | { readonly problems: readonly SegmentProblem[] }
  | {
      readonly people: number;
      /** Who may and can be written to with offers. */
      readonly reachable: number;
      readonly sample: readonly PersonFound[];
      /** What to do about them, where somebody wrote that down. */
      readonly advice: readonly Words[];
    };

/** How many a text finds, a few of them, and what can be done; or what is wrong with it. */
export function segmentAnswer(
  id: QuestionId,
  text: string,
  found: SegmentFound,
  staff: Staff,
  saved?: SegmentId,
): Answer {
  if ('problems' in found) return problemAnswer(id, text, found.problems);
  const { people, reachable, sample, advice } = found;
  const counted: Words[] = [
    { key: 'people.found', variables: { count: people } },
    ...(people > 0 ? [{ key: 'people.reachable', variables: { count: reachable } } as const] : []),
  ];
  const shown: Paragraph[] =
    sample.length > 0 ? [[{ key: 'people.sample' }, ...sample.map(personWords)]] : [];
  const save = saved
    ? press({ key: 'people.remove' }, `saved:remove-${saved}`)
    : onward({ key: 'people.save' }, 'save', id);
  const change = onward({ key: 'people.change' }, 'change', id);
  const list = mayExport(staff.role) ? [onward({ key: 'people.export' }, 'export', id)] : [];
  const act = [onward({ key: 'people.who' }, 'people', id), onward({ key: 'people.write' }, 'write', id)];
  return answerOf(
    [...described(text), counted, ...advice, ...shown],
    people > 0 ? [act, [save, change], list] : [[save, change]],
  );
}

function problemAnswer(id: QuestionId, text: string, problems: readonly SegmentProblem[]): Answer {
  const [first] = problems;
  const fixed = first && corrected(text, first);
  const fix =
    first?.suggestion === undefined || fixed === undefined
      ? []
      : [[onward({ key: 'wrong.use', variables: { word: first.suggestion } }, 'fix', id)]];
  const help = press({ key: 'people.pick_instead' }, 'seg:clear');
  const answer = answerOf(
    problems.slice(0, 3).flatMap((problem) => problemWords(text, problem)),
    [...fix, [help]],
  );
  return { ...answer, keep: fixed === undefined ? {} : { fixed } };
}

/** A customer in a line. */
function personWords({ lastAt, ...customer }: PersonFound): Words {
  const name = nameOf(customer);
  return lastAt === null
    ? { key: 'people.line_never', variables: { name } }
    : { key: 'people.line', variables: { name, at: lastAt } };
}

/** A page of those a segment finds; `last`: the end of the page, where there is another. */
export function peopleAnswer(
  id: QuestionId,
  { people, last }: { readonly people: readonly PersonFound[]; readonly last: string | undefined },
): Answer {
  const more = last === undefined ? [] : [onward({ key: 'people.more' }, 'people', id)];
  const lines: Paragraph =
    people.length > 0
      ? [{ key: 'people.who_title' }, ...people.map((one) => withPhone(one))]
      : { key: 'people.no_more' };
  const back = onward({ key: 'button.back' }, 'count', id);
  return { ...answerOf([lines], [[...more, back]]), keep: { after: last ?? '' } };
}

function withPhone({ lastAt, ...customer }: PersonFound): Words {
  const variables = { name: nameOf(customer), phone: customer.phone ?? customer.card ?? '' };
  return lastAt === null
    ? { key: 'people.contact_never', variables }
    : { key: 'people.contact', variables: { ...variables, at: lastAt } };
}

/** Names to choose a condition from; those too long for a button are told, and typed. */
export function namesAnswer(conditions: readonly string[]): Answer {
  const buttons = conditions.flatMap((condition) => {
    const button = pick(condition);
    return button ? [[button]] : [];
  });
  const words: Words = { key: buttons.length > 0 ? 'people.names' : 'people.no_names' };
  return answerOf([words], [...buttons, [press({ key: 'button.back' }, 'seg:')]]);
}

/** A saved segment with how many it found last night; null: it was not there yet. */
export interface SavedInList {
  readonly id: SegmentId;
  readonly name: string;
  readonly customers: number | null;
}

/** A page of the saved segments. */
export function segmentsAnswer(saved: readonly SavedInList[], next: number | undefined): Answer {
  const rows = saved.map((one) => [press(savedWords(one), `saved:show-${one.id}`)]);
  const more = next === undefined ? [] : [press({ key: 'button.older' }, `saved:page-${next}`)];
  const words: Words = { key: saved.length > 0 ? 'segments.title' : 'segments.none' };
  return answerOf(
    [words],
    [
      ...rows,
      more,
      [press({ key: 'staff_button.segment' }, 'do:segment'), press({ key: 'campaign.all' }, 'campaigns')],
    ],
  );
}

function savedWords({ name, customers }: SavedInList): Words {
  return customers === null
    ? { key: 'segments.line_new', variables: { name } }
    : { key: 'segments.line', variables: { name, number: customers } };
}

/** How a picture was asked for. */
export interface PictureAsked {
  readonly days: string;
  readonly theme: Theme;
}

const spans = ['30', '90', '365'] as const;

/** A picture with what it says in words; other spans, light or dark, and the others. */
export function reportAnswer({ days, theme }: PictureAsked, report: Report, id: ReportId): Answer {
  const { name, takeaway } = report;
  const periods = spans
    .filter((span) => span !== days)
    .map((span) =>
      press({ key: 'pictures.span', variables: { days: Number(span) } }, `picture:${name}.${span}.${theme}`),
    );
  const answer = answerOf(
    [{ key: `report.title_${name}` }, takeaway],
    [
      name === 'rfm' ? [] : periods,
      [inOtherTheme(`picture:${name}.${days}`, theme), press({ key: 'pictures.others' }, 'do:report')],
    ],
  );
  return withPicture(answer, report, id, theme);
}

function inOtherTheme(data: string, theme: Theme): Button {
  const other = theme === 'dark' ? 'light' : 'dark';
  return press({ key: `pictures.${other}` }, `${data}.${other}`);
}

function withPicture({ reply, ...answer }: Answer, { takeaway }: Report, id: ReportId, theme: Theme): Answer {
  return { ...answer, reply: { ...reply, picture: { kind: 'report', report: id, theme, takeaway } } };
}

/** How the map was asked for: `profile` where it is not the first one, and whether there are several. */
export interface MapAsked {
  readonly theme: Theme;
  readonly profile: string | undefined;
  readonly several: boolean;
}

/** The RFM map: a picture, and a button for each segment that somebody is in. */
export function mapAnswer({ theme, profile, several }: MapAsked, report: Report, id: ReportId): Answer {
  const field = profile === undefined ? 'rfm' : `rfm.${profile}`;
  const rows = report.name === 'rfm' ? report.segments.filter(({ customers }) => customers > 0) : [];
  const buttons = rows.map(({ key, customers: number }) => [
    press({ key: 'rfm_map.line', variables: { segment: key, number } }, `look:${field}=${key}`),
  ]);
  const others = several ? [press({ key: 'rfm_map.others' }, 'do:rfm')] : [];
  const words: Words[] = rows.length > 0 ? [report.takeaway, { key: 'rfm_map.pick' }] : [report.takeaway];
  const answer = answerOf(
    [{ key: 'report.title_rfm' }, words],
    [...buttons, [inOtherTheme(`map:${profile ?? ''}`, theme), ...others]],
  );
  return withPicture(answer, report, id, theme);
}

/** Said once an answer could not be found after several looks. */
export function gaveUpReply(id: QuestionId): Reply {
  return {
    paragraphs: [{ key: 'people.gave_up' }],
    buttons: [[onward({ key: 'people.again' }, 'again', id)], leaving],
  };
}
