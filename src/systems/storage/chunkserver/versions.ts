import type { NodeId } from '../../../sim/message.ts';
import { blockChecksum } from '../block-checksum.ts';
import type { SetVersion } from '../messages/control-messages.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { Fragment } from './fragment.ts';
import type { JournalBlock } from './journal-format.ts';
import type { ServerCore } from './server-core.ts';

/** Makes version and fence of a replica durable, and says how far its writes go. */
export function takeSetVersion(core: ServerCore, from: NodeId, message: SetVersion): void {
  if (!core.obeys(message)) return;
  core.turns.take(message.chunk, (end) => {
    const done = (fault: DataFault | null): void => {
      answer(core, from, message, fault);
      end();
      core.checkpoints.consider();
    };
    // What came before it in the queue may have made it old.
    if (message.term < core.term) end();
    else setVersion(core, message, done);
  });
}

function answer(core: ServerCore, to: NodeId, message: SetVersion, fault: DataFault | null): void {
  const { task, chunk, generation, part, fence } = message;
  const fragment = fault === null ? core.table.find(message) : undefined;
  core.send(to, {
    kind: 'version-set',
    ...{ task, chunk, generation, part, fence, fault },
    version: fault === 'stale' ? versionHere(core, message) : message.version,
    server: core.server,
    lastFence: fragment?.lastFence ?? 0,
    lastSequence: fragment?.lastSequence ?? 0,
  });
}

/** The newest version that can be used here of the same part; 0: none. */
function versionHere(core: ServerCore, { chunk, generation, part }: SetVersion): number {
  let newest = 0;
  for (const one of core.table.chunks.get(chunk)?.fragments ?? []) {
    const isMeant = one.generation === generation && one.part === part && one.fault === null;
    if (isMeant && one.version > newest) newest = one.version;
  }
  return newest;
}

function setVersion(
  core: ServerCore,
  message: SetVersion,
  done: (fault: DataFault | null) => void,
): void {
  const { chunk, version, fence, from } = message;
  const here = core.table.chunks.get(chunk);
  if (here !== undefined && fence < here.fence) {
    done('stale');
    return;
  }
  const set = core.table.find(message);
  if (set !== undefined) {
    if (set.fault !== null) done('bad');
    else if (set.fence === fence) done(null);
    else raise(core, set, message, set.previousVersion, done);
    return;
  }
  if (from === 0) {
    makeNew(core, message, done);
    return;
  }
  // A version in between that was never committed gives way.
  const before = core.lookUp({ ...message, version: from });
  if (typeof before === 'string') done(before);
  else if (version < before.version) done('stale');
  else raise(core, before, message, from, done);
}

function raise(
  core: ServerCore,
  { number }: Fragment,
  { chunk, version, fence }: SetVersion,
  previousVersion: number,
  done: (fault: DataFault | null) => void,
): void {
  core.journal.append(chunk, { kind: 'version', number, version, previousVersion, fence }, done);
}

/**
 * A fence that is at most `floor`, or under which something was erased, makes nothing: this server may
 * have acknowledged writes under it that it does not know any more, and must not show an empty
 * fragment in their place.
 */
export function isForgotten(core: ServerCore, chunk: number, fence: number): boolean {
  const erasedFence = core.table.chunks.get(chunk)?.erasedFence ?? 0;
  return fence <= core.table.floor || fence <= erasedFence;
}

function makeNew(
  core: ServerCore,
  message: SetVersion,
  done: (fault: DataFault | null) => void,
): void {
  const { chunk, fence, copyOf, copyVersion, copyGeneration, part } = message;
  if (isForgotten(core, chunk, fence)) {
    core.env.probe('order under a forgotten fence');
    done('stale');
    return;
  }
  if (copyOf === 0) {
    put(core, message, [], done);
    return;
  }
  const name = { chunk: copyOf, version: copyVersion, generation: copyGeneration, part };
  const source = core.lookUp(name);
  if (typeof source === 'string') {
    done(source);
    return;
  }
  const { length } = source.blocks;
  core.files.read(source, 0, length, (fault, blocks) => {
    if (fault === 'bad') core.quarantine(source, 'a copy found it damaged');
    if (fault !== null) {
      done(fault);
      return;
    }
    const copies: JournalBlock[] = [];
    const { version } = message;
    for (const [block, { bytes: data }] of blocks.entries()) {
      if (data.length === 0) continue;
      copies.push({ block, version, checksum: blockChecksum(message, block, data), data });
    }
    put(core, message, copies, done);
  });
}

function put(
  core: ServerCore,
  { chunk, version, generation, part, fence }: SetVersion,
  blocks: readonly JournalBlock[],
  done: (fault: DataFault | null) => void,
): void {
  const bytes = blocks.reduce((sum, { data }) => sum + data.length, 0);
  if (!core.hasRoomFor(bytes)) {
    done('full');
    return;
  }
  const number = core.table.nextNumber++;
  core.journal.append(
    chunk,
    {
      kind: 'put',
      ...{ number, chunk, version, generation, part, fence, blocks },
      previousVersion: 0,
      lastFence: 0,
      lastSequence: 0,
    },
    core.growing(bytes, done),
  );
}
