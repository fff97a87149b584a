import type { ChannelName } from '../../core/customers/types.ts';
import type { QuestionArgument, QuestionFacts, QuestionInView } from '../../core/insights/questions.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource } from './source.ts';

const questionOf = reader(schema.questions);

/** A question as stored, with the channel of its chat. */
export function questionFrom(row: Row): QuestionInView {
  const { argument, ...question } = questionOf(row);
  return {
    ...(question as Omit<QuestionInView, 'argument' | 'channel'>),
    argument: JSON.parse(argument) as QuestionArgument,
    channel: row.channel as ChannelName | null,
  };
}

/** Reads questions of the staff. */
export function questionSource(): FactSource<QuestionFacts> {
  const found = new Map<string, QuestionInView>();
  return {
    queries(needs) {
      const ids = needs.questions ?? [];
      if (ids.length === 0) return [];
      const sql = `select q.*, a.channel from json_each(?) i join questions q on q.id = i.value
        left join addresses a on a.id = q.address_id`;
      return [
        eachRow(statement(sql, JSON.stringify(ids)), (row) => found.set(String(row.id), questionFrom(row))),
      ];
    },
    facts: { question: (id) => found.get(id) },
    keys: { questions: asAsked },
  };
}
