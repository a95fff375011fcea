import type { CardRow, NodeCard } from '../../../sim/component.ts';
import { raftCard } from '../../raft/index.ts';
import { decodeEnvelope } from '../metadata/command-codec.ts';
import { MetaloggerService } from '../metalogger/metalogger-service.ts';
import { explainBriefly } from '../placement/explain.ts';
import type { MasterNode } from './master-component.ts';

/** What somebody who watches sees of a master: Raft's card, and what there is in the tables. */
export function masterCard(node: MasterNode): NodeCard {
  const card = raftCard(node, commandText);
  return { ...card, rows: [...card.rows, ...rowsOf(node)] };
}

function rowsOf({ service }: MasterNode): readonly CardRow[] {
  const { indexes, leader, machine } = service;
  const { inodes, chunks, servers, sessions, plans } = machine.state;
  const lacking = indexes.lacking.size;
  const unsettled = indexes.unsettled.size;
  let up = 0;
  for (const server of servers.keys()) if (servers.get(server)!.state === 'up') up += 1;
  const rows: CardRow[] = [
    { label: 'inodes', value: String(inodes.size) },
    { label: 'chunks', value: String(chunks.size) },
    { label: 'lacking', value: String(lacking), ...(lacking > 0 ? { tone: 'warning' } : {}) },
    { label: 'unsettled', value: String(unsettled), ...(unsettled > 0 ? { tone: 'warning' } : {}) },
    {
      label: 'servers',
      value: `${up} of ${servers.size} up`,
      ...(up < servers.size ? { tone: 'warning' } : {}),
    },
    { label: 'sessions', value: String(sessions.size) },
    { label: 'plans', value: String(plans.size) },
  ];
  if (leader !== null) {
    const { repairs, cache, tasks, servers: known } = leader;
    const work = `${repairs.size} repairs, ${tasks.size} orders, ${cache.size} cache leases`;
    rows.push({ label: 'work', value: work });
    const { placed } = known;
    if (placed !== null) {
      const tone = placed.placement.verdict === 'satisfied' ? 'plain' : 'warning';
      rows.push({ label: 'placing', value: explainBriefly(placed), tone });
    }
  }
  if (service instanceof MetaloggerService) {
    const { agreedAt, divergedAt, changelog } = service;
    rows.push({ label: 'changelog', value: `durable to ${changelog.durable}` });
    const told = divergedAt > 0 ? `other tables at ${divergedAt}` : `same tables at ${agreedAt}`;
    rows.push({ label: 'leader', value: told, ...(divergedAt > 0 ? { tone: 'bad' } : {}) });
  }
  return rows;
}

function commandText(data: Uint8Array): readonly [string, string] {
  const { session, sequence, command } = decodeEnvelope(data);
  const from = session === 0 ? 'of the leader' : `${sequence} of session ${session}`;
  return [command.kind[0]!, `${command.kind}, ${from}`];
}
