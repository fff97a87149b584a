/** Calls for `run`: one run at a time, and one more after a call that came meanwhile. */
export function oneAtATime(run: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let running = false;
  let calledAgain = false;
  const start = async () => {
    running = true;
    do {
      calledAgain = false;
      await run().catch(onError);
    } while (calledAgain);
    running = false;
  };
  return () => {
    calledAgain = true;
    if (!running) void start();
  };
}

/** Does one kind of work after the other, whatever becomes of those before; throws the first failure once all had their turn. */
export async function eachInTurn<Part>(
  part: Part,
  works: readonly ((part: Part) => Promise<void>)[],
): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work(part).catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
