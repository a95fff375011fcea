import type { NodeId } from '../../../sim/message.ts';
import { blockChecksum, type FragmentName } from '../block-checksum.ts';
import { codeOf } from '../erasure/code-of.ts';
import type { Encode } from '../messages/control-messages.ts';
import type { DataFault, PutPart } from '../messages/data-messages.ts';
import type { Block, PlacedPart } from '../messages/fragment.ts';
import { fetchFragment } from './fetch.ts';
import { gatherParts } from './gather.ts';
import { keepPart } from './parts.ts';
import type { ServerCore } from './server-core.ts';

/**
 * A part is put so often before its server counts as gone. One message of twenty that is lost would
 * else be the end of most conversions to a wide code, and all the others would have been put in vain.
 */
const mostPuts = 4;

type Encoded = (fault: DataFault | null, failed?: readonly number[]) => void;

/** Reads a whole chunk, makes the parts of another code of it, and puts them where they belong. */
export function encodeChunk(core: ServerCore, order: Encode, done: Encoded): void {
  readChunk(core, order, (fault, data, failed) => {
    if (fault === null) putParts(core, order, data, done);
    else done(fault, failed);
  });
}

type ChunkRead = (fault: DataFault | null, data: Uint8Array, failed: readonly number[]) => void;

const noBytes: Uint8Array = new Uint8Array(0);

function readChunk(core: ServerCore, order: Encode, done: ChunkRead): void {
  const { chunk, version, oldGeneration, oldDataParts, oldParityParts, sources } = order;
  const stripe = { chunk, version, generation: oldGeneration };
  if (oldDataParts === 1 && oldParityParts === 0) {
    readReplica(core, { ...stripe, part: 0 }, withOwn(core, stripe, sources), done);
    return;
  }
  gatherParts(core, stripe, oldDataParts, oldParityParts, sources, (fault, rows, failed) => {
    if (fault !== null) {
      done(fault, noBytes, failed);
      return;
    }
    const { chunkBytes } = core.options.settings;
    const data = new Uint8Array(chunkBytes);
    const code = codeOf({ dataParts: oldDataParts, parityParts: oldParityParts });
    const whole = rows.map((row) => code.reconstruct(row));
    const partBytes = whole.reduce((sum, row) => sum + row[0]!.length, 0);
    for (let part = 0; part < oldDataParts; part++) {
      let at = part * partBytes;
      for (const row of whole) {
        if (at < chunkBytes) data.set(row[part]!.subarray(0, chunkBytes - at), at);
        at += row[part]!.length;
      }
    }
    done(null, data, failed);
  });
}

/** This server first, when it has the replica itself. */
function withOwn(
  core: ServerCore,
  stripe: Omit<FragmentName, 'part'>,
  sources: readonly PlacedPart[],
): readonly PlacedPart[] {
  const isHere = typeof core.lookUp({ ...stripe, part: 0 }) === 'object';
  const isNamed = sources.some(({ node }) => node === core.env.id);
  return isHere && !isNamed ? [{ node: core.env.id, part: 0 }, ...sources] : sources;
}

/** From the first replica that can be read. */
function readReplica(
  core: ServerCore,
  name: FragmentName,
  sources: readonly PlacedPart[],
  done: ChunkRead,
  failed: readonly number[] = [],
): void {
  const source = sources[failed.length];
  if (source === undefined) {
    done('no-answer', noBytes, failed);
    return;
  }
  fetchFragment(core, name, source.node, (fault, blocks) => {
    if (fault !== null) {
      readReplica(core, name, sources, done, [...failed, failed.length]);
      return;
    }
    const { chunkBytes, blockBytes } = core.options.settings;
    const data = new Uint8Array(chunkBytes);
    for (const [block, { bytes }] of blocks.entries()) data.set(bytes, block * blockBytes);
    done(null, data, failed);
  });
}

function putParts(core: ServerCore, order: Encode, data: Uint8Array, done: Encoded): void {
  const { chunk, version, generation, fence, dataParts, parityParts, targets } = order;
  const code = codeOf({ dataParts, parityParts });
  const split = code.split(data);
  const parts = [...split, ...code.encode(split)];
  const failed: number[] = [];
  let left = targets.length;
  let lastFault: DataFault | null = null;
  const finish = (at: number, fault: DataFault | null): void => {
    if (fault !== null) {
      failed.push(at);
      lastFault = fault;
    }
    left--;
    if (left === 0)
      done(
        lastFault,
        failed.sort((a, b) => a - b),
      );
  };
  if (left === 0) done(null);
  for (const [at, { node, part }] of targets.entries()) {
    const name = { chunk, version, generation, part };
    const blocks = cut(name, parts[part] ?? noBytes, core.options.settings.blockBytes);
    if (blocks.length === 0) finish(at, 'absent');
    else if (node === core.env.id) {
      keepPart(core, name, fence, blocks, (fault) => finish(at, fault));
    } else {
      putPart(core, node, { ...name, fence, blocks }, mostPuts, (fault) => finish(at, fault));
    }
  }
}

/** Puts a part on another server, again when the message or its answer is lost on the way. */
function putPart(
  core: ServerCore,
  node: NodeId,
  part: Omit<PutPart, 'kind' | 'request' | 'index'>,
  putsLeft: number,
  done: (fault: DataFault | null) => void,
): void {
  core.requests.ask(
    node,
    core.options.timings.dataTimeoutUs,
    (request) => ({ kind: 'put-part', request, ...part, index: core.index }),
    (answer) => {
      const fault = answer?.kind === 'part-put' ? answer.fault : 'no-answer';
      const isLost = fault === 'no-answer' || fault === 'damaged-on-the-way';
      if (isLost && putsLeft > 1) putPart(core, node, part, putsLeft - 1, done);
      else done(fault);
    },
  );
}

/** A part in blocks, each with its checksum; views of the part. */
export function cut(name: FragmentName, part: Uint8Array, blockBytes: number): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < part.length; at += blockBytes) {
    const bytes = part.subarray(at, at + blockBytes);
    const checksum = blockChecksum(name, blocks.length, bytes);
    blocks.push({ bytes, version: name.version, checksum });
  }
  return blocks;
}
