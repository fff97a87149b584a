import type { Theme } from '../../core/insights/reports/types.ts';

/** The colours of a theme. Series are of Okabe and Ito, who chose them to be told apart by colour-blind eyes. */
export interface Colours {
  readonly page: string;
  readonly text: string;
  readonly muted: string;
  /** Grid lines, and cells in which nobody stands. */
  readonly faint: string;
  readonly series: readonly [
    blue: string,
    orange: string,
    green: string,
    red: string,
    purple: string,
    yellow: string,
  ];
}

/** Light pictures, and dark ones. */
export const themes: Readonly<Record<Theme, Colours>> = {
  light: {
    page: '#ffffff',
    text: '#16191d',
    muted: '#56606b',
    faint: '#e4e8ec',
    series: ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#8a7f00'],
  },
  dark: {
    page: '#12161b',
    text: '#f3f5f7',
    muted: '#a9b3bd',
    faint: '#2c343d',
    series: ['#56b4e9', '#f0ad1e', '#2bc49a', '#f57b2b', '#e29cc4', '#f0e442'],
  },
};

/** Black or white, whichever is read better on a colour (#RRGGBB): by relative luminance, as WCAG reckons it. */
export function inkOn(colour: string): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const linear = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  const [red = 0, green = 0, blue = 0] = linear;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#16191d' : '#ffffff';
}
