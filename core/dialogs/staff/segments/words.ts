import { explainSegment } from '../../../insights/segments/explain.ts';
import type { Paragraph, Words } from '../../../messaging/types.ts';
import { parseSegment } from '../../../segments/parse.ts';
import type { ProblemKind, SegmentProblem } from '../../../segments/types.ts';

/** A segment as people read it: a line for each condition, and the text it is written in. */
export function described(text: string): Paragraph[] {
  return [explained(text), asText(text)];
}

function asText(text: string): Words {
  return { key: 'people.as_text', variables: { text } };
}

/** A condition on a button: in words where they are one line, else as text. */
export function briefly(condition: string): Words {
  const [, from, to] = /^age>=(\d+) and age<=(\d+)$/.exec(condition) ?? [];
  if (from !== undefined) return asText(`${from}–${to}`);
  const lines = explained(condition);
  return lines.length === 1 && lines[0] ? lines[0] : asText(condition);
}

/** A line for each condition; nothing where the text cannot be read. */
function explained(text: string): Words[] {
  const parsed = parseSegment(text);
  return parsed.ok ? explainSegment(parsed.rule) : [];
}

/** How much of a text is shown around a word that is wrong. */
const around = 30;

/** What is wrong with a text: the word, where it stands, and what may have been meant. */
export function problemWords(text: string, problem: SegmentProblem): Paragraph[] {
  const { position, length, word, suggestion, expected = [] } = problem;
  const from = Math.max(0, position - around);
  const to = Math.min(text.length, position + length + around);
  const shown =
    `${from > 0 ? '…' : ''}${text.slice(from, position)}👉${text.slice(position, position + length)}👈` +
    `${text.slice(position + length, to)}${to < text.length ? '…' : ''}`;
  return [
    [
      sentenceOf(problem.kind, word),
      { key: 'wrong.where', variables: { text: shown } },
      ...(suggestion === undefined ? [] : [{ key: 'wrong.meant', variables: { word: suggestion } } as const]),
      ...(suggestion === undefined && expected.length > 0
        ? [{ key: 'wrong.expected', variables: { words: expected.slice(0, 6).join(', ') } } as const]
        : []),
    ],
  ];
}

function sentenceOf(kind: ProblemKind, word: string): Words {
  switch (kind) {
    case 'empty':
    case 'too_long':
    case 'too_deep':
    case 'too_many_conditions':
    case 'unclosed_quote':
    case 'unclosed_parenthesis':
    case 'missing_filter':
    case 'missing_operator':
    case 'missing_value':
      return { key: `wrong.${kind}` };
    default:
      return { key: `wrong.${kind}`, variables: { word } };
  }
}

/** The text with what may have been meant in the place of the word that is wrong. */
export function corrected(
  text: string,
  { position, length, suggestion }: SegmentProblem,
): string | undefined {
  if (suggestion === undefined) return undefined;
  return text.slice(0, position) + suggestion + text.slice(position + length);
}
