import { blockChecksum } from '../../../src/systems/storage/block-checksum.ts';
import { ReedSolomon } from '../../../src/systems/storage/erasure/reed-solomon.ts';
import type { TaskDone } from '../../../src/systems/storage/messages/control-messages.ts';
import type { BlocksRead, PartPut } from '../../../src/systems/storage/messages/data-messages.ts';
import type { Block } from '../../../src/systems/storage/messages/fragment.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { simulationTimings } from '../../../src/systems/storage/timings.ts';
import type { Steward } from './steward.ts';
import { joined } from './written-bytes.ts';

const { blockBytes, chunkBytes } = simulationSettings;
const { dataTimeoutUs } = simulationTimings;
const [dataParts, parityParts] = [2, 1];
const partBlocks = chunkBytes / dataParts / blockBytes;
const code: ReedSolomon = new ReedSolomon(dataParts, parityParts);

interface Stripe {
  readonly chunk: number;
  readonly version: number;
  readonly generation: number;
  readonly fence: number;
  readonly parts: readonly Uint8Array[];
  /** Where each part is; empty: nowhere. */
  readonly nodes: string[];
}

/**
 * Stripes, one after another: parts are put, lost ones rebuilt, all are read, the chunk is encoded anew
 * as a replica, and everything is erased. What is read must be what was put.
 */
export async function makeStripes(steward: Steward, first: number, untilUs: number): Promise<void> {
  const { env, log } = steward;
  for (let chunk = first; steward.ageUs < untilUs; chunk++) {
    const stripe = await putStripe(steward, chunk);
    if (stripe !== undefined) {
      await rebuildMissing(steward, stripe);
      await readStripe(steward, stripe);
      await encodeAnew(steward, stripe);
      await eraseParts(steward, stripe);
      log.count('stripe done');
    }
    await env.sleep(1 + steward.below(100_000, 'stripe rest'));
  }
}

async function putStripe(steward: Steward, chunk: number): Promise<Stripe | undefined> {
  const fence = ++steward.log.index;
  const data = new Uint8Array(chunkBytes);
  for (let at = 0; at < chunkBytes; at++) data[at] = (chunk * 7 + (at >> 5)) & 0xff;
  const split = code.split(data);
  const parts = [...split, ...code.encode(split)];
  const nodes = steward.someServers(parts.length);
  const version = 1;
  const stored = await Promise.all(
    parts.map(async (part, at) => {
      const name = { chunk, version, generation: 0, part: at };
      const blocks: Block[] = [];
      for (let from = 0; from < part.length; from += blockBytes) {
        const bytes = part.subarray(from, from + blockBytes);
        blocks.push({ bytes, version, checksum: blockChecksum(name, blocks.length, bytes) });
      }
      const { index } = steward.log;
      const reply = await steward.ask<PartPut>(nodes[at]!, dataTimeoutUs, (request) => ({
        kind: 'put-part',
        ...{ request, ...name, fence, index, blocks },
      }));
      steward.log.count(`put ${reply === undefined ? 'unanswered' : (reply.fault ?? 'ok')}`);
      return reply?.fault === null;
    }),
  );
  steward.log.index++;
  if (stored.filter(Boolean).length < dataParts) return undefined;
  const kept = nodes.map((node, at) => (stored[at] ? node : ''));
  return { chunk, version, generation: 0, fence, parts, nodes: kept };
}

function sourcesOf({ nodes }: Stripe): { readonly node: string; readonly part: number }[] {
  return nodes.map((node, part) => ({ node, part })).filter(({ node }) => node !== '');
}

async function rebuildMissing(steward: Steward, stripe: Stripe): Promise<void> {
  const { chunk, version, generation, nodes } = stripe;
  if (!nodes.includes('')) nodes[steward.below(nodes.length, 'lost part')] = '';
  for (const [part, node] of nodes.entries()) {
    if (node !== '') continue;
    steward.log.index++;
    const others = steward.servers.filter((one) => !nodes.includes(one));
    const target = others[steward.below(others.length, 'part target')]!;
    const done = await steward.ask<TaskDone>(target, 500_000, (task) => ({
      kind: 'rebuild-part',
      ...{ task, ...steward.orderHead, chunk, version, generation, part },
      ...{ dataParts, parityParts, sources: sourcesOf(stripe) },
    }));
    steward.log.count(`rebuild ${done === undefined ? 'unanswered' : (done.fault ?? 'ok')}`);
    if (done?.fault === null) nodes[part] = target;
  }
}

async function readStripe(steward: Steward, stripe: Stripe): Promise<void> {
  const { chunk, version, generation, nodes, parts } = stripe;
  for (const [part, node] of nodes.entries()) {
    if (node === '') continue;
    await readFragment(steward, { chunk, version, generation, part }, node, parts[part]!);
  }
}

async function readFragment(
  steward: Steward,
  name: Parameters<typeof blockChecksum>[0],
  node: string,
  expected: Uint8Array,
): Promise<void> {
  const blocks = expected.length / blockBytes;
  const { log } = steward;
  const { index } = log;
  const reply = await steward.ask<BlocksRead>(node, dataTimeoutUs, (request) => ({
    kind: 'read-blocks',
    ...{ request, ...name, firstBlock: 0, blocks, index, forRepair: false },
  }));
  log.count(`part read ${reply === undefined ? 'unanswered' : (reply.fault ?? 'ok')}`);
  if (reply?.fault !== null) return;
  const data = joined(name, 0, reply.blocks, blockBytes);
  if (typeof data === 'string') log.wrong.push(`part ${name.part} of ${name.chunk}: ${data}`);
  else if (data.some((byte, at) => byte !== expected[at])) {
    log.wrong.push(`part ${name.part} of stripe ${name.chunk} at ${node} has other bytes`);
  }
}

async function encodeAnew(steward: Steward, stripe: Stripe): Promise<void> {
  const { chunk, version, generation: oldGeneration } = stripe;
  const sources = sourcesOf(stripe);
  if (sources.length < dataParts) return;
  const fence = ++steward.log.index;
  const [target] = steward.someServers(1);
  const generation = oldGeneration + 1;
  const done = await steward.ask<TaskDone>(sources[0]!.node, 500_000, (task) => ({
    kind: 'encode',
    ...{ task, ...steward.orderHead, chunk, version, generation, fence, oldGeneration, sources },
    ...{ oldDataParts: dataParts, oldParityParts: parityParts, dataParts: 1, parityParts: 0 },
    targets: [{ node: target!, part: 0 }],
  }));
  steward.log.count(`encode ${done === undefined ? 'unanswered' : (done.fault ?? 'ok')}`);
  if (done?.fault !== null) return;
  const whole = new Uint8Array(chunkBytes);
  for (let part = 0; part < dataParts; part++) {
    whole.set(stripe.parts[part]!, part * partBlocks * blockBytes);
  }
  const name = { chunk, version, generation, part: 0 };
  await readFragment(steward, name, target!, whole);
  await eraseFragment(steward, name, target!);
}

async function eraseParts(steward: Steward, stripe: Stripe): Promise<void> {
  const { chunk, version, generation, nodes } = stripe;
  for (const [part, node] of nodes.entries()) {
    if (node !== '') await eraseFragment(steward, { chunk, version, generation, part }, node);
  }
}

async function eraseFragment(
  steward: Steward,
  name: Parameters<typeof blockChecksum>[0],
  node: string,
): Promise<void> {
  const done = await steward.ask<TaskDone>(node, 300_000, (task) => ({
    kind: 'erase-fragment',
    ...{ task, ...steward.orderHead, ...name },
  }));
  steward.log.count(`part erased ${done === undefined ? 'unanswered' : (done.fault ?? 'ok')}`);
}
