/**
 * The thread that holds the one connection which writes and checkpoints a database file: it commits one batch while
 * the main thread decides the next. Plain JavaScript, so that the thread starts without being built. When its file is
 * closed it waits for the next one.
 */
import { parentPort } from 'node:worker_threads';
import Libsql from 'libsql';

/** @typedef {{ sql: string, args: (string | number | null)[] }} Statement */

/** @type {Libsql.Database | undefined} */
let driver;
/** @type {Int32Array} Set once the file is closed. */
let closed;
/** Compiled statements by their text: the writer repeats a few dozen. */
const compiled = new Map();
const mostCompiled = 500;

/**
 * Set by a failure of the disk, or of opening the file: SQLite would go on acknowledging, but nothing after it can be
 * trusted.
 */
let failure;

/** @param {{ path: string, pragmas: string[], closed: Int32Array }} file */
function open(file) {
  closed = file.closed;
  try {
    driver = new Libsql(file.path);
    for (const pragma of file.pragmas) driver.exec(`pragma ${pragma}`);
  } catch (error) {
    failure = error;
    throw error;
  }
  return [];
}

function close() {
  driver?.close();
  driver = undefined;
  compiled.clear();
  failure = undefined;
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
}

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
  if (failure) throw failure;
  return statements.map(run);
}

/** @param {{ kind: 'open' | 'commit' | 'perform', statements: Statement[] }} message */
function answer(message) {
  if (message.kind === 'open') return open(message);
  return message.kind === 'commit' ? commit(message.statements) : perform(message.statements);
}

parentPort?.on('message', (message) => {
  if (message.kind === 'close') return close();
  const { id } = message;
  try {
    parentPort?.postMessage({ id, results: answer(message) });
  } catch (error) {
    const { message: text, code } = /** @type {Error & { code?: string }} */ (error);
    parentPort?.postMessage({ id, error: { message: text, code } });
  }
});
