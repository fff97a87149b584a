import { z } from '@hono/zod-openapi';
import { locales } from '../core/customers/types.ts';
import type { Report } from '../core/insights/reports/types.ts';
import { themes } from '../core/insights/reports/types.ts';
import { ProblemError, problem } from './errors.ts';
import type { ReportLook } from './parts.ts';
import type { Api } from './serve.ts';

/** The kinds of pictures of reports. */
export const png = 'image/png';
/** Drawn, to be read at any size. */
export const svg = 'image/svg+xml';

/** For whom a report is told or drawn. */
export const lookQuery = {
  locale: z
    .enum(locales)
    .optional()
    .openapi({ description: 'The language of words; default: the program’s' }),
  theme: z.enum(themes).default('light').openapi({ description: 'Of a picture' }),
};

/** The kind of picture that is liked best, by name or by what the caller accepts; undefined: data. */
export function pictureType(
  ending: string | undefined,
  prefers: (types: readonly string[]) => string,
): string | undefined {
  const liked = prefers(['application/json', png, svg]);
  const types: Readonly<Record<string, string | undefined>> = { png, svg, json: undefined };
  return ending === undefined ? (liked === 'application/json' ? undefined : liked) : types[ending];
}

/** A report as a picture. */
export async function drawn(
  { parts: { reports } }: Api,
  report: Report,
  type: string,
  look: ReportLook,
): Promise<Response> {
  const headers = { 'Content-Type': type, 'Cache-Control': 'private, no-store' };
  if (type === svg) return new Response(await reports.svg(report, look), { headers });
  if (!reports.png) {
    throw new ProblemError(
      problem('picture_unavailable', 'there is nothing here that makes PNG; ask for .svg'),
    );
  }
  return new Response(new Uint8Array(await reports.png(report, look)), { headers });
}
