import {
  type CodeFacts,
  type CodeNeed,
  type CodeStanding,
  codeKey,
  type OneTimeCode,
} from '../../core/customers/one_time_code.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { eachRow, type FactSource, type Query } from './source.ts';

const codeOf = reader(schema.oneTimeCodes);

/** A one-time code as stored, in the words of core. */
export function oneTimeCodeFrom(row: Row): OneTimeCode {
  return codeOf(row) as OneTimeCode;
}

/** Reads one-time codes, and how many were sent lately. */
export function codeSource(): FactSource<CodeFacts> {
  const codes = new Map<string, OneTimeCode>();
  const standings = new Map<string, CodeStanding>();
  return {
    queries(needs, now) {
      const ids = needs.oneTimeCodes ?? [];
      const asked = needs.codeStandings ?? [];
      return [
        ...(ids.length > 0 ? [codeQuery(ids, codes)] : []),
        ...asked.flatMap((need) => standingQueries(need, now - DAY_MS, standings)),
      ];
    },
    facts: {
      oneTimeCode: (id) => codes.get(id),
      codeStanding: (need) => standings.get(codeKey(need)),
    },
    // Limits hold over all codes: whoever asks for one waits for whoever asked before.
    keys: {
      oneTimeCodes: (ids) => ids.flatMap((id) => [id, `codes:${codes.get(id)?.phone ?? id}`]),
      codeStandings: (standings) => standings.flatMap(({ phone }) => [`codes:${phone}`, 'codes:all']),
    },
  };
}

function codeQuery(ids: readonly string[], codes: Map<string, OneTimeCode>): Query {
  return eachRow(
    statement(
      'select c.* from json_each(?) i join one_time_codes c on c.id = i.value',
      JSON.stringify([...new Set(ids)]),
    ),
    (row) => codes.set(String(row.id), oneTimeCodeFrom(row)),
  );
}

function standingQueries(need: CodeNeed, since: number, standings: Map<string, CodeStanding>): Query[] {
  const { phone, purpose, subject, asker } = need;
  let open: OneTimeCode | undefined;
  return [
    eachRow(
      statement(
        `select * from one_time_codes where phone = ? and purpose = ? and subject = ? and closed_at is null`,
        ...[phone, purpose, subject],
      ),
      (row) => {
        open = oneTimeCodeFrom(row);
      },
    ),
    eachRow(
      statement(
        `select
           (select count(*) from one_time_codes where phone = ?1 and created_at > ?3) as of_phone,
           (select max(created_at) from one_time_codes where phone = ?1) as last_at,
           (select count(*) from one_time_codes where asker = ?2 and created_at > ?3) as of_asker,
           (select count(*) from one_time_codes where created_at > ?3) as of_all,
           (select coalesce(sum(price_micros), 0) from one_time_codes where created_at > ?3) as spent`,
        ...[phone, asker, since],
      ),
      (row) =>
        standings.set(codeKey(need), {
          open,
          ofPhone: Number(row.of_phone),
          ofAsker: Number(row.of_asker),
          all: Number(row.of_all),
          spentMicros: Number(row.spent),
          lastAt: row.last_at === null ? null : Number(row.last_at),
        }),
    ),
  ];
}
