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
