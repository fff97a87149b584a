import type { Survey } from '../../core/insights/nps/types.ts';
import type { Row } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';

const surveyRow = reader(schema.surveys);

/** A survey as stored, in the words of core. */
export function surveyFrom(row: Row): Survey {
  return surveyRow(row) as Survey;
}
