import { recover } from '../../raft/recovery.ts';
import { snapshotIndexOf } from '../../raft/snapshot-format.ts';
import { segmentSequence } from '../../raft/wal-format.ts';
import { decodeWorkerCheckpoint, decodeWorkerRecord } from './journal-format.ts';
import { WorkerState } from './worker-state.ts';

/** What the files of a worker say. */
export interface RecoveredWorker {
  readonly state: WorkerState;
  /** No file is there. */
  readonly empty: boolean;
  /** Something that was promised cannot be read: then nothing is known, and `state` is fresh. */
  readonly lost: boolean;
  /** Above the index of everything that was ever written here. */
  readonly nextIndex: number;
  readonly highestSequence: number;
  readonly reason: string;
}

/** Reads the journal of a worker: pure, the same for the worker itself and for an auditor. */
export function recoverWorker(files: ReadonlyMap<string, Uint8Array>): RecoveredWorker {
  const recovered = recover(files);
  const { verdict, snapshot, entries, lastIndex, reason } = recovered;
  const names = [...files.keys()];
  const position = {
    nextIndex: Math.max(lastIndex, snapshot?.index ?? 0, highest(names, snapshotIndexOf)) + 1,
    highestSequence: highest(names, segmentSequence),
  };
  if (verdict === 'empty') {
    return { state: new WorkerState(), empty: true, lost: false, ...position, reason };
  }
  const state = new WorkerState();
  const lost = (why: string): RecoveredWorker => ({
    ...{ state: new WorkerState(), empty: false, lost: true },
    ...position,
    reason: why,
  });
  if (verdict !== 'whole' || snapshot === undefined) return lost(reason);
  try {
    state.restore(decodeWorkerCheckpoint(snapshot.machine));
    for (const { data } of entries) state.play(decodeWorkerRecord(data));
  } catch (error) {
    if (error instanceof RangeError) return lost(error.message);
    throw error;
  }
  return { state, empty: false, lost: false, ...position, reason };
}

function highest(names: readonly string[], of: (name: string) => number): number {
  return names.reduce((most, name) => Math.max(most, of(name)), 0);
}
