import { count, duration } from '../../../report/format.ts';
import type { NodeSnapshot, PlanLine } from '../../snapshot.ts';
import { termLetter, termTone } from '../look.ts';
import type { PanelView } from '../panel.ts';
import { Row } from '../row.ts';
import {
  cardTone,
  clockText,
  clockTone,
  diskText,
  diskTone,
  roleText,
  statusTone,
} from './node-cells.ts';

/** All that is known of one node: its card at full length, then its newest cells with what they say. */
export function nodeDetail(
  node: NodeSnapshot,
  plan: readonly PlanLine[],
  view: PanelView,
): readonly string[] {
  const { look, width, height } = view;
  const line = (): Row => new Row(look, width).put(' ');
  const { disk, clock } = node;
  const rows = [
    line()
      .put(node.id, 'accent')
      .put(` ${roleText(node)}`, statusTone(node))
      .put(`  life ${node.incarnation}, zone ${node.zone}`, 'faint')
      .end(),
    line()
      .put('clock ', 'faint')
      .put(clockText(node), clockTone(node))
      .put(
        clock.withinBounds ? ' within bounds' : ' beyond its bounds',
        clock.withinBounds ? 'faint' : 'bad',
      )
      .put(`  ${duration(clock.offsetUs)} off`, 'faint')
      .put('   disk ', 'faint')
      .put(diskText(node), diskTone(node))
      .put(`  ${disk.files} files, ${count(disk.bytes)} bytes`, 'faint')
      .end(),
  ];
  for (const index of node.faults) {
    const fault = plan[index];
    if (fault !== undefined)
      rows.push(
        line()
          .put(`fault ${index + 1} `, 'doubtful')
          .put(fault.text)
          .end(),
      );
  }
  let card = line();
  for (const { label, value, tone } of node.card?.rows ?? []) {
    if (card.column > 1 && card.room < label.length + value.length + 1) {
      rows.push(card.end());
      card = line();
    }
    card.put(`${label} `, 'faint').put(value, cardTone(tone)).put('   ');
  }
  rows.push(card.end());
  const { tail } = node.card ?? {};
  if (tail === undefined) return rows.slice(0, height);
  rows.push(
    line()
      .put(tail.label, 'strong')
      .put(`, ${count(tail.before)} before these`, 'faint')
      .end(),
  );
  for (const cell of [...tail.cells].reverse().slice(0, Math.max(0, height - rows.length))) {
    const settled = cell.state === 'committed' || cell.state === 'applied';
    rows.push(
      line()
        .number(count(cell.id), 9, 'faint')
        .put(' ')
        .putCode(termLetter(cell.group, settled), termTone(look, cell.group, settled))
        .put(' ')
        .cell(String(cell.group), 6, 'faint')
        .cell(cell.state, 10, settled ? 'good' : 'doubtful')
        .put(cell.detail)
        .end(),
    );
  }
  return rows.slice(0, height);
}
