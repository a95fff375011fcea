import { expect, test } from 'vitest';
import { framePainter } from './frame-painter.ts';

/** A terminal that keeps what it was sent. */
function terminal(): {
  readonly sent: string[];
  writableLength: number;
  write(text: string): void;
} {
  const sent: string[] = [];
  return { sent, writableLength: 0, write: (text) => void sent.push(text) };
}

/** The rows that a write put on the screen, by number. */
function rowsOf(text: string): Readonly<Record<number, string>> {
  const rows: Record<number, string> = {};
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is read here
  for (const [, row, shown] of text.matchAll(/\u001b\[(\d+);1H([^\u001b]*)/g)) {
    rows[Number(row)] = shown!;
  }
  return rows;
}

test('writes the first frame whole and then only the rows that changed', () => {
  const target = terminal();
  const painter = framePainter(target);
  painter.paint(['one', 'two', 'six']);
  expect(target.sent[0]).toContain('\u001b[2J');
  expect(rowsOf(target.sent[0]!)).toEqual({ 1: 'one', 2: 'two', 3: 'six' });
  painter.paint(['one', 'TWO', 'six']);
  expect(rowsOf(target.sent[1]!)).toEqual({ 2: 'TWO' });
  painter.paint(['one', 'TWO', 'six']);
  expect(target.sent).toHaveLength(2);
});

test('writes a whole frame after the terminal was used otherwise, or has another height', () => {
  const target = terminal();
  const painter = framePainter(target);
  painter.paint(['one', 'two']);
  painter.forget();
  painter.paint(['one', 'two']);
  expect(rowsOf(target.sent[1]!)).toEqual({ 1: 'one', 2: 'two' });
  painter.paint(['one']);
  expect(target.sent[2]).toContain('\u001b[2J');
  expect(rowsOf(target.sent[2]!)).toEqual({ 1: 'one' });
});

test('leaves frames out while the terminal is behind, and loses no change by it', () => {
  const target = terminal();
  const painter = framePainter(target);
  painter.paint(['one', 'two']);
  target.writableLength = 10;
  expect(painter.paint(['ONE', 'two'])).toBe(false);
  target.writableLength = 0;
  expect(painter.paint(['ONE', 'TWO'])).toBe(true);
  expect(target.sent).toHaveLength(2);
  expect(rowsOf(target.sent[1]!)).toEqual({ 1: 'ONE', 2: 'TWO' });
});
