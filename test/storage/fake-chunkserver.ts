import type { Component } from '../../src/sim/component.ts';
import type { Env } from '../../src/sim/env.ts';
import { blockChecksum } from '../../src/systems/storage/block-checksum.ts';
import type {
  BytesWritten,
  DataFault,
  PutPart,
  ReadBlocks,
  WriteBytes,
} from '../../src/systems/storage/messages/data-messages.ts';
import type { Block } from '../../src/systems/storage/messages/fragment.ts';
import {
  type StorageWireMessage,
  storageCodec,
} from '../../src/systems/storage/messages/storage-codec.ts';

/** A fragment in the memory of a chunkserver that forgets nothing. */
export interface FakeFragment {
  version: number;
  /** Readers may still name it, until the first write under the new one. */
  oldVersion: number;
  fence: number;
  /** Of the last write here, and of the last one that all behind have as well. */
  last: number;
  committed: number;
  /** Who knows what is committed when this one does not. */
  tail: string;
  /** Version, bytes; what nobody wrote into a block is rubbish. */
  blocks: Map<number, { version: number; bytes: Uint8Array }>;
}

type DataRequest = WriteBytes | PutPart | ReadBlocks;

/** What a fake chunkserver holds; the fake master reaches into it. */
export class FakeDisk {
  readonly fragments: Map<string, FakeFragment> = new Map();
  /** Says what a request meets instead of an answer; `silence`: nothing comes back. */
  trouble: (request: DataRequest) => DataFault | 'silence' | undefined = () => undefined;
  /** What becomes of blocks that are read, after their checksums were made. */
  rot: (blocks: Block[]) => Block[] = (blocks) => blocks;
}

export function fragmentKey(chunk: number, generation: number, part: number, version = 0): string {
  return `${chunk}/${generation}/${part}/${version}`;
}

const rubbish = 0xee;

/** Chunkservers with memories for disks: chains, versions and fences as the real ones have them. */
export function fakeChunkserver(
  disk: FakeDisk,
  blockBytes: number,
): Component<object, StorageWireMessage> {
  // What a forwarded write answers, by the number that it was forwarded under.
  const forwarded = new Map<number, { from: string; write: WriteBytes }>();
  let next = 1;
  return {
    name: 'fake-chunkserver',
    codec: storageCodec,
    create: () => ({}),
    message(_state, env, from, message) {
      if (message.kind === 'bytes-written') {
        const behind = forwarded.get(message.request);
        if (behind === undefined) return;
        const { chunk, generation } = behind.write;
        const fragment = disk.fragments.get(fragmentKey(chunk, generation, 0));
        if (message.fault === null && fragment !== undefined) {
          fragment.committed = Math.max(fragment.committed, behind.write.sequence);
        }
        answerWrite(env, behind.from, behind.write, message.fault, message.at);
      } else if (message.kind === 'write-bytes') {
        const trouble = disk.trouble(message);
        if (trouble === 'silence') return;
        const fault = trouble ?? write(disk, message, blockBytes);
        if (fault !== null) {
          answerWrite(env, from, message, fault, env.id);
          return;
        }
        const behind = message.chain[message.position + 1];
        const fragment = disk.fragments.get(fragmentKey(message.chunk, message.generation, 0))!;
        fragment.tail = message.chain.at(-1)!;
        if (behind === undefined) {
          fragment.committed = fragment.last;
          answerWrite(env, from, message, null, '');
        } else {
          const request = next++;
          forwarded.set(request, { from, write: message });
          env.network.send(behind, { ...message, request, position: message.position + 1 });
        }
      } else if (message.kind === 'put-part') {
        const fault = disk.trouble(message);
        if (fault === 'silence') return;
        if (fault === undefined) putPart(disk, message);
        const { request, chunk, version, generation, part } = message;
        const name = { request, chunk, version, generation, part };
        env.network.send(from, { kind: 'part-put', ...name, fault: fault ?? null });
      } else if (message.kind === 'read-blocks') {
        const fault = disk.trouble(message);
        if (fault === 'silence') return;
        const { request, version, chunk, generation } = message;
        const replica = disk.fragments.get(fragmentKey(chunk, generation, 0));
        const isPending = replica !== undefined && replica.last > replica.committed;
        const ask = isPending && replica.tail !== env.id ? replica.tail : '';
        const answer = fault ?? (ask === '' ? readBlocks(disk, message) : 'pending');
        const isFault = typeof answer === 'string';
        env.network.send(from, {
          kind: 'blocks-read',
          request,
          fault: isFault ? answer : null,
          ask,
          version,
          blocks: isFault ? [] : disk.rot(answer),
        });
      }
    },
  };
}

function answerWrite(
  env: Env<StorageWireMessage>,
  to: string,
  { request, chunk, version, generation, part, fence, sequence }: WriteBytes,
  fault: BytesWritten['fault'],
  at: string,
): void {
  const name = { request, chunk, version, generation, part, fence, sequence };
  env.network.send(to, { kind: 'bytes-written', ...name, fault, at });
}

function write(disk: FakeDisk, message: WriteBytes, blockBytes: number): DataFault | null {
  const { chunk, generation, version, fence, sequence, offset, bytes } = message;
  const fragment = disk.fragments.get(fragmentKey(chunk, generation, 0));
  if (fragment === undefined) return 'absent';
  if (fragment.version !== version || fragment.fence !== fence) return 'stale';
  if (sequence <= fragment.last) return null;
  if (sequence !== fragment.last + 1) return 'gap';
  fragment.last = sequence;
  fragment.oldVersion = version;
  for (let at = 0; at < bytes.length; ) {
    const block = Math.floor((offset + at) / blockBytes);
    const low = offset + at - block * blockBytes;
    const count = Math.min(bytes.length - at, blockBytes - low);
    const before = fragment.blocks.get(block)?.bytes ?? new Uint8Array(blockBytes).fill(rubbish);
    const after = before.slice();
    after.set(bytes.subarray(at, at + count), low);
    fragment.blocks.set(block, { version, bytes: after });
    at += count;
  }
  return null;
}

function putPart(disk: FakeDisk, { chunk, generation, part, version, fence, blocks }: PutPart) {
  const stored = blocks.map(({ bytes }, block) => [block, { version, bytes }] as const);
  const state = { version, oldVersion: version, fence, last: 0, committed: 0, tail: '' };
  const key = fragmentKey(chunk, generation, part, version);
  disk.fragments.set(key, { ...state, blocks: new Map(stored) });
}

function readBlocks(disk: FakeDisk, message: ReadBlocks): Block[] | DataFault {
  const { chunk, generation, part, version, firstBlock, blocks } = message;
  const fragment =
    disk.fragments.get(fragmentKey(chunk, generation, part, version)) ??
    disk.fragments.get(fragmentKey(chunk, generation, part));
  if (fragment === undefined) return 'absent';
  if (version !== fragment.version && version !== fragment.oldVersion) return 'stale';
  return Array.from({ length: blocks }, (_, at) => {
    const stored = fragment.blocks.get(firstBlock + at);
    if (stored === undefined) return { bytes: new Uint8Array(0), version: 0, checksum: 0 };
    const name = { chunk, generation, part, version: stored.version };
    const checksum = blockChecksum(name, firstBlock + at, stored.bytes);
    return { bytes: stored.bytes, version: stored.version, checksum };
  });
}
