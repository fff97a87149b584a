/**
 * A process that runs one command and says on its standard output how far it has come, so that a test can kill it
 * there: `node run.mjs test/support/import-child.ts COMMAND…` with the settings in the environment.
 */
import { main } from '../../cli.ts';

process.exitCode = await main(process.argv.slice(2), process.env, {
  out: () => {},
  error: (line) => process.stderr.write(`${line}\n`),
  progress: (_done, _total, words) => process.stdout.write(`${words}\n`),
  folder: process.cwd(),
  signal: new AbortController().signal,
});
