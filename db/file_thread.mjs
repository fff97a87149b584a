/**
 * The thread that holds the one connection which writes and checkpoints a database file: it commits one batch while
 * the main thread decides the next. Plain JavaScript, so that the thread starts without a TypeScript loader.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';

/** @typedef {{ sql: string, args: (string | number | null)[] }} Statement */

const driver = new Libsql(workerData.path);
for (const pragma of workerData.pragmas) driver.exec(`pragma ${pragma}`);

/** Compiled statements by their text: the writer repeats a few dozen. */
const compiled = new Map();
const mostCompiled = 500;

/** @param {string} sql */
function prepare(sql) {
  const known = compiled.get(sql);
  if (known) return known;
  const prepared = driver.prepare(sql);
  const made = { prepared, returnsRows: prepared.reader };
  if (compiled.size < mostCompiled) compiled.set(sql, made);
  return made;
}

/** @param {Statement} statement */
function run({ sql, args }) {
  const { prepared, returnsRows } = prepare(sql);
  if (returnsRows) return prepared.all(args);
  prepared.run(args);
  return [];
}

/** Set by a failure of the disk: SQLite would go on acknowledging, but nothing after it can be trusted. */
let failure;

/** Commits all statements or none. @param {Statement[]} statements */
function commit(statements) {
  if (failure) throw failure;
  driver.exec('begin immediate');
  try {
    const results = statements.map(run);
    driver.exec('commit');
    return results;
  } catch (error) {
    if (/^SQLITE_(IOERR|FULL|CORRUPT|NOTADB)/.test(error.code ?? '')) failure = error;
    if (driver.inTransaction) driver.exec('rollback');
    throw error;
  }
}

/** Statements for the connection itself, outside of a transaction. @param {Statement[]} statements */
function perform(statements) {
  return statements.map(run);
}

parentPort?.on('message', ({ id, kind, statements }) => {
  if (kind === 'close') {
    driver.close();
    Atomics.store(workerData.closed, 0, 1);
    Atomics.notify(workerData.closed, 0);
    parentPort?.close();
    return;
  }
  try {
    const results = kind === 'commit' ? commit(statements) : perform(statements);
    parentPort?.postMessage({ id, results });
  } catch (error) {
    const { message, code } = /** @type {Error & { code?: string }} */ (error);
    parentPort?.postMessage({ id, error: { message, code } });
  }
});
