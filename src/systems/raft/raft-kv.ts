import type { Component } from '../../sim/component.ts';
import type { NodeId } from '../../sim/message.ts';
import type { Domain, SystemDefinition } from '../../sim/system-definition.ts';
import { raftCard, raftCellState } from './card.ts';
import { ClientCalls } from './client-calls.ts';
import type { RaftNode } from './driver.ts';
import type { ApplyResult } from './kv-machine.ts';
import { raftKvCodec } from './kv-message-codec.ts';
import type { KvMessage, RaftKvMessage } from './kv-messages.ts';
import { raftNarrator } from './narrator.ts';
import { raftOperator } from './operator.ts';
import { noticedDamage, raftComponent } from './raft-component.ts';
import { type RaftSettings, raftKnobs, settingsFrom } from './settings.ts';
import type { RaftView } from './view.ts';

/** One life of a node of the Raft KV system. */
export type RaftKvNode = RaftNode<KvMessage, ApplyResult, ClientCalls>;

/** The component of one node. `peers` are the names of all nodes in order, `index` which one it is. */
export function raftKvComponent(
  peers: readonly NodeId[],
  index: number,
  settings: RaftSettings,
): Component<RaftKvNode, RaftKvMessage, RaftView> {
  const component = raftComponent<KvMessage, ApplyResult, ClientCalls>({
    name: 'raft-kv',
    peers,
    index,
    settings,
    codec: raftKvCodec,
    service: (host) => new ClientCalls(host, settings.sessions),
  });
  return { ...component, card: raftCard, cellState: raftCellState };
}

/**
 * The Raft key-value store as a system under test.
 * @param options.nodes how many nodes may be drawn; default 3, 5 or 7
 * @param options.knobs knobs in place of, or besides, `raftKnobs`
 */
export function raftKv(
  options: { readonly nodes?: Domain; readonly knobs?: Readonly<Record<string, Domain>> } = {},
): SystemDefinition {
  return {
    name: 'raft-kv',
    knobs: {
      nodes: options.nodes ?? { kind: 'one of', values: [3, 5, 7] },
      ...raftKnobs,
      ...options.knobs,
    },
    node: (config, peers, index) => raftKvComponent(peers, index, settingsFrom(config)),
    noticedDamage,
    operator: raftOperator,
    narrator: raftNarrator,
    countsOnClocks: (config) => settingsFrom(config).leaseReads,
  };
}
