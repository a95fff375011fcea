import type { LogSnapshot } from '../log-snapshot.ts';
import type { WatchSnapshot } from '../snapshot.ts';
import type { Memo } from './compose.ts';
import { keyHints } from './hints.ts';
import { footRows, headRows, leastColumns, leastRows } from './layout.ts';
import { logLines } from './log-frame.ts';
import type { Look } from './look.ts';
import { paletteEntries } from './palette.ts';
import { framed, innerSize, type PanelView } from './panel.ts';
import { keysLine, promptLine, questionLine } from './panels/foot.ts';
import { helpPanel } from './panels/help.ts';
import { palettePanel } from './panels/palette.ts';
import { fill, line, Row } from './row.ts';
import type { UiState } from './ui-state.ts';
import { worldLines } from './world-frame.ts';

/** What one frame shows. */
export interface FrameInput {
  /** Absent until the session has sent the first one. */
  readonly snapshot: WatchSnapshot | LogSnapshot | undefined;
  readonly ui: UiState;
  readonly look: Look;
  /** The notice is old news after the next key: then it is not shown any more. */
  readonly showNotice: boolean;
}

/** The whole screen: one string a row, each as wide as the screen. */
export function frameLines(input: FrameInput, memo: Memo): readonly string[] {
  const { snapshot, ui, look } = input;
  const { columns, rows } = ui;
  if (columns < leastColumns || rows < leastRows) return tooSmall(ui, look);
  if (snapshot === undefined) {
    return fill(
      ['', ' starting'].map((text) => line(look, columns, text)),
      rows,
      columns,
    );
  }
  const lines =
    snapshot.kind === 'log'
      ? logLines(snapshot, ui, look, memo)
      : worldLines(snapshot, ui, look, memo);
  const body = fill(overlaid(lines, input), rows - footRows, columns);
  return [...body, footLine(input)];
}

function tooSmall({ columns, rows }: UiState, look: Look): readonly string[] {
  const text = `needs ${leastColumns}x${leastRows}, this is ${columns}x${rows}`;
  return fill([line(look, columns, text, 'doubtful')], rows, columns);
}

/** The help takes the body, the palette its lower part. */
function overlaid(lines: readonly string[], { snapshot, ui, look }: FrameInput): readonly string[] {
  const { columns, rows } = ui;
  const body = rows - headRows - footRows;
  const frame = { look, width: columns, boxed: columns >= 100, focused: true, key: '' };
  if (ui.help) {
    const full = { ...frame, height: body };
    const view: PanelView = { ...plainView(full, look), cursor: ui.helpTop };
    return [...lines.slice(0, headRows), ...framed(helpPanel(view), full)];
  }
  if (ui.prompt?.kind !== 'palette' || snapshot?.kind !== 'world') return lines;
  const low = { ...frame, height: Math.min(18, Math.floor(body * 0.6)) };
  const view = { ...plainView(low, look), cursor: ui.prompt.chosen };
  const text = palettePanel(paletteEntries(snapshot), ui.prompt.text, view);
  return [...lines.slice(0, headRows + body - low.height), ...framed(text, low)];
}

function plainView(
  frame: { readonly width: number; readonly height: number; readonly boxed: boolean },
  look: Look,
): PanelView {
  return { look, ...innerSize(frame), focused: true, cursor: 0, filter: '' };
}

const promptHints = {
  filter: 'enter keeps it, esc drops it',
  search: 'searches all events of the run: words, node:n1, kind:vote',
  palette: 'enter runs it, tab completes, esc closes',
} as const;

const promptSigns = { filter: '/', search: 'search ', palette: ':' } as const;

function footLine({ snapshot, ui, look, showNotice }: FrameInput): string {
  const { columns, prompt, question } = ui;
  if (question !== undefined) return questionLine(question.text, look, columns);
  if (prompt !== undefined) {
    const { kind, text } = prompt;
    return promptLine(promptSigns[kind], text, promptHints[kind], look, columns);
  }
  if (snapshot === undefined) return new Row(look, columns).end();
  const notice = snapshot.kind === 'world' && showNotice ? snapshot.notice : undefined;
  return keysLine(keyHints(snapshot, ui), notice, look, columns);
}
