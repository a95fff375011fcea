import type { Component, NodeCard } from '../../../sim/component.ts';
import { type StorageWireMessage, storageCodec } from '../messages/storage-codec.ts';
import { chunkServerCard } from './card.ts';
import { ChunkServer } from './chunk-server.ts';
import type { ChunkServerOptions, ServerCore } from './server-core.ts';

/** Where a chunkserver stands; `silent`: it has its data, and no lease to answer clients. */
export type ChunkServerPhase = 'recovering' | 'serving' | 'silent';

/** Marks of a chunkserver, cheap to compare. */
export interface ChunkServerView {
  phase: ChunkServerPhase;
  fragments: number;
  usedBytes: number;
  /** Highest term and index of a leader. */
  term: number;
  maxIndex: number;
  quarantined: number;
  /** Writes that wait for the rest of their chain. */
  pendingWrites: number;
}

/** The component of a chunkserver. */
export function chunkServerComponent(
  options: ChunkServerOptions,
): Component<ChunkServer, StorageWireMessage, ChunkServerView> {
  return {
    name: 'chunkserver',
    codec: storageCodec,
    create: (env) => new ChunkServer(env, options),
    start: (server) => server.start(),
    message(server, _env, from, message) {
      server.message(from, message);
    },
    createView: () => ({
      phase: 'recovering',
      fragments: 0,
      usedBytes: 0,
      term: 0,
      maxIndex: 0,
      quarantined: 0,
      pendingWrites: 0,
    }),
    observe,
    role: ({ core }) => phaseOf(core),
    card: ({ core }): NodeCard => chunkServerCard(core, phaseOf(core)),
    abstractState: ({ core }) => abstractState(core),
  };
}

function phaseOf({ phase, lease }: ServerCore): ChunkServerPhase {
  if (phase === 'recovering') return phase;
  return lease.isValid ? 'serving' : 'silent';
}

function observe({ core }: ChunkServer, view: ChunkServerView): void {
  const { table } = core;
  view.phase = phaseOf(core);
  view.fragments = table.byNumber.size;
  view.usedBytes = table.usedBytes;
  view.term = core.term;
  view.maxIndex = core.index;
  view.quarantined = table.bad.size;
  view.pendingWrites = core.pendingWrites;
}

const phaseNumbers: Readonly<Record<ChunkServerPhase, number>> = {
  recovering: 0,
  silent: 1,
  serving: 2,
};

/** What the server is about: small whatever it holds. */
function abstractState(core: ServerCore): number {
  const { table, options } = core;
  let state = phaseNumbers[phaseOf(core)];
  state = state * 3 + Math.min(2, table.byNumber.size);
  state = state * 2 + (core.obeying ? 1 : 0);
  state = state * 2 + (core.owesFloor ? 1 : 0);
  state = state * 2 + (table.bad.size > 0 ? 1 : 0);
  state = state * 2 + (core.pendingWrites > 0 ? 1 : 0);
  state = state * 2 + (table.dirty.size > 0 ? 1 : 0);
  return state * 2 + (table.usedBytes * 2 > options.place.capacityBytes ? 1 : 0);
}
