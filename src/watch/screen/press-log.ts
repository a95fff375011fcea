import type { LogSnapshot } from '../log-snapshot.ts';
import { within } from './panel.ts';
import { shownFindings } from './panels/log.ts';
import { type KeyName, moved, moveOf, neighbour, type Pressed, type Pressing } from './pressed.ts';
import { type LogPanelId, logPanelIds, type UiState } from './ui-state.ts';

/** Keys in the screen of a followed directory. */
export function pressInLog(key: KeyName, { ui, snapshot }: Pressing<LogSnapshot>): Pressed {
  const only = (next: UiState): Pressed => ({ ui: next, commands: [] });
  const panel = logPanelIds[Number(key) - 1];
  if (panel !== undefined) return only({ ...ui, logFocus: panel });
  const by = moveOf(key, Math.floor(ui.rows / 3));
  if (by !== undefined) return only(moved(ui, ui.logFocus, by, countOf(ui.logFocus, snapshot, ui)));
  switch (key) {
    case 'tab':
    case 'l':
    case 'right':
      return only({ ...ui, logFocus: neighbour(logPanelIds, ui.logFocus, 1) });
    case 'shift-tab':
    case 'h':
    case 'left':
      return only({ ...ui, logFocus: neighbour(logPanelIds, ui.logFocus, -1) });
    case 'z':
      return only({ ...ui, zoomed: !ui.zoomed });
    case '/': {
      const before = ui.filters[ui.logFocus] ?? '';
      return only({ ...ui, prompt: { kind: 'filter', text: before, before } });
    }
    case 'enter':
      return opened(ui, snapshot);
    case 'q':
    case 'escape':
      return back(key, ui);
    default:
      return only(ui);
  }
}

function countOf(panel: LogPanelId, log: LogSnapshot, ui: UiState): number {
  if (panel === 'findings') return shownFindings(log.findings, ui.filters.findings ?? '').length;
  if (panel === 'sweeps') return log.sweeps.length * 2 + log.finished.length + log.troubles.length;
  if (panel === 'loop') return log.loop?.journal.length ?? 0;
  return log.finished.find(({ rungs }) => rungs.length > 0)?.rungs.length ?? 0;
}

function opened(ui: UiState, log: LogSnapshot): Pressed {
  if (ui.logFocus !== 'findings') return { ui: { ...ui, zoomed: !ui.zoomed }, commands: [] };
  const shown = shownFindings(log.findings, ui.filters.findings ?? '');
  const finding = shown[within(ui.cursors.findings, shown.length)];
  if (finding === undefined) return { ui, commands: [] };
  return {
    ui: { ...ui, fromLog: true, zoomed: false },
    commands: [{ kind: 'open', path: finding.path }],
  };
}

function back(key: KeyName, ui: UiState): Pressed {
  if (ui.zoomed) return { ui: { ...ui, zoomed: false }, commands: [] };
  if ((ui.filters[ui.logFocus] ?? '') !== '') {
    return { ui: { ...ui, filters: { ...ui.filters, [ui.logFocus]: '' } }, commands: [] };
  }
  // Esc goes back as far as there is a back, and never ends the program.
  return { ui, commands: key === 'q' ? [{ kind: 'quit' }] : [] };
}
