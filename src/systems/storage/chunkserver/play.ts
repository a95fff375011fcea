import { Fragment } from './fragment.ts';
import type { JournalBlock, JournalRecord } from './journal-format.ts';

/** A fragment that a `put` makes, before its content. */
export function putFragment(record: Extract<JournalRecord, { kind: 'put' }>): Fragment {
  return new Fragment(record.number, record);
}

/** Takes into a fragment what an entry of the journal says about it; `erase` and `floor` are not for it. */
export function applyToFragment(fragment: Fragment, record: JournalRecord): void {
  switch (record.kind) {
    case 'put':
      fragment.version = record.version;
      fragment.previousVersion = record.previousVersion;
      fragment.isPreviousSettled = false;
      fragment.fence = record.fence;
      fragment.lastFence = record.lastFence;
      fragment.lastSequence = record.lastSequence;
      fragment.tail = '';
      fragment.settled = true;
      fragment.firstBlock = 0;
      fragment.endBlock = 0;
      fragment.fault = null;
      fragment.blocks.length = 0;
      fragment.bytes = 0;
      fragment.fresh.clear();
      setBlocks(fragment, record.blocks);
      return;
    case 'version':
      fragment.raise(record.version, record.previousVersion, record.fence);
      return;
    case 'write': {
      const { fence, sequence, tail, blocks } = record;
      fragment.lastFence = fence;
      fragment.lastSequence = sequence;
      fragment.tail = tail;
      fragment.firstBlock = blocks[0]?.block ?? 0;
      fragment.endBlock = blocks.length === 0 ? 0 : blocks[blocks.length - 1]!.block + 1;
      // Who is the end of the chain has it everywhere.
      fragment.settled = tail === '';
      setBlocks(fragment, blocks);
      return;
    }
    case 'bad':
      fragment.fault = record.fault;
  }
}

function setBlocks(fragment: Fragment, blocks: readonly JournalBlock[]): void {
  for (const { block, version, checksum, data } of blocks) {
    while (fragment.blocks.length <= block) fragment.blocks.push(null);
    fragment.bytes += data.length - (fragment.blocks[block]?.bytes ?? 0);
    fragment.blocks[block] = { version, checksum, bytes: data.length };
    fragment.fresh.set(block, data);
  }
}
