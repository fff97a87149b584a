import { type AuditChanges, type AuditFacts, type AuditNeeds, auditEntries } from '../audit/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { SegmentId } from '../ids.ts';
import type { Command, Context, Decision } from '../ports.ts';
import { conditionsOf, parseSegment, segmentsNamed } from './parse.ts';
import { segmentText } from './text.ts';
import type { Condition, Rule } from './types.ts';

/** A segment that was saved under a name. */
export interface Segment {
  readonly id: SegmentId;
  readonly name: string;
  /** In the compact form, as `segmentText` writes it. */
  readonly rule: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly removedAt: number | null;
  readonly revision: number;
}

/** `savedSegments`: all of them are to be read; whoever asks is kept apart from others who do. */
export interface SegmentNeeds extends AuditNeeds {
  readonly savedSegments?: true;
}

/** All segments ever saved, those removed among them. */
export interface SegmentFacts extends AuditFacts {
  savedSegments(): readonly Segment[];
}

/** Segments to write: updates hold the whole row, its revision one ahead. */
export interface SegmentChanges extends AuditChanges {
  readonly segments?: readonly Segment[];
  readonly segmentUpdates?: readonly Segment[];
}

/** A use case over saved segments. */
export type SegmentCommand<Result> = Command<SegmentNeeds, SegmentFacts, SegmentChanges, Result>;

/** The most that can be saved, and characters of a name. */
export const savedLimits = { segments: 500, nameCharacters: 60 } as const;

/** The most conditions of a segment with those of all it looks at in their places. */
export const mostExpanded = 1000;

const needs: SegmentNeeds = { savedSegments: true, auditChains: ['house'] };

/** What a segment is called, as it is kept; undefined where nobody could call it that. */
export function segmentName(typed: string): string | undefined {
  const name = typed.replace(/\s+/gu, ' ').trim();
  const fits = name !== '' && name.length <= savedLimits.nameCharacters && !/[\p{Cc}\p{Cs}]/u.test(name);
  return fits ? name : undefined;
}

/**
 * Saves a segment under a name of its own, however it is capitalised. The same rule under the same name again changes
 * nothing (`existed`). Refuses `segment_invalid`, `segment_name_invalid`, `segment_name_taken`, `segment_cycle`,
 * `segment_too_large`, `too_many_segments`.
 */
export function saveSegment(
  { name: typed, rule: text }: Pick<Segment, 'name' | 'rule'>,
  actor: string,
): SegmentCommand<{ readonly segment: Segment; readonly existed: boolean }> {
  return {
    name: 'segment.save',
    needs,
    decide(facts, context) {
      const live = liveOf(facts);
      const fitting = checkedSegment(typed, text, live);
      if (!fitting.ok) return fitting;
      const { name, rule } = fitting.result;
      const there = live.find((one) => isCalled(one, name));
      if (there?.rule === rule) return { ok: true, changes: {}, result: { segment: there, existed: true } };
      if (there) return nameTaken(there.name);
      if (live.length >= savedLimits.segments) {
        return refuse(
          'too_many_segments',
          `at most ${savedLimits.segments} segments are kept: remove one first`,
        );
      }
      const { now, ids } = context;
      const segment: Segment = {
        ...{ id: ids.next('seg', now), name, rule, createdBy: actor, createdAt: now, updatedAt: now },
        ...{ removedAt: null, revision: 1 },
      };
      const audit = audited('segment.save', segment, actor, facts, context);
      return { ok: true, changes: { segments: [segment], audit }, result: { segment, existed: false } };
    },
  };
}

/** What of a segment is to be another. */
export interface SegmentChange {
  readonly name?: string;
  readonly rule?: string;
  /** The revision that was looked at; left out, whatever is there is changed. */
  readonly revision?: number;
}

/**
 * Renames a segment, changes its rule, or both; segments that look at it by its name follow. Refuses what `saveSegment`
 * does, `segment_not_found`, and `segment_changed` where it is another revision by now.
 */
export function changeSegment(id: SegmentId, change: SegmentChange, actor: string): SegmentCommand<Segment> {
  return {
    name: 'segment.change',
    needs,
    decide(facts, context) {
      const live = liveOf(facts);
      const segment = live.find((one) => one.id === id);
      if (!segment) return segmentNotFound();
      if (change.revision !== undefined && change.revision !== segment.revision) {
        return refuse('segment_changed', 'somebody changed it meanwhile: look at it again', '/revision');
      }
      const others = live.filter((one) => one !== segment);
      const fitting = checkedSegment(
        change.name ?? segment.name,
        change.rule ?? segment.rule,
        others,
        segment.name,
      );
      if (!fitting.ok) return fitting;
      const { name, rule } = fitting.result;
      const taken = others.find((one) => isCalled(one, name));
      if (taken) return nameTaken(taken.name);
      if (name === segment.name && rule === segment.rule) return { ok: true, changes: {}, result: segment };
      const next = updated(segment, { name, rule }, context);
      const followers = name === segment.name ? [] : renamedIn(others, segment.name, name, context);
      const audit = audited('segment.change', next, actor, facts, context);
      return { ok: true, changes: { segmentUpdates: [next, ...followers], audit }, result: next };
    },
  };
}

/** Removes a segment; again: the same. Refuses `segment_not_found`, and `segment_in_use` while others look at it. */
export function removeSegment(id: SegmentId, actor: string): SegmentCommand<Segment> {
  return {
    name: 'segment.remove',
    needs,
    decide(facts, context) {
      const segment = facts.savedSegments().find((one) => one.id === id);
      if (!segment) return segmentNotFound();
      if (segment.removedAt !== null) return { ok: true, changes: {}, result: segment };
      const users = liveOf(facts).filter((one) => looksAt(one, segment.name));
      if (users.length > 0) {
        const names = users.map(({ name }) => `"${name}"`).join(', ');
        return refuse('segment_in_use', `remove or change first what looks at it: ${names}`);
      }
      const removed = updated(segment, { removedAt: context.now }, context);
      const audit = audited('segment.remove', removed, actor, facts, context);
      return { ok: true, changes: { segmentUpdates: [removed], audit }, result: removed };
    },
  };
}

/**
 * Takes a removal back. Refuses `segment_not_found`, `segment_name_taken` where another has the name by now, and
 * `segment_invalid` where it looks at one that is gone.
 */
export function restoreSegment(id: SegmentId, actor: string): SegmentCommand<Segment> {
  return {
    name: 'segment.restore',
    needs,
    decide(facts, context): Decision<SegmentChanges, Segment> {
      const segment = facts.savedSegments().find((one) => one.id === id);
      if (!segment) return segmentNotFound();
      if (segment.removedAt === null) return { ok: true, changes: {}, result: segment };
      const live = liveOf(facts);
      const fitting = checkedSegment(segment.name, segment.rule, live);
      if (!fitting.ok) return fitting;
      const taken = live.find((one) => isCalled(one, segment.name));
      if (taken) return nameTaken(taken.name);
      const restored = updated(segment, { removedAt: null }, context);
      const audit = audited('segment.restore', restored, actor, facts, context);
      return { ok: true, changes: { segmentUpdates: [restored], audit }, result: restored };
    },
  };
}

function liveOf(facts: SegmentFacts): readonly Segment[] {
  return facts.savedSegments().filter(({ removedAt }) => removedAt === null);
}

function isCalled({ name }: Segment, called: string): boolean {
  return name.toLowerCase() === called.toLowerCase();
}

function segmentNotFound() {
  return refuse('segment_not_found', 'there is no segment with this id');
}

function nameTaken(name: string) {
  return refuse('segment_name_taken', `another segment is called "${name}": put another name`, '/name');
}

/** A name and a rule as they are kept, checked against the other segments; `own`: the name it has so far. */
function checkedSegment(
  typed: string,
  text: string,
  others: readonly Segment[],
  own?: string,
): Outcome<Pick<Segment, 'name' | 'rule'>> {
  const name = segmentName(typed);
  if (name === undefined) {
    const most = savedLimits.nameCharacters;
    return refuse('segment_name_invalid', `put a name of 1 to ${most} characters on one line`, '/name');
  }
  const names = [...others.map((other) => other.name), ...(own === undefined ? [] : [own])];
  const parsed = parseSegment(text, { segments: names });
  if (!parsed.ok) {
    const [first] = parsed.problems;
    return refuse(
      'segment_invalid',
      `"${first?.word}" at character ${(first?.position ?? 0) + 1}: ${first?.kind}`,
      '/rule',
    );
  }
  const size = expandedSize(parsed.rule, others, [name, ...(own === undefined ? [] : [own])]);
  if (size === 'cycle')
    return refuse('segment_cycle', 'through the segments it looks at it looks at itself', '/rule');
  if (size > mostExpanded) {
    const detail = `with the segments it looks at it has ${size} conditions; ${mostExpanded} are the most`;
    return refuse('segment_too_large', detail, '/rule');
  }
  return { ok: true, result: { name, rule: segmentText(parsed.rule) } };
}

/** How many conditions a rule has with those of the segments it looks at; `cycle` where it comes back to `within`. */
function expandedSize(
  rule: Rule,
  segments: readonly Segment[],
  within: readonly string[],
  known = new Map<string, number>(),
): number | 'cycle' {
  let size = conditionsOf(rule).length;
  for (const name of segmentsNamed(rule)) {
    if (within.some((one) => one.toLowerCase() === name.toLowerCase())) return 'cycle';
    const segment = segments.find((one) => isCalled(one, name));
    const parsed = segment && parseSegment(segment.rule);
    if (!parsed?.ok) continue;
    const inner = known.get(name) ?? expandedSize(parsed.rule, segments, [...within, name], known);
    if (inner === 'cycle') return 'cycle';
    known.set(name, inner);
    size += inner;
  }
  return size;
}

function updated(segment: Segment, change: Partial<Segment>, { now }: Context): Segment {
  return { ...segment, ...change, updatedAt: now, revision: segment.revision + 1 };
}

function audited(action: string, { id }: Segment, actor: string, facts: AuditFacts, context: Context) {
  return auditEntries([{ chain: 'house', action, actor, reference: id }], facts, context);
}

function looksAt({ rule }: Segment, name: string): boolean {
  const parsed = parseSegment(rule);
  return parsed.ok && segmentsNamed(parsed.rule).some((one) => one.toLowerCase() === name.toLowerCase());
}

/** Segments that look at one by its old name, with the new one. */
function renamedIn(segments: readonly Segment[], was: string, becomes: string, context: Context): Segment[] {
  return segments
    .filter((segment) => looksAt(segment, was))
    .flatMap((segment) => {
      const parsed = parseSegment(segment.rule);
      if (!parsed.ok) return [];
      return [updated(segment, { rule: segmentText(renamed(parsed.rule, was, becomes)) }, context)];
    });
}

function renamed(rule: Rule, was: string, becomes: string): Rule {
  if (rule.kind === 'not') return { ...rule, rule: renamed(rule.rule, was, becomes) };
  if (rule.kind !== 'condition')
    return { ...rule, rules: rule.rules.map((part) => renamed(part, was, becomes)) };
  return rule.field === 'segment' ? renamedCondition(rule, was, becomes) : rule;
}

function renamedCondition(condition: Condition, was: string, becomes: string): Condition {
  const values = (condition.values ?? []).map((value) =>
    value.type === 'word' && value.word.toLowerCase() === was.toLowerCase()
      ? { ...value, word: becomes }
      : value,
  );
  return { ...condition, values };
}
