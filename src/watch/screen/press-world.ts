import type { Intervention, WatchCommand, WatchSnapshot } from '../protocol.ts';
import { isBack } from './hints.ts';
import { followCursor } from './panels/events.ts';
import { pressInPanel } from './press-panel.ts';
import { type KeyName, moved, moveOf, neighbour, type Pressed, type Pressing } from './pressed.ts';
import { listLength } from './selection.ts';
import { panelIds, type UiState } from './ui-state.ts';

const oneKey: Readonly<Record<string, WatchCommand>> = {
  ' ': { kind: 'toggle' },
  '+': { kind: 'faster' },
  '=': { kind: 'faster' },
  '-': { kind: 'slower' },
  '.': { kind: 'step', by: 'event', count: 1 },
  ',': { kind: 'step', by: 'event', count: -1 },
  '>': { kind: 'step', by: 'message', count: 1 },
  '<': { kind: 'step', by: 'message', count: -1 },
  '^': { kind: 'seek', to: { at: 'start' } },
  $: { kind: 'seek', to: { at: 'furthest' } },
  t: { kind: 'jump', to: 'leader' },
  T: { kind: 'jump', to: 'leader', back: true },
  f: { kind: 'jump', to: 'fault' },
  F: { kind: 'jump', to: 'fault', back: true },
  v: { kind: 'jump', to: 'violation' },
  V: { kind: 'jump', to: 'violation', back: true },
  m: { kind: 'mark' },
  "'": { kind: 'jump', to: 'mark' },
  '"': { kind: 'jump', to: 'mark', back: true },
  u: { kind: 'undo' },
  w: { kind: 'save' },
  I: intervene({ kind: 'isolate-leader' }),
  H: intervene({ kind: 'heal' }),
};

function intervene(what: Intervention): WatchCommand {
  return { kind: 'intervene', what };
}

/** Keys in the screen of one world. */
export function pressInWorld(key: KeyName, at: Pressing<WatchSnapshot>): Pressed {
  const { ui, snapshot } = at;
  if (snapshot.comparison !== undefined) return inComparison(key, ui);
  const panel = panelIds[Number(key) - 1];
  if (panel !== undefined) return only({ ...ui, focus: panel });
  const by = moveOf(key, Math.max(3, Math.floor(ui.rows / 3)));
  if (by !== undefined) return movedIn(at, by);
  // What a key means in the focused panel goes before what it means everywhere.
  const here = pressInPanel(key, at);
  if (here !== undefined) return here;
  const command = oneKey[key] ?? scrub(key, snapshot);
  if (command !== undefined) return { ui, commands: [command] };
  return only(screenKey(key, ui)) ?? back(key, at);
}

function only(ui: UiState): Pressed;
function only(ui: UiState | undefined): Pressed | undefined;
function only(ui: UiState | undefined): Pressed | undefined {
  return ui === undefined ? undefined : { ui, commands: [] };
}

/** Keys that concern the screen alone. */
function screenKey(key: KeyName, ui: UiState): UiState | undefined {
  switch (key) {
    case 'tab':
      return { ...ui, focus: neighbour(panelIds, ui.focus, 1) };
    case 'shift-tab':
      return { ...ui, focus: neighbour(panelIds, ui.focus, -1) };
    case 'z':
    case 'enter':
      return { ...ui, zoomed: !ui.zoomed };
    case ':':
      return { ...ui, prompt: { kind: 'palette', text: '', chosen: 0 } };
    case 'S':
      return { ...ui, prompt: { kind: 'search', text: '' } };
    case '/': {
      const before = ui.focus === 'events' ? ui.eventFilter : (ui.filters[ui.focus] ?? '');
      return { ...ui, prompt: { kind: 'filter', text: before, before } };
    }
    default:
      return undefined;
  }
}

/** Left and right move through time: by a hundredth of the run, or by a tenth. */
function scrub(key: KeyName, { status }: WatchSnapshot): WatchCommand | undefined {
  const shares: Readonly<Record<string, number>> = {
    left: -0.01,
    h: -0.01,
    right: 0.01,
    l: 0.01,
    '{': -0.1,
    '}': 0.1,
  };
  const share = shares[key];
  if (share === undefined) return undefined;
  const { endUs } = status.phases;
  const wanted = Math.round(status.timeUs + share * endUs);
  return { kind: 'seek', to: { timeUs: Math.max(0, Math.min(endUs, wanted)) } };
}

function movedIn({ ui, snapshot }: Pressing<WatchSnapshot>, by: number): Pressed {
  if (ui.focus !== 'events') return only(moved(ui, ui.focus, by, listLength(snapshot, ui)));
  if (snapshot.follow !== undefined) {
    const { follow } = snapshot;
    const cursors = { ...ui.cursors, follow: followCursor(follow, ui.cursors.follow) };
    return only(moved({ ...ui, cursors }, 'follow', by, follow.hops.length));
  }
  if (snapshot.search !== undefined) {
    return only(moved(ui, 'search', by, snapshot.search.hits.length));
  }
  return only(movedInEvents(ui, snapshot, by));
}

/** The cursor counts back from now; beyond the first line the window itself moves. */
function movedInEvents(ui: UiState, { events }: WatchSnapshot, by: number): UiState {
  const future = -(events.lines.length - 1 - events.now);
  const set = (cursor: number, back: number): UiState => ({
    ...ui,
    eventsBack: back,
    cursors: { ...ui.cursors, events: cursor },
  });
  if (by === Number.POSITIVE_INFINITY) return set(0, 0);
  if (by === Number.NEGATIVE_INFINITY) return set(events.now, ui.eventsBack + ui.eventRows);
  const wanted = ui.cursors.events - by;
  if (wanted > events.now) {
    return set(Math.max(0, events.now), ui.eventsBack + wanted - Math.max(0, events.now));
  }
  if (wanted < 0 && ui.eventsBack > 0) return set(0, Math.max(0, ui.eventsBack + wanted));
  return set(Math.max(future, wanted), ui.eventsBack);
}

function back(key: KeyName, { ui, snapshot }: Pressing<WatchSnapshot>): Pressed {
  if (key !== 'q' && key !== 'escape') return only(ui);
  if (!isBack(snapshot, ui)) {
    // Esc goes back as far as there is a back, and never ends the program.
    if (key === 'escape') return only(ui);
    const { unsaved } = snapshot.status;
    if (unsaved === 0) return { ui, commands: [{ kind: 'quit' }] };
    const text = `What was done by hand (${unsaved}) is not saved. Quit?`;
    return only({ ...ui, question: { text, command: { kind: 'quit' } } });
  }
  if (ui.zoomed) return only({ ...ui, zoomed: false });
  if (snapshot.follow !== undefined) return { ui, commands: [{ kind: 'follow', what: null }] };
  if (snapshot.search !== undefined) return { ui, commands: [{ kind: 'search', filter: {} }] };
  if (ui.focus === 'events' && ui.eventFilter !== '') {
    return { ui: { ...ui, eventFilter: '' }, commands: [{ kind: 'filter', filter: {} }] };
  }
  if ((ui.filters[ui.focus] ?? '') !== '') {
    return only({ ...ui, filters: { ...ui.filters, [ui.focus]: '' } });
  }
  return { ui: { ...ui, fromLog: false }, commands: [{ kind: 'leave' }] };
}

function inComparison(key: KeyName, ui: UiState): Pressed {
  switch (key) {
    case 'q':
    case 'escape':
      return { ui, commands: [{ kind: 'dismiss' }] };
    case 'a': {
      const text = 'Go on in the changed past, and forget the first one?';
      return only({ ...ui, question: { text, command: { kind: 'adopt' } } });
    }
    case ':':
      return only({ ...ui, prompt: { kind: 'palette', text: '', chosen: 0 } });
    default:
      return only(ui);
  }
}
