import type { WatchCommand } from '../protocol.ts';
import type { LogPanelId, PanelId, UiState } from './ui-state.ts';

/**
 * A key by name: the character itself, or `up`, `down`, `left`, `right`, `enter`, `escape`, `tab`,
 * `shift-tab`, `backspace`, `delete`, `page-up`, `page-down`, `home`, `end`, `ctrl-c`.
 */
export type KeyName = string;

/** What a key does: the next state, and what the session is told. */
export interface Pressed {
  readonly ui: UiState;
  readonly commands: readonly WatchCommand[];
}

/** What a key works on. */
export interface Pressing<Snapshot> {
  readonly ui: UiState;
  readonly snapshot: Snapshot;
}

/** How far a key moves a cursor; undefined: it does not. */
export function moveOf(key: KeyName, page: number): number | undefined {
  switch (key) {
    case 'down':
    case 'j':
      return 1;
    case 'up':
    case 'k':
      return -1;
    case 'page-down':
      return Math.max(1, page);
    case 'page-up':
      return -Math.max(1, page);
    case 'g':
    case 'home':
      return Number.NEGATIVE_INFINITY;
    case 'G':
    case 'end':
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

/** The state with the cursor of a list moved, within so many rows. */
export function moved(
  ui: UiState,
  list: PanelId | LogPanelId | 'search' | 'follow',
  by: number,
  count: number,
): UiState {
  const from = Math.max(0, Math.min(count - 1, ui.cursors[list]));
  const to = Math.max(0, Math.min(count - 1, from + by));
  return { ...ui, cursors: { ...ui.cursors, [list]: to } };
}

/** The element after another one, around the end. */
export function neighbour<Id>(ids: readonly Id[], id: Id, by: number): Id {
  return ids[(ids.indexOf(id) + by + ids.length) % ids.length]!;
}
