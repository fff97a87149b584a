import { describe, expect, it } from 'vitest';
import { instantEventTypes, ownEventTypes } from '../core/journeys/events.ts';
import { parseJourneyFile } from '../core/journeys/file.ts';
import { templateFormats } from '../core/journeys/templates/formats.ts';
import { templateVariables } from '../core/journeys/templates/variables.ts';
import type { Words } from '../core/messaging/types.ts';
import { shipped } from '../locales/journeys.ts';
import { readText } from './support/source.ts';

const text = readText('docs/journeys.md');
const named = new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code.split('(')[0] ?? ''));

const checking = { catalogue: {}, coupons: new Set<string>(), say: ({ key }: Words) => key };

describe('the page about journeys', () => {
  it('shows a file that is a journey', () => {
    const [, file = ''] = /```yaml\n(.*?)```/s.exec(text) ?? [];
    expect(parseJourneyFile(file, checking)).toMatchObject({ ok: true });
  });

  it('names every variable and every way to write one', () => {
    const names = [...Object.keys(templateVariables), ...Object.keys(templateFormats)];
    expect(names.filter((name) => !named.has(name))).toEqual([]);
  });

  it('names every journey that is there, and none that is not', () => {
    const rows = text.slice(text.indexOf('## The ones that are there')).split('\n');
    const keys = rows.flatMap((row) =>
      row.startsWith('| `') ? [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, key]) => key) : [],
    );
    expect(keys.sort()).toEqual(shipped.map(({ definition }) => definition.key).sort());
  });

  it('names every event that journeys can start with', () => {
    const events: readonly string[] = [...ownEventTypes, ...instantEventTypes];
    expect(events.filter((event) => !named.has(event))).toEqual([]);
  });
});
