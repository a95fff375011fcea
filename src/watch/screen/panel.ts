import type { Look, Tone } from './look.ts';
import { Row } from './row.ts';

/** What a panel has besides its data: its place and what a person does in it. */
export interface PanelView {
  readonly look: Look;
  /** Cells and lines inside of the frame. */
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
  /** The selected row; what it means is the panel's. */
  readonly cursor: number;
  /** Narrows what is listed; empty: nothing does. */
  readonly filter: string;
}

/** What a panel shows: each row is as wide as its view, and there may be fewer than its height. */
export interface PanelText {
  readonly title: string;
  /** At the right of the title, in few words. */
  readonly note?: string;
  readonly noteTone?: Tone;
  readonly rows: readonly string[];
}

/** How a panel is set apart from others. */
export interface FrameOptions {
  readonly look: Look;
  /** Of the whole frame. */
  readonly width: number;
  readonly height: number;
  /** The key that focuses it; empty: none. */
  readonly key: string;
  readonly focused: boolean;
  /** Borders on all sides; otherwise only a rule above. */
  readonly boxed: boolean;
}

/** What is left for the panel inside of a frame. */
export function innerSize(options: Pick<FrameOptions, 'width' | 'height' | 'boxed'>): {
  readonly width: number;
  readonly height: number;
} {
  const { width, height, boxed } = options;
  return boxed
    ? { width: Math.max(0, width - 2), height: Math.max(0, height - 2) }
    : { width: Math.max(0, width - 1), height: Math.max(0, height - 1) };
}

/** A panel in its frame: as many lines as the frame is high, each as wide as it. */
export function framed(text: PanelText, options: FrameOptions): readonly string[] {
  const { look, width, boxed, focused } = options;
  const inner = innerSize(options);
  const edge: Tone = focused ? 'accent' : 'faint';
  const lines = [titleLine(text, options, edge)];
  const [, , bottomLeft, bottomRight] = look.glyphs.corners;
  const side = boxed ? new Row(look, 1).put(look.glyphs.vertical, edge).end() : '';
  const empty = ' '.repeat(inner.width);
  for (let y = 0; y < inner.height; y++) {
    const row = text.rows[y] ?? empty;
    lines.push(boxed ? side + row + side : `${row} `);
  }
  if (boxed) {
    const rule = bottomLeft + look.glyphs.horizontal.repeat(Math.max(0, width - 2)) + bottomRight;
    lines.push(new Row(look, width).put(rule, edge).end());
  }
  return lines.slice(0, options.height);
}

function titleLine(text: PanelText, options: FrameOptions, edge: Tone): string {
  const { look, width, key, boxed, focused } = options;
  const { horizontal, corners } = look.glyphs;
  const row = new Row(look, boxed ? width : width - 1);
  row.put(boxed ? corners[0] : horizontal, edge);
  const name = key === '' ? ` ${text.title} ` : ` ${key} ${text.title} `;
  row.put(name, focused ? 'focus' : 'strong');
  const note = text.note === undefined || text.note === '' ? '' : ` ${text.note} `;
  const end = boxed ? 2 : 1;
  const room = row.room - end;
  if (note !== '' && note.length <= room) {
    row.put(horizontal.repeat(room - note.length), edge);
    row.put(note, text.noteTone ?? 'faint');
    row.put(horizontal, edge);
  } else row.put(horizontal.repeat(Math.max(0, row.room - (boxed ? 1 : 0))), edge);
  if (boxed) row.put(corners[1], edge);
  return boxed ? row.end() : `${row.end()} `;
}

/** The first row to show, so that the cursor is seen and stays off the edges where it can. */
export function firstShown(count: number, cursor: number, height: number): number {
  if (count <= height) return 0;
  const margin = Math.min(2, Math.floor((height - 1) / 2));
  const wanted = cursor - (height - 1 - margin);
  return Math.max(0, Math.min(count - height, wanted));
}

/** The sign at the start of a row of a list: where the cursor is, when the panel is focused. */
export function cursorSign(view: PanelView, selected: boolean): string {
  return view.focused && selected ? view.look.glyphs.cursor : ' ';
}

/** The place of a cursor in a list that may have become shorter. */
export function within(cursor: number, count: number): number {
  return Math.max(0, Math.min(count - 1, cursor));
}

/** Whether a row of a list is shown under a filter: each word of it stands somewhere in the row. */
export function passes(filter: string, text: string): boolean {
  const low = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}
