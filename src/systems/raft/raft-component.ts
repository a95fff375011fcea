import type { Component } from '../../sim/component.ts';
import type { Env } from '../../sim/env.ts';
import type { Address, Codec, Message, NodeId } from '../../sim/message.ts';
import { isJoint, plainConfiguration } from './confchange.ts';
import { RaftNode } from './driver.ts';
import type { RaftHost, RaftService } from './replicated-machine.ts';
import type { RaftSettings } from './settings.ts';
import { snapshotIndexOf } from './snapshot-format.ts';
import type { Configuration, RaftWireMessage, Role } from './types.ts';
import type { RaftView } from './view.ts';
import { lastBatchStart, segmentSequence } from './wal-format.ts';

/** What makes a node of a replicated service. */
export interface RaftComponentOptions<
  Own extends Message,
  Result,
  Service extends RaftService<Own, Result>,
> {
  /** Names the kind of component in reports, for example `raft-kv`. */
  readonly name: string;
  /** Names of all nodes that run Raft, in order: voters, then learners, then spares. */
  readonly peers: readonly NodeId[];
  /** Which of them this one is. */
  readonly index: number;
  readonly settings: RaftSettings;
  /**
   * Of Raft's messages and the service's: see `raftCodec`. Default: any plain data can be sent, at
   * the price of a copy each time and of frames that are read though nobody can have sent them.
   */
  readonly codec?: Codec<RaftWireMessage | Own>;
  /** Makes the service of one life. */
  service(host: RaftHost<Own, Result>): Service;
}

/** Asks for the impossible where a service's message has the kind of one of Raft's. */
type KindsApart<Own extends Message> = [Extract<Own['kind'], RaftWireMessage['kind']>] extends [
  never,
]
  ? unknown
  : { readonly kindsThatAreRafts: Extract<Own['kind'], RaftWireMessage['kind']> };

/**
 * The component of one node of a service that is replicated by Raft. Its messages have other kinds
 * than Raft's (`RaftWireMessage`): the compiler says so, for `heartbeat` for instance.
 */
export function raftComponent<
  Own extends Message,
  Result,
  Service extends RaftService<Own, Result>,
>(
  options: RaftComponentOptions<Own, Result, Service> & KindsApart<Own>,
): Component<RaftNode<Own, Result, Service>, RaftWireMessage | Own, RaftView> {
  const { name, codec, peers, index, settings } = options;
  return {
    name,
    ...(codec === undefined ? {} : { codec }),
    create: (env: Env<RaftWireMessage | Own>) =>
      new RaftNode(env, peers, index + 1, settings, (host) => options.service(host)),
    start: (node) => node.start(),
    message(node, _env, from: Address, message: RaftWireMessage | Own) {
      node.message(from, message);
    },
    createView,
    observe,
    role,
    abstractState,
  };
}

/** What marks are made of. */
type MarkedNode = Pick<RaftNode, 'core' | 'phase' | 'diskFailing'>;

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

function observe(node: MarkedNode, view: RaftView): void {
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

function role(node: MarkedNode): string {
  return node.phase === 'running' ? node.core!.role : node.phase;
}

const roleNumber: Readonly<Record<Role, number>> = {
  follower: 2,
  'pre-candidate': 3,
  candidate: 4,
  leader: 5,
};

/** Role, and how the marks of the node stand to each other: small whatever the term and the index. */
function abstractState(node: MarkedNode): number {
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

/** Snapshots are covered by a checksum; the log is up to its last batch (see `lastBatchStart`). */
export function noticedDamage(
  file: string,
  promised: Uint8Array,
): { readonly from: number; readonly to: number } | undefined {
  if (snapshotIndexOf(file) > 0) return { from: 0, to: promised.length };
  if (segmentSequence(file) === 0) return undefined;
  const to = lastBatchStart(file, promised);
  return to > 0 ? { from: 0, to } : undefined;
}
