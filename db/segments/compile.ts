import { SvoiError } from '../../core/errors.ts';
import type { FieldName } from '../../core/segments/fields.ts';
import { mostExpanded } from '../../core/segments/saved.ts';
import type { Condition, Rule } from '../../core/segments/types.ts';
import type { Statement } from '../database.ts';
import { purchaseFields } from './bought.ts';
import type { SegmentContext } from './context.ts';
import { knownFields } from './known.ts';
import { type Compile, oneOfWords, people } from './people.ts';
import { allOf, type Fragment, notSo, oneOf } from './sql.ts';
import { touchFields } from './touched.ts';

/** A rule as a condition of SQL over `customers c`, with the arguments of its question marks, in order. */
export interface CompiledSegment {
  readonly where: string;
  readonly args: Statement['args'];
}

/** Customers who are there: nobody who was forgotten, no account that became part of another. */
const there = 'c.erased_at is null and c.merged_into is null';

/**
 * A rule as SQL: who is in it at the moment of `context`. Only those who are there are. Every word a person wrote is an
 * argument. Throws `segment_not_found`, `segment_cycle` or `segment_too_large` where it looks at saved segments that
 * cannot be followed: what is saved through `saveSegment` never does.
 */
export function compileSegment(rule: Rule, context: SegmentContext): CompiledSegment {
  const { sql, args } = compiled(rule, { context, within: [], left: { conditions: mostExpanded } });
  return { where: `${there} and ${sql}`, args };
}

interface Scope {
  readonly context: SegmentContext;
  /** The saved segments that are being followed. */
  readonly within: readonly string[];
  /** How many more conditions there may be: one count for the whole rule. */
  readonly left: { conditions: number };
}

function compiled(rule: Rule, scope: Scope): Fragment {
  if (rule.kind === 'not') return notSo(compiled(rule.rule, scope));
  if (rule.kind !== 'condition') {
    const parts = rule.rules.map((part) => compiled(part, scope));
    return rule.kind === 'and' ? allOf(parts) : oneOf(parts);
  }
  scope.left.conditions -= 1;
  if (scope.left.conditions < 0) {
    throw new SvoiError(
      'segment_too_large',
      `with the segments it looks at it has over ${mostExpanded} conditions`,
    );
  }
  return rule.field === 'segment' ? ofSegments(rule, scope) : compilers[rule.field](rule, scope.context);
}

const compilers: Readonly<Record<Exclude<FieldName, 'segment'>, Compile>> = {
  ...people,
  ...purchaseFields,
  ...touchFields,
  ...knownFields,
};

/** Who is in other segments: their rules stand in the place of their names. */
function ofSegments(condition: Condition, scope: Scope): Fragment {
  const { context, within } = scope;
  return oneOfWords(condition, (name) => {
    const rule = context.segments.get(name);
    if (!rule) throw new SvoiError('segment_not_found', `there is no segment "${name}"`);
    if (within.includes(name)) throw new SvoiError('segment_cycle', `the segment "${name}" looks at itself`);
    return compiled(rule, { ...scope, within: [...within, name] });
  });
}
