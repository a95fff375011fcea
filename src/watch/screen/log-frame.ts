import type { LogSnapshot } from '../log-snapshot.ts';
import { composeBand, type Memo } from './compose.ts';
import { footRows, headRows, logLayout } from './layout.ts';
import type { Look } from './look.ts';
import { framed, innerSize, type PanelText, type PanelView } from './panel.ts';
import {
  findingsPanel,
  loggedRungsPanel,
  logHeadLines,
  loopPanel,
  sweepsPanel,
} from './panels/log.ts';
import { type LogPanelId, logPanelIds, type UiState } from './ui-state.ts';

const panels: Readonly<Record<LogPanelId, (log: LogSnapshot, view: PanelView) => PanelText>> = {
  sweeps: sweepsPanel,
  findings: findingsPanel,
  rungs: loggedRungsPanel,
  loop: loopPanel,
};

/** Head and body of the screen of a followed directory: all lines but the last. */
export function logLines(log: LogSnapshot, ui: UiState, look: Look, memo: Memo): readonly string[] {
  const layout = logLayout(ui.columns, ui.rows - headRows - footRows, ui.logFocus, ui.zoomed);
  const lines = layout.bands.flatMap((band) =>
    composeBand(band, (id, width, height) => {
      const focused = ui.logFocus === id;
      const filter = ui.filters[id] ?? '';
      const cursor = ui.cursors[id];
      const from = [log, look, width, height, focused, filter, cursor, layout.boxed];
      return memo.get(id, from, () => {
        const frame = { look, width, height, boxed: layout.boxed };
        const view = { look, ...innerSize(frame), focused, cursor, filter };
        const text = panels[id](log, view);
        const title = filter === '' ? text.title : `${text.title} /${filter}`;
        const key = String(logPanelIds.indexOf(id) + 1);
        return framed({ ...text, title }, { ...frame, focused, key });
      });
    }),
  );
  return [...logHeadLines(log, look, ui.columns), ...lines];
}
