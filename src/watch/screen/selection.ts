import type {
  FlyingMessage,
  NodeSnapshot,
  OperationLine,
  PlanLine,
  RungLine,
  WatchSnapshot,
} from '../snapshot.ts';
import { within } from './panel.ts';
import { shownOperations } from './panels/clients.ts';
import { shownRungs } from './panels/ladder.ts';
import { shownMessages } from './panels/network.ts';
import { shownFaults } from './panels/plan.ts';
import { shownProbes } from './panels/probes.ts';
import type { UiState } from './ui-state.ts';

/** Servers in the order of their cards. */
export function servers({ nodes }: WatchSnapshot): readonly NodeSnapshot[] {
  return nodes.filter(({ server }) => server);
}

/** The node that the cursor stands on. */
export function selectedNode(snapshot: WatchSnapshot, ui: UiState): NodeSnapshot | undefined {
  return at(servers(snapshot), ui.cursors.nodes);
}

/** The message that the cursor stands on. */
export function selectedMessage(snapshot: WatchSnapshot, ui: UiState): FlyingMessage | undefined {
  return at(shownMessages(snapshot.network.inFlight, ui.filters.network ?? ''), ui.cursors.network);
}

/** The fault that the cursor stands on. */
export function selectedFault(snapshot: WatchSnapshot, ui: UiState): PlanLine | undefined {
  return at(shownFaults(snapshot.plan, ui.filters.plan ?? ''), ui.cursors.plan);
}

/** The rung that the cursor stands on. */
export function selectedRung(snapshot: WatchSnapshot, ui: UiState): RungLine | undefined {
  return at(shownRungs(snapshot.ladder.rungs, ui.filters.ladder ?? ''), ui.cursors.ladder);
}

/** The operation that the cursor stands on. */
export function selectedOperation(snapshot: WatchSnapshot, ui: UiState): OperationLine | undefined {
  return at(shownOperations(snapshot.clients.recent, ui.filters.clients ?? ''), ui.cursors.clients);
}

function at<Item>(items: readonly Item[], cursor: number): Item | undefined {
  return items[within(cursor, items.length)];
}

/** How many rows the list of the focused panel has. */
export function listLength(snapshot: WatchSnapshot, ui: UiState): number {
  const filter = ui.filters[ui.focus] ?? '';
  switch (ui.focus) {
    case 'nodes':
      return servers(snapshot).length;
    case 'network':
      return shownMessages(snapshot.network.inFlight, filter).length;
    case 'plan':
      return shownFaults(snapshot.plan, filter).length;
    case 'ladder':
      return shownRungs(snapshot.ladder.rungs, filter).length;
    case 'clients':
      return shownOperations(snapshot.clients.recent, filter).length;
    case 'probes':
      return shownProbes(snapshot.probes, filter).length;
    case 'events':
      return snapshot.events.lines.length;
  }
}
