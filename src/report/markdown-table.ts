/**
 * A table in Markdown.
 *
 * @param align a colon for each column that stands to the right
 */
export function markdownTable(
  titles: readonly string[],
  align: string,
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = titles.map((_, at) => (align[at] === ':' ? '---:' : '---'));
  return [line(titles), line(rule), ...rows.map((row) => line(row.map(escaped)))];
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}
