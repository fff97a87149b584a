import { type Locale, locales } from '../../../customers/types.ts';
import type { CampaignId } from '../../../ids.ts';
import type { QuestionArgument } from '../../../insights/questions.ts';
import { type Theme, themes } from '../../../insights/reports/types.ts';

/** Whose result is asked for. */
export type ResultOf =
  | { readonly kind: 'campaign'; readonly id: CampaignId }
  | { readonly kind: 'journey'; readonly key: string }
  | { readonly kind: 'holdout' };

/** What a button carries: `c-cmp_…`, `j-cart`, `h-`. */
export function resultData(of: ResultOf): string {
  switch (of.kind) {
    case 'campaign':
      return `c-${of.id}`;
    case 'journey':
      return `j-${of.key}`;
    case 'holdout':
      return 'h-';
  }
}

/** What a button said; undefined where it names nothing. */
export function readResult(data: string): ResultOf | undefined {
  const value = data.slice(2);
  switch (data.slice(0, 2)) {
    case 'c-':
      return { kind: 'campaign', id: value as CampaignId };
    case 'j-':
      return { kind: 'journey', key: value };
    case 'h-':
      return { kind: 'holdout' };
    default:
      return undefined;
  }
}

/** For whom a result is shown. */
export interface ResultReader {
  readonly theme: Theme;
  readonly locale: Locale;
}

/** How a question says whose result it is about, and for whom. */
export function resultArgument(of: ResultOf, { theme, locale }: ResultReader): QuestionArgument {
  return { of: resultData(of), theme, locale };
}

/** For whom a question is answered. */
export function readerIn({ theme, locale }: QuestionArgument): ResultReader {
  return {
    theme: themes.find((one) => one === theme) ?? 'light',
    locale: locales.find((one) => one === locale) ?? 'uk',
  };
}
