import { stripVTControlCharacters } from 'node:util';

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right, words to the left. Default: left. */
  readonly align?: 'left' | 'right';
}

/** Lays out rows under their titles; each line begins with `indent` and has no trailing space. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  indent: string = '  ',
): string[] {
  const titles = columns.map((column) => column.title);
  const hasTitles = titles.some((title) => title !== '');
  const all = hasTitles ? [titles, ...rows] : rows;
  const widths = columns.map((_, index) =>
    all.reduce((widest, row) => Math.max(widest, visibleWidth(row[index] ?? '')), 0),
  );
  return all.map((row) => {
    const cells = columns.map((column, index) => {
      const cell = row[index] ?? '';
      const space = ' '.repeat(widths[index]! - visibleWidth(cell));
      return column.align === 'right' ? space + cell : cell + space;
    });
    return (indent + cells.join('  ')).trimEnd();
  });
}

/** Columns that the text takes on a screen, colour codes apart. */
export function visibleWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Breaks words into lines of at most `width` columns, each after `indent`. */
export function wrap(text: string, width: number, indent: string = ''): string[] {
  return wrapItems(
    text.split(/\s+/).filter((part) => part !== ''),
    ' ',
    width,
    indent,
  );
}

/** As `wrap`, for items that are not broken inside, with something between them. */
export function wrapItems(
  items: readonly string[],
  between: string,
  width: number,
  indent: string = '',
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    const longer = line === '' ? item : line + between + item;
    if (line !== '' && indent.length + longer.length > width) {
      lines.push((indent + line + between).trimEnd());
      line = item;
    } else {
      line = longer;
    }
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}
