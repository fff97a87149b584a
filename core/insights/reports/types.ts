import type { Locale } from '../../customers/types.ts';
import type { Words } from '../../messaging/keys.ts';
import type { Program } from '../../program/program.ts';
import type { Effect, EffectSubject } from '../proof/types.ts';
import type { RfmSegment, RfSegment } from '../rfm/types.ts';

/** For so many days a report is kept, and its picture can be fetched. */
export const reportDays = 90;

/** What reports of the shop there are, in the order they are offered. */
export const reportNames = [
  ...(['rfm', 'segment_sizes', 'segment_moves', 'registrations', 'nps', 'returning', 'revenue'] as const),
] as const;
export type ReportName = (typeof reportNames)[number];

/** How long a point of a report is. Weeks begin on Monday. */
export type Step = 'day' | 'week' | 'month';

/** The days a report looks at, both among them (YYYY-MM-DD on the program's calendar). */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** Periods of one length: `day` is the first of each, also where the first began before the report does. */
export interface Steps extends Period {
  readonly step: Step;
}

/** Somewhere customers can stand on a map: a part of an RFM map, or a saved segment. */
export interface Place {
  /** `champions`, `at_risk`, or the id of a segment. */
  readonly key: RfmSegment | RfSegment | (string & {});
  /** The name the staff gave a segment. */
  readonly title?: string;
  /** Titles and a colour (#RRGGBB) that the program sets. */
  readonly titles?: Readonly<Partial<Record<Locale, string | undefined>>>;
  readonly colour?: string;
}

/** Where a picture or a table begins: what it shows in one sentence. */
interface Common<Name extends ReportName | 'effect'> {
  readonly name: Name;
  /** What stands out, or that there is too little data: the picture's alternative text as well. */
  readonly takeaway: Words;
}

/** How many customers stand on each part of the RFM map, and what they paid. */
export interface RfmReport extends Common<'rfm'> {
  readonly profile: string;
  /** What the profile is about, where it is not all purchases. */
  readonly about?: string;
  /** The day it was counted on. */
  readonly day: string;
  readonly scores: number;
  readonly customers: number;
  readonly paidMinor: number;
  /** All eleven, the best first. */
  readonly segments: readonly (Place & { readonly customers: number; readonly paidMinor: number })[];
  /** Where somebody stands: recency and frequency from 1 to `scores`, and the segment most of them are in. */
  readonly cells: readonly {
    readonly recency: number;
    readonly frequency: number;
    readonly customers: number;
    readonly paidMinor: number;
    readonly segment: RfmSegment;
  }[];
}

/** How segments grew and shrank. */
export interface SizesReport extends Common<'segment_sizes'>, Steps {
  /** `rfm:main`, `rf:main`, the id of a segment, or `saved` for all saved ones. */
  readonly map: string;
  readonly days: readonly string[];
  /** One size a day of `days`, of the last night of each step; null where no night was counted. */
  readonly places: readonly (Place & { readonly sizes: readonly (number | null)[] })[];
}

/** Who went where; `null`: came from nowhere, left to nowhere. */
export interface MovesReport extends Common<'segment_moves'>, Period {
  readonly map: string;
  readonly places: readonly Place[];
  readonly moves: readonly {
    readonly was: string | null;
    readonly became: string | null;
    /** Moves, not customers: whoever moves twice counts twice. */
    readonly customers: number;
  }[];
}

/** Who registered, and how many sales had a customer named. */
export interface RegistrationsReport extends Common<'registrations'>, Steps {
  readonly points: readonly {
    readonly day: string;
    readonly registered: number;
    readonly sales: number;
    readonly memberSales: number;
  }[];
}

/** How likely customers are to recommend the shop. */
export interface NpsReport extends Common<'nps'>, Steps {
  readonly points: readonly {
    readonly day: string;
    readonly promoters: number;
    readonly passives: number;
    readonly detractors: number;
  }[];
}

/** Buyers of each month, those who had bought before among them, and how many of each month's new ones came back. */
export interface ReturningReport extends Common<'returning'>, Period {
  /** Through which day buyers were counted. */
  readonly day: string;
  readonly months: readonly { readonly day: string; readonly buyers: number; readonly returning: number }[];
  /** Those whose first purchase was in a month, and how many of them bought again so many months later: 1, 2, … */
  readonly cohorts: readonly {
    readonly day: string;
    readonly customers: number;
    readonly back: readonly number[];
  }[];
}

/** What was sold to customers we know and to others, in minor units, less what was given back. */
export interface RevenueReport extends Common<'revenue'>, Steps {
  readonly points: readonly {
    readonly day: string;
    readonly memberSales: number;
    readonly memberMinor: number;
    readonly otherSales: number;
    readonly otherMinor: number;
    /** The part of the members' that was paid with points. */
    readonly pointsMinor: number;
  }[];
}

/** What a campaign, a journey or all offers changed; `takeaway` is the verdict, and what to do. */
export interface EffectReport extends Common<'effect'>, Period, Effect {
  readonly subject: EffectSubject;
  /** So many days after an offer purchases count for it; of all offers: those of the period. */
  readonly withinDays: number;
  /** The part of a sale that is the shop's, in percent. */
  readonly marginPercent: number;
}

/** A report: plain data that a picture, a table and a sentence are made of. */
export type Report =
  | EffectReport
  | RfmReport
  | SizesReport
  | MovesReport
  | RegistrationsReport
  | NpsReport
  | ReturningReport
  | RevenueReport;

/** What of a program reports depend on. Plain data, so that it can go to another thread. */
export type ReportProgram = Pick<Program, 'zone' | 'rfm'>;

/** What is asked of the analysis `report`. */
export interface ReportQuestion {
  readonly name: ReportName;
  readonly program: ReportProgram;
  /** When it is asked, epoch milliseconds. */
  readonly now: number;
  /** Default: 30 days up to today; a year for `returning`. */
  readonly from?: string;
  readonly to?: string;
  /** Which RFM profile; default: the program's first. */
  readonly profile?: string;
  /** Of sizes and moves: `rfm`, `rf`, `saved`, or the id of a segment; default: `rfm`. */
  readonly map?: string;
}

/** Light pictures for the day, dark ones for who reads in the dark. */
export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];
