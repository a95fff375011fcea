import type { CardRow, CardTone, NodeCard } from '../../../sim/component.ts';
import type { ServerCore } from './server-core.ts';

const tones: Readonly<Record<string, CardTone>> = {
  serving: 'good',
  silent: 'warning',
  recovering: 'dim',
};

/** What somebody who watches sees of a chunkserver. */
export function chunkServerCard(core: ServerCore, phase: string): NodeCard {
  const { table, options, journal } = core;
  const { region, zone, host, capacityBytes } = options.place;
  const rows: CardRow[] = [
    { label: 'place', value: `region ${region} zone ${zone} host ${host}` },
    { label: 'fragments', value: String(table.byNumber.size) },
    { label: 'used', value: `${table.usedBytes} of ${capacityBytes}` },
    { label: 'term', value: String(core.term) },
    { label: 'index', value: String(core.index) },
    { label: 'journal', value: `${journal.checkpointIndex}..${journal.index}` },
  ];
  if (table.bad.size > 0) {
    rows.push({ label: 'bad', value: String(table.bad.size), tone: 'bad' });
  }
  if (core.pendingWrites > 0) {
    rows.push({ label: 'pending', value: String(core.pendingWrites), tone: 'warning' });
  }
  if (core.owesFloor) rows.push({ label: 'memory', value: 'files were lost', tone: 'bad' });
  return { role: phase, tone: tones[phase] ?? 'plain', rows };
}
