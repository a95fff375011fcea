import { duration } from '../../../report/format.ts';
import type { FlyingMessage, NetworkSnapshot, NodeSnapshot } from '../../snapshot.ts';
import type { Look, Tone } from '../look.ts';
import {
  cursorSign,
  firstShown,
  type PanelText,
  type PanelView,
  passes,
  within,
} from '../panel.ts';
import { Row } from '../row.ts';

/** The parts of a snapshot that the network is drawn from. */
export interface NetworkData {
  readonly nodes: readonly NodeSnapshot[];
  readonly network: NetworkSnapshot;
  readonly nowUs: number;
}

/** Who can talk to whom: groups, a matrix of links, and the messages on their way. */
export function networkPanel(data: NetworkData, view: PanelView): PanelText {
  const { network } = data;
  const split = network.groups.length > 1;
  const matrix = matrixLines(data, view);
  const rows = [groupLine(data, view)];
  const wide = view.width - matrix.width - 2 >= 24;
  if (wide) {
    const room = view.width - matrix.width - 2;
    const flying = flyingLines(data, view, room, view.height - 1);
    const gap = new Row(view.look, 2).put(` ${view.look.glyphs.vertical}`, 'faint').end();
    const height = Math.max(matrix.lines.length, flying.length);
    for (let y = 0; y < height; y++) {
      const left = matrix.lines[y] ?? ' '.repeat(matrix.width);
      rows.push(left + gap + (flying[y] ?? ' '.repeat(room)));
    }
  } else {
    for (const text of matrix.lines) {
      rows.push(text + ' '.repeat(Math.max(0, view.width - matrix.width)));
    }
    const left = view.height - rows.length;
    if (left > 0) rows.push(...flyingLines(data, view, view.width, left));
  }
  return {
    title: 'network',
    note: `${network.inFlightTotal} in flight`,
    noteTone: split ? 'doubtful' : 'faint',
    rows: rows.slice(0, view.height),
  };
}

/** `n1 n2 │ n3 n4 n5`: within a group each reaches each. */
function groupLine({ network }: NetworkData, view: PanelView): string {
  const { look, width } = view;
  const row = new Row(look, width);
  if (network.groups.length <= 1) {
    return row.put(` ${look.glyphs.held} all servers reach each other`, 'good').end();
  }
  row.put(` ${look.glyphs.cut} `, 'bad');
  for (const [index, group] of network.groups.entries()) {
    if (index > 0) row.put(` ${look.glyphs.vertical}${look.glyphs.vertical} `, 'bad');
    row.put(group.join(' '), index % 2 === 0 ? 'accent' : 'doubtful');
  }
  return row.end();
}

interface Matrix {
  readonly width: number;
  readonly lines: readonly string[];
}

/** A row for each sender, a column for each receiver; a digit counts messages on their way. */
function matrixLines(data: NetworkData, view: PanelView): Matrix {
  const { look } = view;
  const all = data.nodes.map((node, index) => ({ node, index }));
  const servers = all.filter(({ node }) => node.server);
  // Clients come along where there is room: most of them can only talk to servers anyway.
  const roomy = all.length <= view.height - 2 && all.length * 4 + 48 <= view.width;
  const shown = roomy ? all : servers;
  const label = shown.reduce((most, { node }) => Math.max(most, node.id.length), 2) + 2;
  const cell = shown.reduce((most, { node }) => Math.max(most, node.id.length), 2) + 2;
  const width = Math.min(view.width, label + shown.length * cell);
  const flying = countFlying(data.network.inFlight);
  const head = new Row(look, width).put(' to'.padEnd(label), 'faint');
  for (const { node } of shown) head.number(node.id, cell - 1, nameTone(node)).put(' ');
  const lines = shown.map((from) => {
    const row = new Row(look, width).put(' ').cell(from.node.id, label - 1, nameTone(from.node));
    for (const to of shown) {
      const state = data.network.links[from.index]?.[to.index] ?? '.';
      const many = flying.get(`${from.node.id} ${to.node.id}`) ?? 0;
      const [text, tone] = linkCell(look, state, many, from.node, to.node);
      row.to(row.column + cell - 2).put(text.padEnd(2), tone);
    }
    return row.end();
  });
  return { width, lines: [head.end(), ...lines] };
}

function nameTone(node: NodeSnapshot): Tone {
  return node.status === 'down' ? 'faint' : 'strong';
}

function countFlying(messages: readonly FlyingMessage[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { from, to } of messages) {
    const link = `${from} ${to}`;
    counts.set(link, (counts.get(link) ?? 0) + 1);
  }
  return counts;
}

function linkCell(
  look: Look,
  state: string,
  flying: number,
  from: NodeSnapshot,
  to: NodeSnapshot,
): readonly [text: string, tone: Tone] {
  const { glyphs } = look;
  const digits = flying > 9 ? '+' : String(flying);
  if (state === 'x') return [flying > 0 ? glyphs.cut + digits : glyphs.cut, 'bad'];
  if (state === '=') return [glyphs.clogged + (flying > 0 ? digits : ''), 'doubtful'];
  if (state === '~') return [glyphs.worse + (flying > 0 ? digits : ''), 'doubtful'];
  if (state === '.') return [' ', 'plain'];
  if (flying > 0) return [digits, 'good'];
  const dead = from.status === 'down' || to.status === 'down';
  return [dead ? ' ' : glyphs.idle, 'faint'];
}

/** Messages that the filter lets through. */
export function shownMessages(
  messages: readonly FlyingMessage[],
  filter: string,
): readonly FlyingMessage[] {
  if (filter === '') return messages;
  return messages.filter(({ from, to, message, text }) =>
    passes(filter, `${from} ${to} ${message} ${text}`),
  );
}

function flyingLines(
  { network, nowUs }: NetworkData,
  view: PanelView,
  width: number,
  height: number,
): readonly string[] {
  const { look } = view;
  const shown = shownMessages(network.inFlight, view.filter);
  const selected = within(view.cursor, shown.length);
  const first = firstShown(shown.length, selected, height);
  return shown.slice(first, first + height).map((message, index) => {
    const waits = message.arrivesUs === undefined;
    const due = waits ? 'clogged' : `in ${duration(Math.max(0, message.arrivesUs - nowUs))}`;
    const row = new Row(look, width)
      .put(cursorSign(view, first + index === selected), 'accent')
      .put(`${message.from}${look.glyphs.arrow}${message.to} `, 'strong');
    row.cell(
      message.message,
      Math.min(message.message.length, row.room - due.length - 2),
      'accent',
    );
    // A word of it that is cut to a letter or two says nothing.
    const room = row.room - due.length - 3;
    return row
      .put(' ')
      .cell(message.text, room < 6 ? 0 : room, 'faint')
      .right(`${due} `, waits ? 'doubtful' : 'faint')
      .end();
  });
}
