import { count, duration } from '../../../report/format.ts';
import type { ClientsSnapshot, OperationLine } from '../../snapshot.ts';
import type { Tone } from '../look.ts';
import {
  cursorSign,
  firstShown,
  type PanelText,
  type PanelView,
  passes,
  within,
} from '../panel.ts';
import { Row } from '../row.ts';
import { sparkline } from './timeline.ts';

const outcomes: Readonly<Record<OperationLine['outcome'], readonly [sign: string, tone: Tone]>> = {
  ok: ['ok  ', 'good'],
  fail: ['fail', 'doubtful'],
  info: ['info', 'doubtful'],
  open: ['... ', 'faint'],
};

/** What clients were told, how long it took, and their last operations, the newest first. */
export function clientsPanel(clients: ClientsSnapshot, view: PanelView): PanelText {
  const { look, width, height } = view;
  const { median, p99, max } = clients.latencyUs;
  const rows = [
    new Row(look, width)
      .put(` ok ${count(clients.ok)}`, 'good')
      .put(`  fail ${count(clients.fail)}`, clients.fail > 0 ? 'doubtful' : 'faint')
      .put(`  unknown ${count(clients.unknown)}`, clients.unknown > 0 ? 'doubtful' : 'faint')
      .end(),
  ];
  if (height >= 3) {
    const latency = new Row(look, width).put(' p50 ', 'faint').put(duration(median));
    latency.put('  p99 ', 'faint').put(duration(p99)).put('  max ', 'faint').put(duration(max));
    rows.push(latency.end());
  }
  if (height >= 5 && clients.history.length > 0) rows.push(historyLine(clients, view));
  const shown = shownOperations(clients.recent, view.filter);
  const room = height - rows.length;
  const selected = within(view.cursor, shown.length);
  const first = firstShown(shown.length, selected, room);
  for (const [index, operation] of shown.slice(first, first + room).entries()) {
    rows.push(operationLine(operation, view, first + index === selected));
  }
  const open = clients.recent.filter(({ outcome }) => outcome === 'open').length;
  return { title: 'clients', note: `${open} open`, rows };
}

/** The last operations that the filter lets through, newest first. */
export function shownOperations(
  recent: readonly OperationLine[],
  filter: string,
): readonly OperationLine[] {
  const newestFirst = [...recent].reverse();
  if (filter === '') return newestFirst;
  return newestFirst.filter(({ client, text, answer, outcome }) =>
    passes(filter, `${client} ${text} ${answer} ${outcome}`),
  );
}

function historyLine({ history }: ClientsSnapshot, { look, width }: PanelView): string {
  const label = ' latency ';
  const cells = Math.max(0, width - label.length - 1);
  const values = history.slice(-cells).map(({ medianUs }) => medianUs);
  const most = values.reduce((top, one) => Math.max(top, one), 0);
  return new Row(look, width)
    .put(label, 'faint')
    .put(sparkline(values, Math.min(cells, Math.max(values.length, 1)), most, look), 'accent')
    .end();
}

function operationLine(operation: OperationLine, view: PanelView, selected: boolean): string {
  const { look, width } = view;
  const [sign, tone] = outcomes[operation.outcome];
  const { invokedUs, completedUs } = operation;
  const took = completedUs === null ? '' : duration(completedUs - invokedUs);
  const row = new Row(look, width)
    .put(cursorSign(view, selected), 'accent')
    .put(`${sign} `, tone)
    .put(`${operation.client} `, 'faint');
  const answer = operation.answer === '' ? '' : ` = ${operation.answer}`;
  row.cell(`${operation.text}${answer}`, Math.max(0, row.room - took.length - 2));
  return row.right(`${took} `, 'faint').end();
}
