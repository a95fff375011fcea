import type { Component } from '../../sim/component.ts';
import type { Env } from '../../sim/env.ts';
import type { Address, NodeId } from '../../sim/message.ts';
import type { Domain, SystemDefinition } from '../../sim/system-definition.ts';
import { raftCard, raftCellState } from './card.ts';
import { isJoint, plainConfiguration } from './confchange.ts';
import { RaftNode } from './driver.ts';
import { raftKvCodec } from './message-codec.ts';
import { raftNarrator } from './narrator.ts';
import { raftOperator } from './operator.ts';
import { type RaftSettings, raftKnobs, settingsFrom } from './settings.ts';
import { snapshotIndexOf } from './snapshot-format.ts';
import type { Configuration, RaftKvMessage, Role } from './types.ts';
import type { RaftView } from './view.ts';
import { lastBatchStart, segmentSequence } from './wal-format.ts';

/** The component of one node. `peers` are the names of all nodes in order, `index` which one it is. */
export function raftKvComponent(
  peers: readonly NodeId[],
  index: number,
  settings: RaftSettings,
): Component<RaftNode, RaftKvMessage, RaftView> {
  return {
    name: 'raft-kv',
    codec: raftKvCodec,
    create: (env: Env<RaftKvMessage>) => new RaftNode(env, peers, index + 1, settings),
    start: (node) => node.start(),
    message(node: RaftNode, _env: Env<RaftKvMessage>, from: Address, message: RaftKvMessage) {
      node.message(from, message);
    },
    createView,
    observe,
    role,
    abstractState,
    card: raftCard,
    cellState: raftCellState,
  };
}

const noConfiguration: Configuration = plainConfiguration([]);

function createView(): RaftView {
  return {
    phase: 'recovering',
    role: 'follower',
    term: 0,
    votedFor: 0,
    leaderId: 0,
    commit: 0,
    applied: 0,
    firstIndex: 1,
    lastIndex: 0,
    lastTerm: 0,
    stableIndex: 0,
    snapshotIndex: 0,
    snapshotTerm: 0,
    logEpoch: 0,
    configuration: noConfiguration,
    configurationIndex: 0,
    match: [],
    next: [],
    diskFailing: false,
  };
}

function observe(node: RaftNode, view: RaftView): void {
  const { core } = node;
  view.phase = node.phase;
  view.diskFailing = node.diskFailing;
  if (core === undefined) {
    if (view.term !== 0 || view.configuration !== noConfiguration) {
      Object.assign(view, createView(), { phase: node.phase, diskFailing: node.diskFailing });
    }
    return;
  }
  const { log, snapshot } = core;
  view.role = core.role;
  view.term = core.term;
  view.votedFor = core.votedFor;
  view.leaderId = core.leader;
  view.commit = core.commit;
  view.applied = core.applied;
  view.firstIndex = log.firstIndex;
  view.lastIndex = log.lastIndex;
  view.lastTerm = log.lastTerm;
  view.stableIndex = log.stableIndex;
  view.snapshotIndex = snapshot === undefined ? 0 : snapshot.index;
  view.snapshotTerm = snapshot === undefined ? 0 : snapshot.term;
  view.logEpoch = log.epoch;
  view.configuration = core.configuration;
  view.configurationIndex = core.configurations.index;
  if (core.role !== 'leader') return;
  for (let member = 1; member < core.matches.length; member++) {
    view.match[member - 1] = core.matches[member]!;
    view.next[member - 1] = member === core.self ? log.lastIndex + 1 : core.progress[member]!.next;
  }
}

function role(node: RaftNode): string {
  return node.phase === 'running' ? node.core!.role : node.phase;
}

const roleNumber: Readonly<Record<Role, number>> = {
  follower: 2,
  'pre-candidate': 3,
  candidate: 4,
  leader: 5,
};

/** Role, and how the marks of the node stand to each other: small whatever the term and the index. */
function abstractState(node: RaftNode): number {
  const { core } = node;
  if (core === undefined || node.phase !== 'running') {
    return node.phase === 'repairing' ? 2 : node.phase === 'withdrawn' ? 1 : 0;
  }
  const { log } = core;
  let state = roleNumber[core.role];
  state = state * 2 + (core.leader === 0 ? 0 : 1);
  state = state * 2 + (log.stableIndex < log.lastIndex ? 1 : 0);
  state = state * 2 + (core.commit < log.lastIndex ? 1 : 0);
  state = state * 2 + (core.applied < core.commit ? 1 : 0);
  state = state * 2 + (core.hardStateDurable ? 0 : 1);
  state = state * 2 + (node.diskFailing ? 1 : 0);
  state = state * 2 + (log.lastTerm < core.term ? 1 : 0);
  state = state * 2 + (core.isVoter ? 1 : 0);
  state = state * 3 + (isJoint(core.configuration) ? 2 : core.configurationCommitted ? 1 : 0);
  state = state * 3 + (core.installing !== undefined ? 2 : core.incoming !== undefined ? 1 : 0);
  if (core.role !== 'leader') return state * 16;
  let lagging = false;
  let sending = false;
  for (const member of core.others) {
    if (core.matches[member]! < core.commit) lagging = true;
    if (core.progress[member]!.state === 'snapshot') sending = true;
  }
  const reading = core.confirmingReads.length + core.waitingReads.length > 0;
  const handing = core.transferee !== 0;
  return state * 16 + (lagging ? 1 : 0) + (sending ? 2 : 0) + (reading ? 4 : 0) + (handing ? 8 : 0);
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

/** Snapshots are covered by a checksum; the log is up to its last batch (see `lastBatchStart`). */
function noticedDamage(
  file: string,
  promised: Uint8Array,
): { readonly from: number; readonly to: number } | undefined {
  if (snapshotIndexOf(file) > 0) return { from: 0, to: promised.length };
  if (segmentSequence(file) === 0) return undefined;
  const to = lastBatchStart(file, promised);
  return to > 0 ? { from: 0, to } : undefined;
}
