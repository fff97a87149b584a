import type { Operator, Value } from '../../core/segments/types.ts';
import type { Statement } from '../database.ts';

/** A piece of SQL with the arguments of its question marks, in order. What people wrote is always an argument. */
export interface Fragment {
  readonly sql: string;
  readonly args: Statement['args'];
  /** 0: of the row of the customer alone; 1: a set read once; 2: a look at other tables for each customer. */
  readonly cost: 0 | 1 | 2;
}

/** SQL that needs the customer's row alone. */
export function plain(sql: string, ...args: Statement['args']): Fragment {
  return { sql, args, cost: 0 };
}

/** The customer is one of those that SQL lists the ids of. */
export function among(sql: string, ...args: Statement['args']): Fragment {
  return { sql: `c.id in (${sql})`, args, cost: 1 };
}

/** The customer is none of them. */
export function notAmong(sql: string, ...args: Statement['args']): Fragment {
  return { sql: `c.id not in (${sql})`, args, cost: 1 };
}

/** Pieces put together by `join`; as dear as the dearest. */
export function joined(join: string, parts: readonly Fragment[]): Fragment {
  const cost = parts.reduce<Fragment['cost']>((most, part) => (part.cost > most ? part.cost : most), 0);
  return { sql: parts.map(({ sql }) => sql).join(join), args: parts.flatMap(({ args }) => args), cost };
}

/** All of them hold, those asked first that cost least. */
export function allOf(parts: readonly Fragment[]): Fragment {
  return inParentheses(
    joined(
      ' and ',
      [...parts].sort((a, b) => a.cost - b.cost),
    ),
  );
}

/** One of them holds. */
export function oneOf(parts: readonly Fragment[]): Fragment {
  return inParentheses(
    joined(
      ' or ',
      [...parts].sort((a, b) => a.cost - b.cost),
    ),
  );
}

/** It does not hold, nor is it known to hold. */
export function notSo(part: Fragment): Fragment {
  return { ...part, sql: `(${part.sql}) is not true` };
}

function inParentheses(part: Fragment): Fragment {
  return { ...part, sql: `(${part.sql})` };
}

/** A number in SQL compared with numbers: `!=` is the contrary of `=`, also where nothing is known. */
export function compared(number: Fragment, operator: Operator, values: readonly number[]): Fragment {
  const { sql, args, cost } = number;
  const [first = 0] = values;
  if (operator === 'in')
    return { sql: `${sql} in (${values.map(() => '?').join(', ')})`, args: [...args, ...values], cost };
  if (operator === '!=') return notSo({ sql: `${sql} = ?`, args: [...args, first], cost });
  return { sql: `${sql} ${operator} ?`, args: [...args, first], cost };
}

/** Whether a number compares so: what SQL does, done here. */
export function holds(number: number, operator: Operator, values: readonly number[]): boolean {
  const [first = 0] = values;
  if (operator === 'in') return values.includes(number);
  if (operator === '=' || operator === '!=') return (number === first) === (operator === '=');
  if (operator === '<' || operator === '<=') return operator === '<' ? number < first : number <= first;
  return operator === '>' ? number > first : number >= first;
}

/** The numbers among values. */
export function numbersOf(values: readonly Value[]): number[] {
  return values.flatMap((value) => ('number' in value ? [value.number] : []));
}

/** The words among values. */
export function wordsOf(values: readonly Value[]): string[] {
  return values.flatMap((value) => (value.type === 'word' ? [value.word] : []));
}

/** A word in the ways people write it: SQLite knows small and capital letters of English alone. */
export function spellings(words: readonly string[]): string[] {
  const all = words.flatMap((word) => {
    const lower = word.toLowerCase();
    const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
    const titled = lower.replaceAll(
      /(^|[\s-])(\S)/gu,
      (_, gap: string, letter: string) => gap + letter.toUpperCase(),
    );
    return [word, lower, word.toUpperCase(), capital(lower), capital(word), titled];
  });
  return [...new Set(all)];
}

/** Question marks for so many arguments. */
export function marks(list: readonly unknown[]): string {
  return list.map(() => '?').join(', ');
}
