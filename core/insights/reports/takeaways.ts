import type { Words } from '../../messaging/keys.ts';
import { sum } from '../../money.ts';
import { npsOf } from '../nps/score.ts';
import { rfmSegments } from '../rfm/types.ts';
import type {
  MovesReport,
  NpsReport,
  RegistrationsReport,
  ReturningReport,
  RevenueReport,
  RfmReport,
  SizesReport,
} from './types.ts';

type Data<Report> = Omit<Report, 'takeaway'>;

const tooLittle: Words = { key: 'report.too_little' };
/** Fewer buyers than this say nothing about shares of them. */
const fewestBuyers = 20;
const best: readonly string[] = ['champions', 'loyal'];

function percent(part: number, whole: number): number {
  return Math.round((100 * part) / whole);
}

/** What part of the buyers the best are, and what part of the money they bring. */
export function rfmTakeaway({ segments, customers, paidMinor }: Data<RfmReport>): Words {
  if (customers === 0 || paidMinor <= 0) return tooLittle;
  const ofBest = segments.filter(({ key }) => best.includes(key));
  const part = percent(sum(ofBest.map((place) => place.customers)), customers);
  const share = percent(sum(ofBest.map((place) => place.paidMinor)), paidMinor);
  return { key: 'report.rfm', variables: { part, share } };
}

/** How the best, a segment, or the number of segments that grew has changed since the first night. */
export function sizesTakeaway({ map, places }: Data<SizesReport>): Words {
  const ends = places.flatMap(({ key, title, sizes }) => {
    const counted = sizes.filter((size) => size !== null);
    const [before, after] = [counted[0], counted.at(-1)];
    return before === undefined || after === undefined || counted.length < 2
      ? []
      : [{ key, title, before, after }];
  });
  const [first] = ends;
  if (!first) return tooLittle;
  if (map === 'saved' && ends.length > 1) {
    const grew = ends.filter(({ before, after }) => after > before).length;
    const fewer = ends.filter(({ before, after }) => after < before).length;
    return { key: 'report.segments_grew', variables: { count: grew, fewer } };
  }
  if (first.title !== undefined) {
    const { title, before, after } = first;
    return { key: 'report.segment_size', variables: { title, before, after } };
  }
  const ofBest = ends.filter(({ key }) => best.includes(key));
  const [before, after] = [sum(ofBest.map((end) => end.before)), sum(ofBest.map((end) => end.after))];
  return { key: 'report.best_size', variables: { before, after } };
}

/** From the best of the seven to the worst: the order of a life is another. */
const rfFromBest: readonly string[] = [
  ...['loyal', 'promising', 'new', 'wandering', 'at_risk', 'dormant', 'lost'],
];

/** How many moves were for the better and for the worse; of a segment, how many entered and left. */
export function movesTakeaway({ map, places, moves }: Data<MovesReport>): Words {
  const count = (of: (move: (typeof moves)[number]) => boolean) =>
    sum(moves.filter(of).map(({ customers }) => customers));
  if (moves.length === 0) return tooLittle;
  const [place] = places;
  if (place?.title !== undefined) {
    const [entered, left] = [count(({ was }) => was === null), count(({ became }) => became === null)];
    return { key: 'report.segment_moves', variables: { title: place.title, entered, left } };
  }
  const order: readonly string[] = map.startsWith('rf:') ? rfFromBest : rfmSegments;
  const change = (move: (typeof moves)[number]) =>
    move.was === null || move.became === null ? 0 : order.indexOf(move.was) - order.indexOf(move.became);
  const [better, worse] = [count((move) => change(move) > 0), count((move) => change(move) < 0)];
  return { key: 'report.moves', variables: { better, worse } };
}

/** How many registered, and the share of sales with a customer named. */
export function registrationsTakeaway({ points }: Data<RegistrationsReport>): Words {
  const count = sum(points.map(({ registered }) => registered));
  const sales = sum(points.map((point) => point.sales));
  if (sales === 0) return count === 0 ? tooLittle : { key: 'report.registered', variables: { count } };
  const share = percent(sum(points.map(({ memberSales }) => memberSales)), sales);
  return { key: 'report.registrations', variables: { count, share } };
}

/** The index over the whole period with its margin, where enough answered. */
export function npsTakeaway({ points }: Data<NpsReport>): Words {
  const figure = npsOf(npsCounts(points));
  if (figure.answers === 0) return tooLittle;
  const count = figure.answers;
  if (!figure.enough) return { key: 'report.nps_unsure', variables: { count } };
  const [index, margin] = [Math.round(figure.index ?? 0), Math.round(figure.margin ?? 0)];
  return { key: 'report.nps', variables: { count, index, margin } };
}

/** All answers of a report together. */
export function npsCounts(points: NpsReport['points']) {
  return {
    promoters: sum(points.map(({ promoters }) => promoters)),
    passives: sum(points.map(({ passives }) => passives)),
    detractors: sum(points.map(({ detractors }) => detractors)),
  };
}

/** The share of those who had bought before among the buyers of the last month that is over. */
export function returningTakeaway({ months, day }: Data<ReturningReport>): Words {
  const full = months.filter((month) => month.day.slice(0, 7) < day.slice(0, 7));
  const last = full.at(-1);
  if (!last || last.buyers < fewestBuyers) return tooLittle;
  return { key: 'report.returning', variables: { share: percent(last.returning, last.buyers) } };
}

/** The members' share of the money, and the average receipts. */
export function revenueTakeaway({ points }: Data<RevenueReport>): Words {
  const total = (of: (point: (typeof points)[number]) => number) => sum(points.map(of));
  const members = total(({ memberMinor }) => memberMinor);
  const others = total(({ otherMinor }) => otherMinor);
  if (members + others <= 0) return tooLittle;
  const share = percent(members, members + others);
  const [sales, otherSales] = [total(({ memberSales }) => memberSales), total((point) => point.otherSales)];
  if (sales === 0 || otherSales === 0) return { key: 'report.revenue_members', variables: { share } };
  const [member, other] = [Math.round(members / sales), Math.round(others / otherSales)];
  return { key: 'report.revenue', variables: { share, member, other } };
}
