/**
 * Brings frames onto a terminal and writes only the rows that changed. Ink's own output takes every
 * cell of every frame apart again: 25 ms of processor time for a frame of 200x60 (docs/decisions.md),
 * three times what the screen may use.
 */
export interface FramePainter {
  /** Shows a frame: one string a row, each as wide as the screen. */
  paint(rows: readonly string[]): void;
  /** The terminal shows something else now: the next frame is written whole. */
  forget(): void;
}

/** Where frames go. */
export interface PaintTarget {
  write(text: string): unknown;
  /** Bytes that wait because the terminal is slow; a frame is left out while there are some. */
  readonly writableLength?: number;
}

// A terminal that knows synchronised output shows all of a frame at once; others ignore these.
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

/** A painter for one terminal. */
export function framePainter(target: PaintTarget): FramePainter {
  let shown: readonly string[] = [];
  let whole = true;
  return {
    paint(rows) {
      // The frame after this one shows the rest: an old frame that queues up helps nobody.
      if ((target.writableLength ?? 0) > 0) return;
      let text = '';
      for (const [y, row] of rows.entries()) {
        if (whole || row !== shown[y]) text += `\u001b[${y + 1};1H${row}`;
      }
      if (whole || rows.length < shown.length) text = `${whole ? '\u001b[0m\u001b[2J' : ''}${text}\u001b[0J`;
      shown = rows;
      whole = false;
      if (text !== '') target.write(`${begin}\u001b[?25l${text}${end}`);
    },
    forget() {
      whole = true;
    },
  };
}
