import { expect, it } from 'vitest';
import { groupRows } from '../../../api/import/documents.ts';

/** Ids row by row, and the documents that come out, as lines. */
function grouped(ids: readonly string[], window?: number): number[][] {
  const grouper = groupRows(window);
  const rows = ids.map((id, index) => ({ line: index + 1, cells: [id] }));
  const documents = rows.flatMap((row) => grouper.add(row.cells[0] ?? '', row));
  return [...documents, ...grouper.end()].map((document) => document.map(({ line }) => line));
}

it.each([
  ['rows of one id are one document', ['a', 'a', 'b'], 10, [[1, 2], [3]]],
  [
    'rows of two documents may come in turns',
    ['a', 'b', 'a', 'b'],
    10,
    [
      [1, 3],
      [2, 4],
    ],
  ],
  [
    'an id that comes back further than the window is a new document',
    ['a', 'b', 'c', 'd', 'a'],
    2,
    [[1], [2], [3], [4], [5]],
  ],
  [
    'every row is waited for from the last one',
    ['a', 'b', 'a', 'c', 'a', 'd', 'a'],
    2,
    [[2], [4], [6], [1, 3, 5, 7]],
  ],
  ['rows without an id stand alone', ['', '', 'a'], 10, [[1], [2], [3]]],
])('%s', (_, ids, window, documents) => {
  expect(grouped(ids, window)).toEqual(documents);
});

it('a document is let go as soon as the window has passed, so that memory stays small', () => {
  const grouper = groupRows(3);
  const counts = ['a', 'b', 'c', 'd', 'e', 'f'].map(
    (id, line) => grouper.add(id, { line, cells: [] }).length,
  );
  expect(counts).toEqual([0, 0, 0, 0, 1, 1]);
});
