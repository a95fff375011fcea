import type { NodeId } from '../../../sim/message.ts';
import { crcBytes, crcEnd, crcStart } from '../../common/crc32c.ts';
import { blockChecksum } from '../block-checksum.ts';
import type { BytesWritten, DataFault, WriteBytes } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { Fragment } from './fragment.ts';
import type { JournalBlock } from './journal-format.ts';
import type { ServerCore } from './server-core.ts';

/**
 * Takes a write of the holder of the lease: checks it against version, fence and sequence, makes it
 * durable, hands it on, and answers once all behind have it too.
 *
 * It is handed on only when it is durable here. So whatever a server of the chain has, all before it
 * have, over every crash: a reader that saw a write at one end cannot miss it at the other.
 */
export function takeWrite(core: ServerCore, from: NodeId, message: WriteBytes): void {
  if (!core.isServing) {
    answer(core, from, message, 'not-serving');
    return;
  }
  core.turns.take(message.chunk, (end) => {
    const fragment = accepted(core, from, message);
    if (fragment === undefined) end();
    else writeHere(core, from, message, fragment, end);
  });
}

function answer(
  core: ServerCore,
  to: NodeId,
  { request, chunk, version, generation, part, fence, sequence }: WriteBytes,
  fault: DataFault | null,
  at: NodeId = fault === null ? '' : core.env.id,
): void {
  const name = { chunk, version, generation, part };
  core.send(to, { kind: 'bytes-written', request, ...name, fence, sequence, fault, at });
}

/** The fragment, when the write is the next one; otherwise it is answered, or handed on again. */
function accepted(core: ServerCore, from: NodeId, message: WriteBytes): Fragment | undefined {
  const fragment = core.isServing ? core.lookUp(message) : 'not-serving';
  const fault = typeof fragment === 'string' ? fragment : whyNot(core, fragment, message);
  if (fault !== null || typeof fragment === 'string') {
    answer(core, from, message, fault);
    return undefined;
  }
  const last = fragment.lastFence === message.fence ? fragment.lastSequence : 0;
  const { sequence } = message;
  if (sequence === last + 1) return fragment;
  if (sequence > last + 1) answer(core, from, message, 'gap');
  // The holder goes on only when a write is everywhere.
  else if (sequence < last || fragment.settled) answer(core, from, message, null);
  else {
    core.env.probe('write handed on again');
    handOn(core, from, message, fragment);
  }
  return undefined;
}

function whyNot(
  { env, options }: ServerCore,
  fragment: Fragment,
  { version, fence, bytes, checksum, offset, chain, position }: WriteBytes,
): DataFault | null {
  if (fragment.version !== version || fragment.fence !== fence) return 'stale';
  if (chain[position] !== env.id) return 'stale';
  const fits = bytes.length > 0 && offset + bytes.length <= options.settings.chunkBytes;
  const isSound = crcEnd(crcBytes(crcStart, bytes, 0, bytes.length)) === checksum;
  return fits && isSound ? null : 'damaged-on-the-way';
}

function writeHere(
  core: ServerCore,
  from: NodeId,
  message: WriteBytes,
  fragment: Fragment,
  end: () => void,
): void {
  const { blockBytes } = core.options.settings;
  const { offset, bytes } = message;
  const firstBlock = Math.floor(offset / blockBytes);
  const endBlock = Math.ceil((offset + bytes.length) / blockBytes);
  const isTail = message.position === message.chain.length - 1;
  if (!isTail) {
    fragment.comingFirst = firstBlock;
    fragment.comingEnd = endBlock;
    fragment.comingTail = message.chain[message.chain.length - 1]!;
  }
  const finish = (fault: DataFault | null): void => {
    fragment.comingFirst = 0;
    fragment.comingEnd = 0;
    if (fault !== null) answer(core, from, message, fault);
    else if (isTail) answer(core, from, message, null);
    else handOn(core, from, message, fragment);
    end();
    core.checkpoints.consider();
  };
  const log = (old: readonly Block[]): void => {
    if (fragment.fault !== null) {
      finish('bad');
      return;
    }
    const blocks = merge(message, old, firstBlock, endBlock, blockBytes);
    const growth = blocks.reduce(
      (sum, { block, data }) => sum + data.length - (fragment.blocks[block]?.bytes ?? 0),
      0,
    );
    if (growth > 0 && !core.hasRoomFor(growth)) {
      finish('full');
      return;
    }
    const { chunk, fence, sequence, chain } = message;
    const tail = isTail ? '' : chain[chain.length - 1]!;
    const { number } = fragment;
    const record = { kind: 'write', number, fence, sequence, tail, blocks } as const;
    core.journal.append(chunk, record, core.growing(growth, finish));
  };
  if (offset % blockBytes === 0 && bytes.length % blockBytes === 0) {
    log([]);
    return;
  }
  core.files.read(fragment, firstBlock, endBlock, (fault, old) => {
    if (fault === null) {
      log(old);
      return;
    }
    if (fault === 'bad') core.quarantine(fragment, 'a write found it damaged');
    finish(fault);
  });
}

/** Whole blocks are views of the message; blocks that are written in part are made anew. */
function merge(
  message: WriteBytes,
  old: readonly Block[],
  firstBlock: number,
  endBlock: number,
  blockBytes: number,
): JournalBlock[] {
  const { offset, bytes, version } = message;
  const blocks: JournalBlock[] = [];
  for (let block = firstBlock; block < endBlock; block++) {
    const at = block * blockBytes - offset;
    let data: Uint8Array;
    if (at >= 0 && at + blockBytes <= bytes.length) data = bytes.subarray(at, at + blockBytes);
    else {
      data = new Uint8Array(blockBytes);
      const before = old[block - firstBlock];
      if (before !== undefined) data.set(before.bytes);
      data.set(bytes.subarray(Math.max(0, at), at + blockBytes), Math.max(0, -at));
    }
    blocks.push({ block, version, checksum: blockChecksum(message, block, data), data });
  }
  return blocks;
}

/** Sends a write that is durable here to the next in the chain, and its answer back. */
function handOn(core: ServerCore, from: NodeId, message: WriteBytes, fragment: Fragment): void {
  const { chain, position, fence, sequence } = message;
  const next = chain[position + 1];
  if (next === undefined) {
    answer(core, from, message, null);
    return;
  }
  core.pendingWrites++;
  // Those farther behind give up earlier, so that it is known where the chain is broken.
  const { dataTimeoutUs } = core.options.timings;
  const left = chain.length - position;
  const timeoutUs = Math.max(1, Math.floor((dataTimeoutUs * left) / (2 * chain.length)));
  core.requests.ask(
    next,
    timeoutUs,
    (request) => ({ ...message, request, position: position + 1 }),
    (answered) => {
      core.pendingWrites--;
      const isAnswer = answered?.kind === 'bytes-written' && isFor(answered, message);
      if (!isAnswer) {
        answer(core, from, message, 'no-answer', next);
        return;
      }
      if (answered.fault === null) settle(core, fragment, fence, sequence);
      answer(core, from, message, answered.fault, answered.at);
    },
  );
}

function isFor(answered: BytesWritten, { chunk, version, fence, sequence }: WriteBytes): boolean {
  return (
    answered.chunk === chunk &&
    answered.version === version &&
    answered.fence === fence &&
    answered.sequence === sequence
  );
}

/** The last write is everywhere. That is noted with the next flush: it is no promise. */
function settle(core: ServerCore, fragment: Fragment, fence: number, sequence: number): void {
  if (fragment.settled || fragment.lastFence !== fence || fragment.lastSequence !== sequence)
    return;
  fragment.settled = true;
  if (core.table.byNumber.get(fragment.number) === fragment) core.table.dirty.add(fragment);
}
