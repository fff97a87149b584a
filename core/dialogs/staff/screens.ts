import type { AuditId } from '../../ids.ts';
import { mayDo } from '../../staff/rights.ts';
import { UNDO_LIVES_MS, undo, undoRounds } from '../../staff/undo.ts';
import type { Route } from '../routes.ts';
import { type Outcome, saying, writing } from '../turn.ts';
import type { DialogState } from '../types.ts';
import { campaign } from './campaigns/begin.ts';
import { changePart } from './campaigns/parts.ts';
import { campaignScreen, campaignsScreen, draftScreen, sendScreen } from './campaigns/screens.ts';
import { coupon } from './coupon.ts';
import { find } from './find.ts';
import { adjust, issue } from './gifts.ts';
import { journeyText } from './journeys/edit.ts';
import { journeyScreen, journeys, journeysScreen, journeyWordsScreen } from './journeys/screens.ts';
import { merge } from './merge.ts';
import { pageScreen, pageTasks } from './pages/screens.ts';
import { redeem } from './redeem.ts';
import { refund } from './refund.ts';
import { approve, decide, requestRounds, showRequest } from './requests.ts';
import { resultScreen, results, resultsScreen } from './results/screens.ts';
import { buildScreen, onwardScreen, segment } from './segments/find.ts';
import { lookScreen, savedScreen, segments } from './segments/list.ts';
import { pictureScreen, report } from './segments/pictures.ts';
import { mapScreen, rfm } from './segments/rfm.ts';
import { save } from './segments/save.ts';
import { buy } from './sell.ts';
import { stats } from './stats.ts';
import { talkScreens, talks, whom } from './talks.ts';
import {
  agree,
  beginTapped,
  beginTyped,
  type DialogRound,
  done,
  goOn,
  goOnWithPhoto,
  type Progress,
  progressRounds,
  type Reader,
  type StaffScreen,
  type StaffTurn,
  staffMenu,
  type Task,
  takeStep,
  taskName,
} from './task.ts';
import { fire, fireRounds, invite, team } from './team.ts';
import { audit, showTrail, trailNeeds } from './trail.ts';
import { personScreens, who } from './who.ts';
import { sorry } from './words.ts';

const all = [
  find,
  who,
  buy,
  redeem,
  refund,
  issue,
  coupon,
  adjust,
  stats,
  approve,
  invite,
  team,
  audit,
  talks,
  merge,
  ...pageTasks,
  segment,
  segments,
  rfm,
  report,
  results,
  journeys,
  journeyText,
  campaign,
  changePart,
  save,
];

/** Everything the staff do, by the name of the command. */
const tasks: ReadonlyMap<string, Task> = new Map(all.map((task) => [taskName(task), task]));

const screens: ReadonlyMap<string, StaffScreen> = new Map<string, StaffScreen>([
  ['staff', { act: undefined, rounds: () => [], show: staffMenu }],
  ['undo', { act: undefined, rounds: (id, reader) => undoRounds(id as AuditId, reader), show: takeBack }],
  ['request', { act: 'approve', rounds: requestRounds, show: showRequest }],
  ['approve', { act: 'approve', rounds: requestRounds, show: (turn, id) => decide(turn, id, true) }],
  ['refuse', { act: 'approve', rounds: requestRounds, show: (turn, id) => decide(turn, id, false) }],
  ['fire', { act: 'staff', rounds: fireRounds, show: fire }],
  ['trail', { act: 'audit', rounds: (argument) => [() => trailNeeds(argument)], show: showTrail }],
  ['seg', buildScreen],
  ['ask', onwardScreen],
  ['draft', draftScreen],
  ['send', sendScreen],
  ['campaign', campaignScreen],
  ['campaigns', campaignsScreen],
  ['paged', pageScreen],
  ['saved', savedScreen],
  ['look', lookScreen],
  ['picture', pictureScreen],
  ['map', mapScreen],
  ['results', resultsScreen],
  ['journeys', journeysScreen],
  ['journey', journeyScreen],
  ['journey_words', journeyWordsScreen],
  ['result', resultScreen],
  ...talkScreens,
  ...personScreens,
]);

/** What a route means to one of the staff: a step of a task, or a screen. */
type Meant =
  | { readonly kind: 'task'; readonly progress: Progress }
  | { readonly kind: 'screen'; readonly screen: StaffScreen; readonly argument: string };

function meant(route: Route, state: DialogState | null, reader: Reader): Meant | undefined {
  const progress = progressOf(route, state, reader);
  if (progress) return { kind: 'task', progress };
  if (route.kind === 'words' && mayDo(reader.staff.role, whom.act)) {
    return { kind: 'screen', screen: whom, argument: route.text };
  }
  const screen = route.kind === 'screen' ? screens.get(route.name) : undefined;
  if (!screen || route.kind !== 'screen') return undefined;
  const allowed = screen.act === undefined || mayDo(reader.staff.role, screen.act);
  return allowed ? { kind: 'screen', screen, argument: route.argument } : undefined;
}

function progressOf(route: Route, state: DialogState | null, reader: Reader): Progress | undefined {
  switch (route.kind) {
    case 'command': {
      const task = tasks.get(route.name);
      return task && beginTyped(task, route.text, reader);
    }
    case 'words':
      return goOn(tasks, state, route.text, reader);
    case 'contact':
      // A colleague's phone book is one more way to say whom it is about.
      return route.own || state?.data.asking !== 'customer'
        ? undefined
        : goOn(tasks, state, route.phone, reader);
    case 'picture':
      return goOnWithPhoto(tasks, state, { sent: route.sent });
    case 'no_picture':
      return goOnWithPhoto(tasks, state, { problem: { key: `photo.${route.problem}` } });
    case 'screen':
      return route.name === 'do' ? tapped(route.argument, state, reader) : undefined;
  }
}

/** `=…` answers the question that stands open, `!…` agrees to a preview; anything else begins a task. */
function tapped(argument: string, state: DialogState | null, reader: Reader): Progress | undefined {
  if (argument.startsWith('=')) return goOn(tasks, state, argument.slice(1), reader);
  if (argument.startsWith('!')) return agree(tasks, state, argument.slice(1));
  const task = tasks.get(argument);
  return task && beginTapped(task, state, reader);
}

/** What one of the staff needs to know to follow a route, in so many rounds. */
export function staffRounds(route: Route, state: DialogState | null, reader: Reader): readonly DialogRound[] {
  const found = meant(route, state, reader);
  if (!found) return [];
  return found.kind === 'task'
    ? progressRounds(found.progress, reader)
    : found.screen.rounds(found.argument, reader);
}

/** The most rounds that anything of the staff takes. */
export const mostStaffRounds = 3;

/** Follows a route of one of the staff. Undefined when it is none of theirs: then it is that of any member. */
export function followStaff(turn: StaffTurn, route: Route): Outcome | undefined {
  const found = meant(route, turn.state, turn);
  if (!found) return undefined;
  return found.kind === 'task' ? takeStep(turn, found.progress) : found.screen.show(turn, found.argument);
}

/** Takes back what the person did a moment ago. */
function takeBack(turn: StaffTurn, argument: string): Outcome {
  const undone = undo(argument as AuditId, turn);
  if (undone.ok) return writing(undone.result.changes, done(turn, [{ key: 'undo.done' }]));
  const minutes = UNDO_LIVES_MS / 60_000;
  const words =
    undone.refusal.code === 'undo_too_late'
      ? ({ key: 'undo.too_late', variables: { minutes } } as const)
      : sorry(undone.refusal, turn.program);
  return staffMenu(saying(turn, words), '');
}
