import { type Reader, readCondition } from './condition.ts';
import { connectiveOf, type Token, tokens } from './tokens.ts';
import type { Catalogue, ParsedSegment, Rule, SegmentProblem } from './types.ts';
import { problemAt } from './values.ts';

/** How much a text and its rule may hold. */
export const segmentLimits = { characters: 4000, conditions: 60, depth: 8 } as const;

/**
 * Reads a segment as people write it: `age>=25 and gender=f and last_purchase>60d and store=kyiv-1`. Names that the
 * catalogue lists are checked; every problem says which word is wrong and what was likely meant. What is wrong inside
 * one condition does not hide what is wrong in the next.
 */
export function parseSegment(text: string, catalogue: Catalogue = {}): ParsedSegment {
  if (text.length > segmentLimits.characters) {
    return failed([{ kind: 'too_long', position: segmentLimits.characters, length: 0, word: '' }]);
  }
  const pieces = tokens(text);
  const unclosed = pieces.find(({ kind }) => kind === 'unclosed');
  if (unclosed) return failed([problemAt(unclosed, 'unclosed_quote').problem]);
  if (pieces.length === 1) return failed([{ kind: 'empty', position: 0, length: 0, word: '' }]);
  const tooDeep = beyondNesting(pieces);
  if (tooDeep) return failed([problemAt(tooDeep, 'too_deep').problem]);
  const parser = createParser(pieces, catalogue);
  const rule = parser.whole();
  if (parser.problems.length > 0) return failed(parser.problems);
  const tooMuch = beyondLimits(rule);
  return tooMuch ? failed([tooMuch]) : { ok: true, rule };
}

function failed(problems: readonly SegmentProblem[]): ParsedSegment {
  return { ok: false, problems: [...problems].sort((a, b) => a.position - b.position) };
}

/** What stands for a condition that could not be read: its problem is told, and the rule is never used. */
const unread: Rule = { kind: 'condition', field: 'random' };

/** The most parentheses within each other, before there is a rule whose depth could be measured. */
const mostNested = 50;

function beyondNesting(pieces: readonly Token[]): Token | undefined {
  let nested = 0;
  return pieces.find(({ kind }) => {
    if (kind === '(') nested += 1;
    if (kind === ')') nested -= 1;
    return nested > mostNested;
  });
}

function createParser(pieces: readonly Token[], catalogue: Catalogue) {
  const problems: SegmentProblem[] = [];
  const end = pieces.at(-1) as Token;
  let index = 0;
  const reader: Reader = {
    catalogue,
    peek: (ahead = 0) => pieces[index + ahead] ?? end,
    take() {
      const token = pieces[index] ?? end;
      index = Math.min(index + 1, pieces.length - 1);
      return token;
    },
  };

  function whole(): Rule {
    const rule = either();
    const next = reader.peek();
    if (next.kind !== 'end')
      problems.push(problemAt(next, 'unexpected', { expected: ['and', 'or'] }).problem);
    return rule;
  }

  function either(): Rule {
    return joined('or', both);
  }

  function both(): Rule {
    return joined('and', negated);
  }

  function joined(kind: 'and' | 'or', part: () => Rule): Rule {
    const rules = [part()];
    while (connectiveOf(reader.peek()) === kind) {
      reader.take();
      rules.push(part());
    }
    return rules.length === 1 ? (rules[0] as Rule) : { kind, rules: rules.flatMap(partsOf(kind)) };
  }

  function negated(): Rule {
    let times = 0;
    while (connectiveOf(reader.peek()) === 'not') {
      reader.take();
      times += 1;
    }
    let rule = single();
    for (; times > 0; times -= 1) rule = { kind: 'not', rule };
    return rule;
  }

  function single(): Rule {
    if (reader.peek().kind === '(') return inParentheses();
    const start = index;
    const read = readCondition(reader);
    if (read.ok) return read.value;
    problems.push(read.problem);
    index = start;
    skipCondition();
    return unread;
  }

  function inParentheses(): Rule {
    const opening = reader.take();
    const rule = either();
    if (reader.peek().kind === ')') reader.take();
    else if (reader.peek().kind === 'end') problems.push(problemAt(opening, 'unclosed_parenthesis').problem);
    return rule;
  }

  /** Goes on to what may follow a condition: the parentheses it opened are left behind with it. */
  function skipCondition(): void {
    let open = 0;
    for (;;) {
      const next = reader.peek();
      const connective = connectiveOf(next);
      if (next.kind === 'end' || (open === 0 && next.kind === ')')) return;
      if (open === 0 && (connective === 'and' || connective === 'or')) return;
      if (next.kind === '(') open += 1;
      if (next.kind === ')') open -= 1;
      reader.take();
    }
  }

  return { problems, whole };
}

/** Parts of the same kind become parts of the whole. */
function partsOf(kind: 'and' | 'or') {
  return (rule: Rule): readonly Rule[] => (rule.kind === kind ? rule.rules : [rule]);
}

function beyondLimits(rule: Rule): SegmentProblem | undefined {
  const nowhere = { position: 0, length: 0, word: '' };
  if (conditionsOf(rule).length > segmentLimits.conditions)
    return { kind: 'too_many_conditions', ...nowhere };
  if (depthOf(rule) > segmentLimits.depth) return { kind: 'too_deep', ...nowhere };
  return undefined;
}

/** All conditions of a rule, in the order of its text. */
export function conditionsOf(rule: Rule): Extract<Rule, { kind: 'condition' }>[] {
  if (rule.kind === 'condition') return [rule];
  return rule.kind === 'not' ? conditionsOf(rule.rule) : rule.rules.flatMap(conditionsOf);
}

function depthOf(rule: Rule): number {
  if (rule.kind === 'condition') return 1;
  if (rule.kind === 'not') return 1 + depthOf(rule.rule);
  return 1 + Math.max(...rule.rules.map(depthOf));
}

/** The names of the saved segments a rule looks at. */
export function segmentsNamed(rule: Rule): string[] {
  return conditionsOf(rule)
    .filter(({ field }) => field === 'segment')
    .flatMap(({ values = [] }) => values.flatMap((value) => (value.type === 'word' ? [value.word] : [])));
}
