import { count } from '../../../report/format.ts';
import type { ProbeCount } from '../../snapshot.ts';
import {
  cursorSign,
  firstShown,
  type PanelText,
  type PanelView,
  passes,
  within,
} from '../panel.ts';
import { Row } from '../row.ts';

const columnWidthLeast = 30;

/** Rare states and how often they were reached; those that were never come last. */
export function probesPanel(probes: readonly ProbeCount[], view: PanelView): PanelText {
  const { look, width, height } = view;
  const shown = shownProbes(probes, view.filter);
  const columns = Math.max(
    1,
    Math.min(Math.floor(width / columnWidthLeast), Math.ceil(shown.length / Math.max(1, height))),
  );
  const each = Math.floor(width / columns);
  const perPage = height * columns;
  const selected = within(view.cursor, shown.length);
  const first = firstShown(shown.length, selected, perPage);
  const texts = shown.slice(first, first + perPage).map((probe, index) => {
    const reached = probe.count > 0;
    const times = count(probe.count);
    const row = new Row(look, each).put(cursorSign(view, first + index === selected), 'accent');
    row.cell(probe.name, Math.max(0, each - times.length - 3), reached ? 'plain' : 'faint');
    return row
      .put(' ')
      .put(times, reached ? 'good' : 'faint')
      .end();
  });
  const rows = Array.from({ length: Math.min(height, texts.length) }, (_, y) => {
    const row = Array.from(
      { length: columns },
      (__, x) => texts[y + x * height] ?? ' '.repeat(each),
    );
    return row.join('') + ' '.repeat(width - each * columns);
  });
  const reached = probes.filter(({ count: times }) => times > 0).length;
  return { title: 'probes', note: `${reached} of ${probes.length} reached`, rows };
}

/** Probes that the filter lets through: reached ones first, each kind in its order. */
export function shownProbes(probes: readonly ProbeCount[], filter: string): readonly ProbeCount[] {
  const fitting = filter === '' ? probes : probes.filter(({ name }) => passes(filter, name));
  return [
    ...fitting.filter(({ count: times }) => times > 0),
    ...fitting.filter(({ count: times }) => times === 0),
  ];
}
