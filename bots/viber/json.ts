const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Beyond 15 digits a double may stand for another number than the one that was written. */
const long = /^-?\d{16,}$/;

/**
 * Reads JSON whose whole numbers may not fit a double, as Viber's message tokens do: those of 16 digits or more come
 * as strings. Undefined when it is not JSON.
 */
export function parseExactly(text: string): unknown {
  const exact = text.replace(stringOrNumber, (token) => (long.test(token) ? `"${token}"` : token));
  try {
    return JSON.parse(exact);
  } catch {
    return undefined;
  }
}
