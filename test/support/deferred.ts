/** A promise that a test resolves by hand. */
export interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

/** A promise not resolved yet. */
export function deferred(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}
