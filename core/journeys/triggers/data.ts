import type { DataConditions } from '../definition.ts';
import type { EventData } from '../events.ts';

type Value = EventData[string] | undefined;
type Sign = '=' | '!=' | '>' | '>=' | '<' | '<=';

/**
 * Whether data is as a journey asks: each name equal to its value, one of several (`new, paid`), none of them
 * (`!=paid`), or a number so great (`>=100000`). A text that is itself a list (`shoes, toys`) is asked of any of its
 * parts. What is not there equals nothing but `""`, and no number compares with it.
 */
export function dataFits(conditions: DataConditions, data: EventData): boolean {
  return Object.entries(conditions).every(([name, wanted]) => fits(wanted, data[name]));
}

function fits(wanted: DataConditions[string], value: Value): boolean {
  if (typeof wanted !== 'string') return value === wanted || String(value ?? '') === String(wanted);
  const [, sign = '=', text = ''] = /^(!=|>=|<=|=|>|<)?\s*(.*)$/su.exec(wanted.trim()) ?? [];
  return compares(sign as Sign, text.trim(), value);
}

function compares(sign: Sign, text: string, value: Value): boolean {
  if (sign === '=') return isOneOf(text, value);
  if (sign === '!=') return !isOneOf(text, value);
  if (value === undefined || value === null || value === '' || typeof value === 'boolean') return false;
  const [number, least] = [Number(value), Number(text)];
  if (Number.isNaN(number) || Number.isNaN(least)) return false;
  if (sign === '>' || sign === '>=') return sign === '>' ? number > least : number >= least;
  return sign === '<' ? number < least : number <= least;
}

/** The whole text, or any part of the one among the parts of the other. */
function isOneOf(text: string, value: Value): boolean {
  const said = String(value ?? '');
  if (said === text) return true;
  const wanted = new Set(partsOf(text));
  return partsOf(said).some((part) => wanted.has(part));
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
