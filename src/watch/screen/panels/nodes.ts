import type { NodeSnapshot } from '../../snapshot.ts';
import type { Look } from '../look.ts';
import { cursorSign, firstShown, type PanelText, type PanelView, within } from '../panel.ts';
import { fill, Row } from '../row.ts';
import {
  cardTone,
  clockText,
  clockTone,
  diskText,
  diskTone,
  newestCell,
  oldestCell,
  putTail,
  roleText,
  statusSign,
  statusTone,
} from './node-cells.ts';

const cardWidthLeast = 22;

/** Cards side by side where they fit, otherwise a line for each node. */
export function nodesPanel(nodes: readonly NodeSnapshot[], view: PanelView): PanelText {
  const servers = nodes.filter(({ server }) => server);
  const rows = fitsCards(servers.length, view.width, view.height)
    ? cards(servers, view)
    : table(servers, view);
  const up = servers.filter(({ status }) => status === 'up').length;
  return {
    title: 'nodes',
    note: `${up} of ${servers.length} up`,
    noteTone: up < servers.length ? 'doubtful' : 'faint',
    rows,
  };
}

/** Whether cards of so many nodes fit beside each other. */
export function fitsCards(count: number, width: number, height: number): boolean {
  return count > 0 && height >= 6 && Math.floor(width / count) >= cardWidthLeast;
}

function cards(nodes: readonly NodeSnapshot[], view: PanelView): readonly string[] {
  const { look, width, height } = view;
  const each = Math.floor(width / nodes.length);
  const newest = newestCell(nodes);
  const selected = within(view.cursor, nodes.length);
  const columns = nodes.map((node, index) => {
    const last = index === nodes.length - 1;
    const own = last ? width - each * index : each;
    const sign = cursorSign(view, index === selected);
    const text = cardLines({ node, look, width: own - 1, height, newest, sign });
    const gap = last ? ' ' : new Row(look, 1).put(look.glyphs.vertical, 'faint').end();
    return text.map((line) => line + gap);
  });
  return Array.from({ length: height }, (_, y) => columns.map((column) => column[y]!).join(''));
}

interface CardArea {
  readonly node: NodeSnapshot;
  readonly look: Look;
  readonly width: number;
  readonly height: number;
  readonly newest: number;
  /** Before the name. */
  readonly sign: string;
}

/** One card, from the top: who, the tail, the rows of the system, clock and disk, files. */
function cardLines({ node, look, width, height, newest, sign }: CardArea): readonly string[] {
  const tone = statusTone(node);
  const head = new Row(look, width)
    .put(sign, 'accent')
    .put(`${node.id} `, 'strong')
    .put(`${statusSign(node, look)} `, tone)
    .put(roleText(node), tone)
    .right(`#${node.incarnation}`, 'faint');
  const lines = [head.end()];
  if (node.card?.tail !== undefined) {
    const tail = new Row(look, width).put(' ');
    putTail(tail, look, node.card, newest, width - 2);
    lines.push(tail.end());
  } else lines.push(new Row(look, width).end());
  const clock = clockText(node);
  const disk = diskText(node);
  // The clock is known by its sign: its label gives way where the card is narrow.
  const labelled = clock.length + disk.length + 11 <= width;
  const machine = new Row(look, width)
    .put(labelled ? ' clk ' : ' ', 'faint')
    .put(clock, clockTone(node))
    .put(' dsk ', 'faint')
    .put(disk, diskTone(node));
  const faults = new Row(look, width);
  if (node.faults.length > 0) {
    const numbers = node.faults.map((index) => index + 1).join(' ');
    faults.put(` ${look.glyphs.broken} fault ${numbers}`, 'doubtful');
  }
  const room = height - lines.length - 2;
  lines.push(...pairLines(node, look, width, room), machine.end(), faults.end());
  return fill(lines, height, width);
}

/** Rows of the system: two on a line while they are short. */
function pairLines(
  node: NodeSnapshot,
  look: Look,
  width: number,
  height: number,
): readonly string[] {
  const rest = [...(node.card?.rows ?? [])];
  const half = Math.floor((width - 1) / 2);
  const lines: string[] = [];
  while (rest.length > 0 && lines.length < height) {
    const first = rest.shift()!;
    const row = new Row(look, width).put(` ${first.label} `, 'faint');
    row.put(first.value, cardTone(first.tone));
    const second = rest[0];
    const needed = second === undefined ? width : second.label.length + second.value.length + 2;
    if (second !== undefined && Math.max(half, row.column) + needed <= width) {
      rest.shift();
      row.to(half).put(` ${second.label} `, 'faint').put(second.value, cardTone(second.tone));
    }
    lines.push(row.end());
  }
  return fill(lines, Math.max(0, height), width);
}

function table(nodes: readonly NodeSnapshot[], view: PanelView): readonly string[] {
  const { look, width, height } = view;
  const newest = newestCell(nodes);
  const selected = within(view.cursor, nodes.length);
  const first = firstShown(nodes.length, selected, height);
  const name = nodes.reduce((most, { id }) => Math.max(most, id.length), 2);
  const role = Math.min(
    18,
    nodes.reduce((most, node) => Math.max(most, roleText(node).length), 8),
  );
  const columns = columnsByKind(nodes);
  const longest = newest - oldestCell(nodes, newest) + 1;
  return nodes.slice(first, first + height).map((node, index) => {
    const tone = statusTone(node);
    const row = new Row(look, width)
      .put(cursorSign(view, first + index === selected), 'accent')
      .cell(node.id, name + 1, 'strong')
      .put(`${statusSign(node, look)} `, tone)
      .cell(roleText(node), role + 1, tone);
    const tailWidth = Math.max(8, Math.min(width - row.column - 44, longest));
    const tailStart = row.column + row.room - tailWidth - 24;
    const hasTail = node.card?.tail !== undefined;
    const end = hasTail ? tailStart - 1 : tailStart + tailWidth;
    putRows(row, node, columnsOf(node, columns), end - row.column);
    row.to(hasTail ? tailStart : end);
    if (node.card !== undefined && hasTail) putTail(row, look, node.card, newest, tailWidth);
    return row
      .to(tailStart + tailWidth + 1)
      .cell(clockText(node), 9, clockTone(node))
      .cell(diskText(node), 9, diskTone(node))
      .put(`#${node.incarnation}`, 'faint')
      .end();
  });
}

/** Labels that stand in columns, with the widest value of each. */
type Columns = ReadonlyMap<string, number>;

/**
 * Nodes of one cluster may be of several kinds, each with its own rows: they have columns of their
 * own. A kind is known by the label that its cards begin with.
 */
function columnsByKind(nodes: readonly NodeSnapshot[]): ReadonlyMap<string, Columns> {
  const kinds = new Map<string, Map<string, number>>();
  for (const { card } of nodes) {
    if (card === undefined) continue;
    const kind = card.rows[0]?.label ?? '';
    const widths = kinds.get(kind) ?? new Map<string, number>();
    for (const { label, value } of card.rows) {
      widths.set(label, Math.max(widths.get(label) ?? 0, value.length));
    }
    kinds.set(kind, widths);
  }
  return kinds;
}

/** The columns of a node; where nobody can know its kind, those of the only one. */
function columnsOf({ card }: NodeSnapshot, kinds: ReadonlyMap<string, Columns>): Columns {
  if (card !== undefined) return kinds.get(card.rows[0]?.label ?? '') ?? new Map();
  const [only = new Map(), ...others] = kinds.values();
  return others.length === 0 ? only : new Map();
}

function putRows(row: Row, node: NodeSnapshot, labels: Columns, room: number): void {
  const end = row.column + room;
  for (const [label, width] of labels) {
    if (row.column + label.length + width + 2 > end) break;
    const found = node.card?.rows.find((one) => one.label === label);
    row.put(`${label} `, 'faint').cell(found?.value ?? '-', width + 1, cardTone(found?.tone));
  }
  row.to(end);
}
