import { ProblemError, problem } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const nothing = new Uint8Array();

/** Refuses a body that does not say it is JSON in UTF-8: 415. */
export function requireJson(headers: Headers): void {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='));
  const isJson = /^application\/([\w.-]+\+)?json$/.test(type.trim());
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (isJson && isUtf8 && encoding === 'identity') return;
  const detail = 'send the body with "Content-Type: application/json", in UTF-8 and not compressed';
  throw new ProblemError(problem('unsupported_media_type', detail));
}

/** Refuses a body that does not say it is one of `types`: 415. */
export function requireType(headers: Headers, types: readonly string[]): void {
  const [type = ''] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  if (types.includes(type.trim()) && (headers.get('content-encoding') ?? 'identity') === 'identity') return;
  const detail = `send the body with "Content-Type: ${types.join('" or "')}", not compressed`;
  throw new ProblemError(problem('unsupported_media_type', detail));
}

/** The bytes of a body, or 413 as soon as they are more than `limit`, whatever its headers say. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > limit) throw tooLarge(limit);
  // A declared length is enforced by the runtime, and `arrayBuffer` is far cheaper than a stream on Node.
  const bytes = Number.isNaN(declared)
    ? await readStream(request.body, limit)
    : new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > limit) throw tooLarge(limit);
  return bytes;
}

async function readStream(body: Request['body'], limit: number): Promise<Uint8Array> {
  if (!body) return nothing;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge(limit);
    }
    chunks.push(next.value);
  }
  return joinBytes(chunks);
}

/** Chunks as one. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** What the bytes say as JSON. A byte order mark is passed over: 1C writes one. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    const detail = error instanceof SyntaxError ? error.message : 'the body is not UTF-8';
    throw new ProblemError(problem('malformed_json', detail));
  }
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError(problem('too_large', `a body of this call has at most ${limit} bytes`));
}
