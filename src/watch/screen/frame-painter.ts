/**
 * Brings frames onto a terminal and writes only the rows that changed. Ink's own output takes every
 * cell of every frame apart again: 25 ms of processor time for a frame of 200x60 (docs/decisions.md),
 * three times what the screen may use.
 */
export interface FramePainter {
  /**
   * Shows a frame: one string a row, each as wide as the screen.
   * @returns false when the terminal still has the last one to show: paint again later
   */
  paint(rows: readonly string[]): boolean;
  /** The terminal shows something else now: the next frame is written whole. */
  forget(): void;
}

/** Where frames go. */
export interface PaintTarget {
  write(text: string): unknown;
  /** Bytes that wait because the terminal is slow; no frame is written while there are some. */
  readonly writableLength?: number;
}

// A terminal that knows synchronised output shows all of a frame at once; others ignore these.
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';
const hideCursor = '\u001b[?25l';
const clear = '\u001b[0m\u001b[2J';

/** A painter for one terminal. */
export function framePainter(target: PaintTarget): FramePainter {
  let shown: readonly string[] | undefined;
  return {
    paint(rows) {
      if ((target.writableLength ?? 0) > 0) return false;
      if (shown !== undefined && shown.length !== rows.length) shown = undefined;
      let text = shown === undefined ? clear : '';
      for (const [y, row] of rows.entries()) {
        if (shown?.[y] !== row) text += `\u001b[${y + 1};1H${row}`;
      }
      shown = rows;
      if (text !== '') target.write(`${begin}${hideCursor}${text}${end}`);
      return true;
    },
    forget() {
      shown = undefined;
    },
  };
}
