import type { Operator } from './types.ts';

/** A piece of a text: which characters it is made of, and what they say. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'operator' | '(' | ')' | ',' | 'end' | 'unclosed';
  /** A word as written, a quoted one without its quotes, an operator in its usual form. */
  readonly text: string;
  readonly position: number;
  readonly length: number;
}

const operators: Readonly<Record<string, Operator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '≠': '!=',
  '<': '<',
  '<=': '<=',
  '≤': '<=',
  '>': '>',
  '>=': '>=',
  '≥': '>=',
};

/** Opening quotes and the ones that close them: phones put in curly ones by themselves. */
const quotes: Readonly<Record<string, string>> = { '"': '"', '«': '»', '“': '”', '„': '“”' };

const piece = /\s+|[(),]|[=!<>≠≤≥]+|["«“„]|[^\s(),=!<>≠≤≥"«“„]+/gu;

/** The pieces of a text in order, and an end. A quote that is not closed takes the rest. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  piece.lastIndex = 0;
  for (let match = piece.exec(text); match; match = piece.exec(text)) {
    const [written] = match;
    const position = match.index;
    if (/^\s/u.test(written)) continue;
    const token = quotes[written] ? quoted(text, position) : plain(written, position);
    found.push(token);
    piece.lastIndex = position + token.length;
  }
  return [...found, { kind: 'end', text: '', position: text.length, length: 0 }];
}

function plain(written: string, position: number): Token {
  const at = { position, length: written.length };
  if (written === '(' || written === ')' || written === ',') return { kind: written, text: written, ...at };
  if (!/^[=!<>≠≤≥]/u.test(written)) return { kind: 'word', text: written, ...at };
  return { kind: 'operator', text: operators[written] ?? written, ...at };
}

/** In quotes a backslash stands before a quote or another backslash. */
function quoted(text: string, position: number): Token {
  const closing = quotes[text[position] ?? ''] ?? '';
  let said = '';
  for (let index = position + 1; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (closing.includes(character)) {
      return { kind: 'quoted', text: said, position, length: index + 1 - position };
    }
    if (character === '\\' && index + 1 < text.length) index += 1;
    said += text[index] ?? '';
  }
  return { kind: 'unclosed', text: said, position, length: text.length - position };
}

/** The words that hold conditions together, however they are written. */
const connectives: Readonly<Record<string, 'and' | 'or' | 'not' | 'in'>> = {
  and: 'and',
  і: 'and',
  та: 'and',
  й: 'and',
  и: 'and',
  '&': 'and',
  '&&': 'and',
  or: 'or',
  або: 'or',
  чи: 'or',
  или: 'or',
  '|': 'or',
  '||': 'or',
  not: 'not',
  не: 'not',
  in: 'in',
  у: 'in',
  в: 'in',
  серед: 'in',
  среди: 'in',
};

/** What a word is where it holds conditions together; quoted words never do. */
export function connectiveOf({ kind, text }: Token): 'and' | 'or' | 'not' | 'in' | undefined {
  const word = text.toLowerCase();
  return kind === 'word' && Object.hasOwn(connectives, word) ? connectives[word] : undefined;
}

/** Whether an operator is one. */
export function isOperator(text: string): text is Operator {
  return Object.hasOwn(operators, text);
}
