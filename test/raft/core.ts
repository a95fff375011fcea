import { expect } from 'vitest';
import { plainConfiguration } from '../../src/systems/raft/confchange.ts';
import { RaftCore, type RaftOptions } from '../../src/systems/raft/raft-core.ts';
import { encodeSnapshot } from '../../src/systems/raft/snapshot-format.ts';
import type { Configuration, Entry, Member, RaftMessage } from '../../src/systems/raft/types.ts';

export const electionTimeoutUs = 1_000;
export const noData = new Uint8Array(0);
export const entry = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'command',
  data: Uint8Array.of(term),
});

export interface Made {
  readonly self?: Member;
  readonly size?: number;
  readonly term?: number;
  readonly votedFor?: Member;
  readonly terms?: readonly number[];
  readonly snapshotIndex?: number;
  readonly machineBytes?: number;
  readonly preVote?: boolean;
  readonly checkQuorum?: boolean;
  readonly batchEntries?: number;
  readonly configuration?: Configuration;
  /** Further options of the core. */
  readonly options?: Partial<RaftOptions>;
}

/** Probes of all cores since `clearProbes`. */
export const probes: string[] = [];

export function clearProbes(): void {
  probes.length = 0;
}

/** A node whose log has these terms behind the snapshot. */
export function made(options: Made = {}): RaftCore {
  const { self = 1, size = 3, terms = [], snapshotIndex = 0 } = options;
  const voters = Array.from({ length: size }, (_, index) => index + 1);
  const configuration = options.configuration ?? plainConfiguration(voters);
  return new RaftCore(
    {
      self,
      members: 9,
      electionTimeoutUs,
      heartbeatUs: 100,
      batchEntries: options.batchEntries ?? 10,
      batchBytes: 1_000,
      chunkBytes: 10,
      preVote: options.preVote ?? false,
      checkQuorum: options.checkQuorum ?? true,
      maxUncommitted: 100,
      maxUncommittedBytes: 1_000,
      maxInflight: 1,
      maxInflightBytes: 10_000,
      leaseReads: false,
      driftBoundPpm: 20_000,
      priorities: [],
      drawElectionTimeout: () => electionTimeoutUs + 100 * self,
      probe: (name) => probes.push(name),
      ...options.options,
    },
    {
      term: options.term ?? terms[terms.length - 1] ?? 0,
      votedFor: options.votedFor ?? 0,
      configuration,
      snapshot:
        snapshotIndex === 0
          ? undefined
          : encodeSnapshot(
              snapshotIndex,
              1,
              configuration,
              new Uint8Array(options.machineBytes ?? 25),
            ),
      entries: terms.map((term, position) => entry(snapshotIndex + position + 1, term)),
    },
    0,
  );
}

/** Takes out what the core wants sent. */
export function sent(core: RaftCore): { to: Member; message: RaftMessage }[] {
  const out = core.outbox
    .slice(0, core.outCount)
    .map((message, index) => ({ to: core.outTo[index]!, message }));
  core.outCount = 0;
  return out;
}

export function messages(core: RaftCore): RaftMessage[] {
  return sent(core).map(({ message }) => message);
}

/** Makes durable what waits for it. */
export function persist(core: RaftCore, nowUs: number = 0): void {
  while (core.needsWrite) {
    core.beginWrite();
    core.writeDone(nowUs);
  }
}

/** Makes a node leader of the next term by the votes of all others. */
export function elect(core: RaftCore, nowUs: number = 5_000): void {
  core.tick(nowUs);
  persist(core, nowUs);
  for (const from of core.others) {
    const reply = { kind: 'vote-reply', pre: false, term: core.term, granted: true } as const;
    core.step(from, reply, nowUs);
  }
  expect(core.role).toBe('leader');
}

export const append = (
  term: number,
  prevIndex: number,
  prevTerm: number,
  entries: readonly Entry[],
  commit: number = 0,
): RaftMessage => ({ kind: 'append', term, prevIndex, prevTerm, entries, commit, round: 0 });

export const ack = (term: number, index: number, round: number = 0): RaftMessage => ({
  kind: 'append-reply',
  term,
  ok: true,
  index,
  hintIndex: 0,
  hintTerm: 0,
  round,
});

export const vote = (
  term: number,
  lastIndex: number,
  lastTerm: number,
  pre = false,
): RaftMessage => ({
  kind: 'vote',
  pre,
  transfer: false,
  term,
  lastIndex,
  lastTerm,
});
