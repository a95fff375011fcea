import type {
  FollowTarget,
  Intervention,
  Moment,
  WatchCommand,
  WatchSnapshot,
} from '../protocol.ts';
import { within } from './panel.ts';
import { followCursor, selectedEvent } from './panels/events.ts';
import type { KeyName, Pressed, Pressing } from './pressed.ts';
import {
  selectedFault,
  selectedMessage,
  selectedNode,
  selectedOperation,
  selectedRung,
} from './selection.ts';
import type { UiState } from './ui-state.ts';

/** What a key means in the focused panel; undefined: nothing of its own. */
export function pressInPanel(key: KeyName, at: Pressing<WatchSnapshot>): Pressed | undefined {
  switch (at.ui.focus) {
    case 'nodes':
      return inNodes(key, at);
    case 'network':
      return inNetwork(key, at);
    case 'plan':
      return inPlan(key, at);
    case 'ladder':
      return inLadder(key, at);
    case 'clients':
      return inClients(key, at);
    case 'probes':
      return undefined;
    case 'events':
      return inEvents(key, at);
  }
}

function tell(ui: UiState, command: WatchCommand): Pressed {
  return { ui, commands: [command] };
}

function seek(ui: UiState, to: Moment): Pressed {
  return tell(ui, { kind: 'seek', to });
}

/** Following shows in the place of the events, so the focus goes there. */
function follow(ui: UiState, what: FollowTarget): Pressed {
  const cursors = { ...ui.cursors, follow: -1 };
  return tell({ ...ui, focus: 'events', zoomed: false, cursors }, { kind: 'follow', what });
}

/** The palette with words that a person goes on with. */
function typing(ui: UiState, text: string): Pressed {
  return { ui: { ...ui, prompt: { kind: 'palette', text, chosen: 0 } }, commands: [] };
}

function inNodes(key: KeyName, { ui, snapshot }: Pressing<WatchSnapshot>): Pressed | undefined {
  const selected = selectedNode(snapshot, ui);
  if (selected === undefined) return undefined;
  const node = selected.id;
  const intervene = (what: Intervention): Pressed => tell(ui, { kind: 'intervene', what });
  switch (key) {
    case 'i':
      return intervene({ kind: 'isolate', node });
    case 'c':
      return intervene({ kind: 'crash', node, powerLoss: false });
    case 'C':
      return intervene({ kind: 'crash', node, powerLoss: true });
    case 'r':
      return intervene({ kind: 'restart', node });
    case 'p':
      return intervene({ kind: 'pause', node });
    case 'x':
      return typing(ui, `partition ${node} `);
    case 's':
      return typing(ui, `skew the clock of ${node} by `);
    case ']':
      return tell(ui, { kind: 'step', by: 'node', node, count: 1 });
    case '[':
      return tell(ui, { kind: 'step', by: 'node', node, count: -1 });
    case 'o': {
      const cell = selected.card?.tail?.cells.at(-1);
      return cell === undefined ? undefined : follow(ui, { cell: cell.id, group: cell.group });
    }
    default:
      return undefined;
  }
}

function inNetwork(key: KeyName, { ui, snapshot }: Pressing<WatchSnapshot>): Pressed | undefined {
  const message = selectedMessage(snapshot, ui);
  if (message === undefined) return undefined;
  if (key === 'x')
    return tell(ui, { kind: 'intervene', what: { kind: 'lose', message: message.id } });
  if (key === 'o' || key === 'enter') return follow(ui, { message: message.id });
  return undefined;
}

const nudgeUs = 100_000;

function inPlan(key: KeyName, { ui, snapshot }: Pressing<WatchSnapshot>): Pressed | undefined {
  const line = selectedFault(snapshot, ui);
  if (line === undefined) return undefined;
  const fault = line.index;
  const move = (byUs: number): Pressed =>
    tell(ui, { kind: 'compare', edit: { kind: 'move', fault, byUs } });
  switch (key) {
    case 'd':
      return tell(ui, { kind: 'compare', edit: { kind: 'remove', fault } });
    case '(':
      return move(-nudgeUs);
    case ')':
      return move(nudgeUs);
    case 'M':
      return typing(ui, `move fault ${fault + 1} by `);
    case 'enter':
      return line.fromUs === undefined ? undefined : seek(ui, { timeUs: line.fromUs });
    default:
      return undefined;
  }
}

function inLadder(key: KeyName, { ui, snapshot }: Pressing<WatchSnapshot>): Pressed | undefined {
  const rung = selectedRung(snapshot, ui);
  if (key !== 'enter' || rung?.brokenAt === undefined) return undefined;
  return seek(ui, { step: rung.brokenAt.step });
}

function inClients(key: KeyName, { ui, snapshot }: Pressing<WatchSnapshot>): Pressed | undefined {
  const operation = selectedOperation(snapshot, ui);
  if (key !== 'enter' || operation === undefined) return undefined;
  return seek(ui, { timeUs: operation.completedUs ?? operation.invokedUs });
}

function inEvents(key: KeyName, at: Pressing<WatchSnapshot>): Pressed | undefined {
  const { ui, snapshot } = at;
  if (key === 'n' || key === 'N') return nextHit(at, key === 'n' ? 1 : -1);
  const step = stepOf(snapshot, ui);
  if (step === undefined) return undefined;
  switch (key) {
    case 'enter':
      return seek({ ...ui, cursors: { ...ui.cursors, events: 0 }, eventsBack: 0 }, { step });
    case 'o':
      return follow(ui, { step });
    case 'M':
      return tell(ui, { kind: 'mark', step });
    default:
      return undefined;
  }
}

/** The step of the selected event, hit or hop. */
function stepOf(
  { events, search, follow }: WatchSnapshot,
  { cursors }: UiState,
): number | undefined {
  if (follow !== undefined) return follow.hops[followCursor(follow, cursors.follow)]?.step;
  if (search !== undefined) return search.hits[within(cursors.search, search.hits.length)]?.step;
  return selectedEvent(events, cursors.events)?.step;
}

function nextHit({ ui, snapshot }: Pressing<WatchSnapshot>, by: number): Pressed | undefined {
  const { search } = snapshot;
  if (search === undefined || search.hits.length === 0) return undefined;
  const index = within(ui.cursors.search + by, search.hits.length);
  const cursors = { ...ui.cursors, search: index };
  return seek({ ...ui, cursors }, { step: search.hits[index]!.step });
}
