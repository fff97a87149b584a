import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldNames, fieldSpec } from '../../../core/segments/fields.ts';
import { parseSegment } from '../../../core/segments/parse.ts';
import { root } from '../../support/server.ts';

const page = readFileSync(join(root, 'docs/segments.md'), 'utf8');

describe('the page about segments', () => {
  it('names every field with an example of it', () => {
    const missing = fieldNames.filter(
      (name) => !page.includes(`| \`${name}\` | \`${fieldSpec(name).example}\` |`),
    );
    expect(missing).toEqual([]);
  });

  it('shows only segments that can be read', () => {
    const blocks = [...page.matchAll(/```\n([^`]+)```/g)].flatMap(([, lines = '']) =>
      lines.trim().split('\n'),
    );
    const inline = [...page.matchAll(/`([^`\n]+)`/g)]
      .map(([, code = '']) => code)
      .filter((code) => /^(\w|[а-яіїєґ])+(\(.*\))?(\.\w+)?(\(.*\))?\s*(<|>|=|!=| in )/.test(code));
    expect(blocks.length + inline.length).toBeGreaterThan(50);
    const unread = [...blocks, ...inline].filter((text) => !parseSegment(text).ok);
    expect(unread).toEqual([]);
  });
});
