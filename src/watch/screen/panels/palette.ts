import { argumentOf, matchingEntries, type PaletteEntry } from '../palette.ts';
import { firstShown, type PanelText, type PanelView, within } from '../panel.ts';
import { Row } from '../row.ts';

/** The commands that fit what was typed; the chosen one is marked. */
export function palettePanel(
  entries: readonly PaletteEntry[],
  typed: string,
  view: PanelView,
): PanelText {
  const { look, width, height } = view;
  const fitting = matchingEntries(entries, typed);
  const chosen = within(view.cursor, fitting.length);
  const first = firstShown(fitting.length, chosen, height);
  const rows = fitting.slice(first, first + height).map((entry, index) => {
    const selected = first + index === chosen;
    const tone = selected ? 'selected' : 'plain';
    const row = new Row(look, width).put(selected ? look.glyphs.cursor : ' ', 'accent').put(' ');
    const typedArgument = argumentOf(entry, typed);
    const hint = entry.argument?.hint ?? '';
    const bad = typedArgument ? entry.argument?.parse(typedArgument) === undefined : false;
    row.put(entry.text, tone);
    if (hint !== '') row.put(` ${hint}`, bad ? 'bad' : 'faint');
    return row.right(entry.key === '' ? '' : `${entry.key} `, 'accent').end();
  });
  if (rows.length === 0) rows.push(new Row(look, width).put(' no command fits', 'doubtful').end());
  return { title: 'commands', note: `${fitting.length}`, rows };
}
