import { duration } from '../../../report/format.ts';
import type { CardTone, NodeCard } from '../../../sim/node-card.ts';
import type { NodeSnapshot } from '../../snapshot.ts';
import { type Look, type Tone, termLetter, termTone } from '../look.ts';
import type { Row } from '../row.ts';

const cardTones: Readonly<Record<CardTone, Tone>> = {
  plain: 'plain',
  good: 'good',
  warning: 'doubtful',
  bad: 'bad',
  dim: 'faint',
};

/** The tone of a value on a card. */
export function cardTone(tone: CardTone | undefined): Tone {
  return cardTones[tone ?? 'plain'];
}

/** Whether a node runs, as a sign. */
export function statusSign(node: NodeSnapshot, look: Look): string {
  if (node.status === 'down') return look.glyphs.down;
  if (node.status !== 'up') return look.glyphs.paused;
  return node.card?.tone === 'good' ? look.glyphs.leader : look.glyphs.up;
}

/** The tone of a node as a whole. */
export function statusTone(node: NodeSnapshot): Tone {
  if (node.status === 'down') return 'bad';
  if (node.status !== 'up') return 'doubtful';
  return node.card === undefined ? 'plain' : cardTone(node.card.tone);
}

/** Role of a node, or why it has none. */
export function roleText(node: NodeSnapshot): string {
  if (node.status === 'down') return 'down';
  const role = node.card?.role ?? node.role ?? 'up';
  return node.status === 'up' ? role : `${node.status} ${role}`;
}

/** The clock of a node in few cells, and whether it is out of bounds. */
export function clockText(node: NodeSnapshot): string {
  const { offsetUs, withinBounds } = node.clock;
  const offset =
    offsetUs === 0 ? '0' : `${offsetUs > 0 ? '+' : ''}${duration(offsetUs).replace(' ', '')}`;
  return withinBounds ? offset : `${offset}!`;
}

/** The tone of a clock. */
export function clockTone(node: NodeSnapshot): Tone {
  if (!node.clock.withinBounds) return 'bad';
  return node.clock.offsetUs === 0 ? 'faint' : 'plain';
}

/** The state of a disk in one word. */
export function diskText(node: NodeSnapshot): string {
  const { state, metError } = node.disk;
  if (state === 'healthy') return metError ? 'error' : 'ok';
  return state;
}

/** The tone of a disk. */
export function diskTone(node: NodeSnapshot): Tone {
  const { state, metError } = node.disk;
  if (state === 'damaged') return 'bad';
  return state === 'troubled' || metError ? 'doubtful' : 'faint';
}

/** The newest cell of all tails: tails of several nodes are drawn one below the other. */
export function newestCell(nodes: readonly NodeSnapshot[]): number {
  let newest = 0;
  for (const { card } of nodes) {
    const last = card?.tail?.cells.at(-1);
    if (last !== undefined && last.id > newest) newest = last.id;
  }
  return newest;
}

/** The oldest cell that a tail tells of; `otherwise` when there is none. */
export function oldestCell(nodes: readonly NodeSnapshot[], otherwise: number): number {
  let oldest = otherwise;
  for (const { card } of nodes) {
    const first = card?.tail?.cells[0];
    if (first !== undefined && first.id < oldest) oldest = first.id;
  }
  return oldest;
}

/**
 * A tail with `newest` in the last cell, so that the same entry of several nodes stands in one
 * column. Committed cells are capital letters on a ground, others small letters; what is not yet
 * durable is underlined.
 */
export function putTail(row: Row, look: Look, card: NodeCard, newest: number, width: number): void {
  const start = row.column;
  const cells = card.tail?.cells ?? [];
  const first = newest - width + 1;
  const last = cells.at(-1);
  if (last !== undefined && last.id < first) {
    row.cell(`${newest - last.id} behind`, width, 'doubtful');
    return;
  }
  let code = '';
  let run = '';
  const flush = (): void => {
    if (run !== '') row.putCode(run, code);
    run = '';
  };
  for (const { id, group, state } of cells) {
    if (id < first || id > newest) continue;
    const column = start + id - first;
    if (row.column + run.length < column) {
      flush();
      row.to(column);
    }
    const settled = state === 'committed' || state === 'applied';
    const own = termTone(look, group, settled) + (state === 'volatile' ? '\u001b[4m' : '');
    if (own !== code) {
      flush();
      code = own;
    }
    run += termLetter(group, settled);
  }
  flush();
  row.to(start + width);
}
