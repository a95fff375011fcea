import type { CardRow, Component, NodeCard } from '../../../sim/component.ts';
import {
  type RaftNode,
  type RaftSettings,
  type RaftView,
  raftCard,
  raftCellState,
  raftComponent,
} from '../../raft/index.ts';
import {
  type OrchestratorMessage,
  type OrchestratorWireMessage,
  orchestratorCodec,
} from '../messages/orchestrator-codec.ts';
import { decodeEnvelope } from '../state/command-codec.ts';
import type { Reply } from '../state/reply.ts';
import { type ManagerOptions, ManagerService } from './manager-service.ts';

/** One life of a manager. */
export type ManagerNode = RaftNode<OrchestratorMessage, Reply, ManagerService>;

export interface ManagerComponentOptions extends ManagerOptions {
  /** Which of the managers this one is. */
  readonly index: number;
  readonly raft: RaftSettings;
}

/** The component of a manager. All of `managers` vote; workers and clients stand apart. */
export function managerComponent(
  options: ManagerComponentOptions,
): Component<ManagerNode, OrchestratorWireMessage, RaftView> {
  const { index, managers, raft } = options;
  const component = raftComponent<OrchestratorMessage, Reply, ManagerService>({
    name: 'orchestrator-manager',
    peers: managers,
    index,
    settings: { ...raft, learners: 0, spares: 0 },
    codec: orchestratorCodec,
    service: (host) => new ManagerService(host, options),
  });
  return { ...component, card: managerCard, cellState: raftCellState };
}

/** What somebody who watches sees of a manager: Raft's card, and what there is in the store. */
function managerCard(node: ManagerNode): NodeCard {
  const card = raftCard(node, commandText);
  return { ...card, rows: [...card.rows, ...rowsOf(node)] };
}

function rowsOf({ service }: ManagerNode): readonly CardRow[] {
  const { leader, machine } = service;
  const { services, tasks, nodes, index } = machine.state;
  let up = 0;
  for (const node of nodes.keys()) if (nodes.get(node)!.status === 'up') up += 1;
  const pending = index.pending.size + index.fresh.size;
  const rows: CardRow[] = [
    { label: 'services', value: String(services.size) },
    { label: 'tasks', value: String(tasks.size) },
    { label: 'without a node', value: String(pending), ...(pending > 0 ? warning : {}) },
    { label: 'nodes', value: `${up} of ${nodes.size} up`, ...(up < nodes.size ? warning : {}) },
  ];
  if (leader !== null) rows.push({ label: 'sessions', value: String(leader.dispatcher.size) });
  return rows;
}

const warning = { tone: 'warning' } as const;

function commandText(data: Uint8Array): readonly [string, string] {
  const { session, sequence, command } = decodeEnvelope(data);
  const from = session === 0 ? 'of the leader' : `${sequence} of session ${session}`;
  return [command.kind[0]!, `${command.kind}, ${from}`];
}
