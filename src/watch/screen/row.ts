import { endTone, type Look, type Tone } from './look.ts';

const simple =
  /^[\u0020-\u007e\u00a0-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e\u2190-\u2319\u231c-\u23e8\u2500-\u25fc\u25ff\u2605-\u2606\u2713-\u2718\u2800-\u28ff]*$/;
const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const combining = /\p{Mark}/u;

/** Cells that a character takes on a terminal: 0, 1 or 2. */
function cellsOf(character: string): number {
  if (combining.test(character)) return 0;
  const code = character.codePointAt(0)!;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f000 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd) ||
    // Signs that many terminals draw as pictures: two cells at most, so never one too few.
    (code >= 0x231a && code <= 0x231b) ||
    (code >= 0x2600 && code <= 0x27bf && !/[★☆✓-✘]/u.test(character));
  return wide ? 2 : 1;
}

/** What fits into so many cells, and how many it takes. Controls become `?`: no text moves the cursor. */
export function clipped(
  text: string,
  room: number,
): { readonly text: string; readonly cells: number } {
  if (room <= 0) return { text: '', cells: 0 };
  if (simple.test(text)) {
    if (text.length <= room) return { text, cells: text.length };
    return { text: text.slice(0, room), cells: room };
  }
  let kept = '';
  let cells = 0;
  for (const character of text) {
    const shown = control.test(character) ? '?' : character;
    const needed = cellsOf(shown);
    if (cells + needed > room) break;
    kept += shown;
    cells += needed;
  }
  return { text: kept, cells };
}

/** One line of a panel, written from left to right; what does not fit is cut. */
export class Row {
  readonly #look: Look;
  readonly #width: number;
  #text = '';
  #cells = 0;

  constructor(look: Look, width: number) {
    this.#look = look;
    this.#width = Math.max(0, width);
  }

  /** Cells that are left. */
  get room(): number {
    return this.#width - this.#cells;
  }

  /** Cells that are written. */
  get column(): number {
    return this.#cells;
  }

  /** Appends text. */
  put(text: string, tone: Tone = 'plain'): this {
    return this.putCode(text, this.#look.tones[tone]);
  }

  /** Appends text that begins with an escape code of its own. */
  putCode(text: string, code: string): this {
    const { text: kept, cells } = clipped(text, this.room);
    if (cells === 0 && kept === '') return this;
    this.#text += code === '' ? kept : code + kept + endTone;
    this.#cells += cells;
    return this;
  }

  /** Appends text in so many cells; what is longer ends in an ellipsis. */
  cell(text: string, cells: number, tone: Tone = 'plain'): this {
    if (cells <= 0) return this;
    const end = Math.min(this.#width, this.#cells + cells);
    const shown = clipped(text, cells + 1);
    if (shown.cells <= cells) this.put(shown.text, tone);
    else this.put(clipped(text, cells - 1).text, tone).put(this.#look.glyphs.ellipsis, tone);
    return this.to(end);
  }

  /** Appends text that ends where so many cells end. */
  number(text: string, cells: number, tone: Tone = 'plain'): this {
    const shown = clipped(text, cells);
    return this.put(' '.repeat(Math.max(0, cells - shown.cells))).put(shown.text, tone);
  }

  /** Blanks up to a column. */
  to(column: number): this {
    const blanks = Math.min(column, this.#width) - this.#cells;
    if (blanks > 0) {
      this.#text += ' '.repeat(blanks);
      this.#cells += blanks;
    }
    return this;
  }

  /** Text at the right end, if there is room for all of it. */
  right(text: string, tone: Tone = 'plain'): this {
    const { cells } = clipped(text, Number.POSITIVE_INFINITY);
    if (cells > this.room) return this;
    return this.to(this.#width - cells).put(text, tone);
  }

  /** The line, filled up to its width. */
  end(): string {
    return this.to(this.#width).#text;
  }
}

/** A line of text in one tone, filled up to the width. */
export function line(look: Look, width: number, text: string, tone: Tone = 'plain'): string {
  return new Row(look, width).put(text, tone).end();
}

/** So many lines: cut, or filled up with empty ones. */
export function fill(lines: readonly string[], height: number, width: number): readonly string[] {
  if (lines.length === height) return lines;
  if (lines.length > height) return lines.slice(0, height);
  const empty = ' '.repeat(width);
  return [...lines, ...Array.from({ length: height - lines.length }, () => empty)];
}
