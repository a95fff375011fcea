import type { NodeId } from '../../../sim/message.ts';
import { blockChecksum } from '../block-checksum.ts';
import { codeOf } from '../erasure/code-of.ts';
import type {
  Adopt,
  CopyFragment,
  Encode,
  EraseFragment,
  RebuildPart,
  VerifyFragment,
} from '../messages/control-messages.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import { encodeChunk } from './encoding.ts';
import { fetchFragment } from './fetch.ts';
import { gatherParts } from './gather.ts';
import { install, type WriteMarks } from './parts.ts';
import { readBack } from './read-back.ts';
import type { ServerCore } from './server-core.ts';

/** What a leader orders and is told the end of. */
export type TaskOrder =
  | Adopt
  | CopyFragment
  | RebuildPart
  | Encode
  | EraseFragment
  | VerifyFragment;

type Done = (fault: DataFault | null, failed?: readonly number[]) => void;

/** Carries out the orders of leaders. An order that is under way is not begun again. */
export class Tasks {
  private readonly core: ServerCore;
  private readonly running: Set<string> = new Set();

  constructor(core: ServerCore) {
    this.core = core;
  }

  take(from: NodeId, order: TaskOrder): void {
    const { core, running } = this;
    // What an erasure is weighed against is what was known before it came.
    const known = core.index;
    if (!core.obeys(order)) return;
    const { task, term, chunk } = order;
    const key = `${term}.${task}`;
    if (running.has(key)) return;
    running.add(key);
    this.run(order, known, (fault, failed = []) => {
      running.delete(key);
      const { server } = core;
      core.send(from, { kind: 'task-done', task, server, term, chunk, fault, failed });
      core.checkpoints.consider();
    });
  }

  private run(order: TaskOrder, knownIndex: number, done: Done): void {
    const { core } = this;
    switch (order.kind) {
      case 'adopt':
        adopt(core, order, done);
        return;
      case 'copy-fragment':
        copy(core, order, done);
        return;
      case 'rebuild-part':
        rebuild(core, order, done);
        return;
      case 'encode':
        encodeChunk(core, order, done);
        return;
      case 'verify-fragment':
        readBack(core, order, done);
        return;
      default:
        erase(core, order, knownIndex, done);
    }
  }
}

/**
 * Takes the content of the longest replica. It counts from then on as longer than any replica whose
 * last write is of an older fence, and is not served under the version before: it may have writes
 * that others of that version lack.
 */
function adopt(core: ServerCore, order: Adopt, done: Done): void {
  const { chunk, fence, source } = order;
  const check = (): DataFault | null => {
    // A later leader may have found by now that this replica has not taken over. And a chunk may have gone
    // on while the order was under way: under another code, say, beside this fragment.
    const chunkFence = core.table.chunks.get(chunk)?.fence ?? 0;
    if (order.term < core.term || fence < chunkFence) return 'stale';
    const fragment = core.table.find(order);
    if (fragment === undefined) return 'absent';
    if (fragment.fault !== null) return 'bad';
    return fragment.fence === fence ? null : 'stale';
  };
  fetchFragment(core, order, source, (fault, blocks) => {
    if (fault !== null) {
      done(fault);
      return;
    }
    core.turns.take(chunk, (end) => {
      const finish = (outcome: DataFault | null): void => {
        done(outcome);
        end();
      };
      const fragment = core.table.find(order);
      const wrong = check();
      if (wrong !== null || fragment === undefined) finish(wrong);
      // A late copy of the order: writes under this fence have begun.
      else if (fragment.isWritten) finish(null);
      else install(core, order, { fence, lastFence: fence, lastSequence: 0 }, blocks, finish);
    });
  });
}

const unwritten: WriteMarks = { fence: 0, lastFence: 0, lastSequence: 0 };

/** Makes the same fragment as another server has, and reads it back. */
function copy(core: ServerCore, order: CopyFragment, done: Done): void {
  if (core.table.find(order)?.fault === null) {
    readBack(core, order, done);
    return;
  }
  fetchFragment(core, order, order.source, (fault, blocks) => {
    if (fault === null) keepMade(core, order, blocks, done);
    else done(fault);
  });
}

/** Makes a part from others of its stripe, and reads it back. */
function rebuild(core: ServerCore, order: RebuildPart, done: Done): void {
  const { dataParts, parityParts, part, sources } = order;
  if (core.table.find(order)?.fault === null) {
    readBack(core, order, done);
    return;
  }
  gatherParts(core, order, dataParts, parityParts, sources, (fault, rows, failed) => {
    if (fault !== null) {
      done(fault, failed);
      return;
    }
    const code = codeOf({ dataParts, parityParts });
    const blocks: Block[] = rows.map((row, block) => {
      const [bytes] = code.rebuild(row, [part]);
      const { version } = order;
      return { bytes: bytes!, version, checksum: blockChecksum(order, block, bytes!) };
    });
    keepMade(core, order, blocks, (kept) => done(kept, failed));
  });
}

function keepMade(
  core: ServerCore,
  order: CopyFragment | RebuildPart,
  blocks: readonly Block[],
  done: Done,
): void {
  core.turns.take(order.chunk, (end) => {
    const finish = (fault: DataFault | null): void => {
      end();
      if (fault !== null) done(fault);
      else readBack(core, order, done);
    };
    if (core.table.find(order)?.fault === null) finish(null);
    else install(core, order, unwritten, blocks, finish);
  });
}

/**
 * Erases exactly one fragment. Refused when the order was given before something that this server has
 * heard of already: the fragment may mean something again.
 */
function erase(core: ServerCore, order: EraseFragment, knownIndex: number, done: Done): void {
  if (order.index < knownIndex) {
    core.env.probe('late erasure');
    done('stale');
    return;
  }
  const { chunk, version } = order;
  core.turns.take(chunk, (end) => {
    const fragment = core.table.findStill(order);
    const finish = (fault: DataFault | null): void => {
      done(fault);
      end();
    };
    if (fragment === undefined) {
      finish(null);
      return;
    }
    const { number, fence, previousVersion } = fragment;
    if (fragment.isStill(previousVersion)) {
      // One of two versions of the same bytes goes; the other stays.
      const rest = version === previousVersion ? fragment.version : previousVersion;
      const record = { kind: 'version', number, version: rest, previousVersion: 0, fence } as const;
      core.journal.append(chunk, record, finish);
      return;
    }
    core.journal.append(chunk, { kind: 'erase', number }, (fault) => {
      if (fault === null) core.checkpoints.erase(fragment);
      finish(fault);
    });
  });
}
