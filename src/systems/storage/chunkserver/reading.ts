import type { NodeId } from '../../../sim/message.ts';
import type { DataFault, ReadBlocks } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { Fragment } from './fragment.ts';
import type { ServerCore } from './server-core.ts';

/**
 * Answers a read. Everything is asked again when the disk has answered: the lease may be over then, a
 * write may have come, a plan may have taken the fragment away.
 */
export function takeRead(core: ServerCore, from: NodeId, message: ReadBlocks): void {
  core.noteIndex(message.index);
  const found = readable(core, message);
  if (!(typeof found === 'object' && 'number' in found)) {
    refuse(core, from, message, found);
    return;
  }
  const { firstBlock, blocks } = message;
  core.files.read(found, firstBlock, firstBlock + blocks, (fault, given) => {
    if (fault === 'bad') core.quarantine(found, 'a read found it damaged');
    const still = fault ?? readable(core, message);
    if (still === found) give(core, from, message, given);
    else
      refuse(core, from, message, typeof still === 'object' && 'number' in still ? 'stale' : still);
  });
}

/** Why a read cannot be answered here; or who can. */
type Refusal = DataFault | { readonly ask: NodeId };

function readable(core: ServerCore, message: ReadBlocks): Fragment | Refusal {
  const { firstBlock, blocks, forRepair } = message;
  if (core.phase !== 'serving' || !(forRepair || core.lease.isValid)) return 'not-serving';
  if (blocks === 0 || firstBlock + blocks > core.chunkBlocks) return 'absent';
  const fragment = core.lookUp(message);
  // A plan, and the recovery of a chunk, name what nobody writes meanwhile.
  if (!forRepair && isLeftOut(fragment, message)) return 'stale';
  if (forRepair || typeof fragment === 'string') return fragment;
  if (fragment.version !== message.version && fragment.isAdopted) return 'stale';
  const knower = fragment.knower(message.version, firstBlock, firstBlock + blocks);
  return knower === undefined ? fragment : { ask: knower };
}

function give(core: ServerCore, to: NodeId, message: ReadBlocks, blocks: readonly Block[]): void {
  const { request, version } = message;
  core.send(to, { kind: 'blocks-read', request, fault: null, ask: '', version, blocks });
}

function refuse(core: ServerCore, to: NodeId, message: ReadBlocks, refusal: Refusal): void {
  const { request, version } = message;
  const isPending = typeof refusal === 'object';
  const [fault, ask] = isPending ? (['pending', refusal.ask] as const) : ([refusal, ''] as const);
  if (isPending) core.env.probe('read of a pending block');
  core.send(to, { kind: 'blocks-read', request, fault, ask, version, blocks: [] });
}

function isLeftOut(fragment: Fragment | DataFault, { version }: ReadBlocks): boolean {
  return typeof fragment === 'object' && version <= fragment.leftOutVersion;
}
