import { describe, expect, it } from 'vitest';
import type { Stripe } from '../../src/systems/storage/ground-truth.ts';
import { takenLater } from './recovers.ts';

const stripe = {
  ...{ chunk: 1, version: 2, generation: 0, leastVersion: 2, members: [4, 5, 0] },
  storageClass: { redundancy: { kind: 'erasure', dataParts: 2, parityParts: 1 } },
} as unknown as Stripe;

interface Case {
  readonly damaged?: boolean;
  readonly quarantined?: boolean;
  readonly isSound?: boolean;
  readonly fault?: 'bad' | null;
  readonly version?: number;
}

/** What server 5 has of part 1; server 4 has nothing. */
function counted({ damaged = true, quarantined = true, ...rest }: Case): number {
  const { isSound = true, fault = null, version = 2 } = rest;
  const name = { chunk: 1, version, generation: 0, part: 1 };
  const disks = {
    of: (node: number) =>
      node === 4 ? [{ ...name, quarantined, blocks: [{ intact: true }, { intact: isSound }] }] : [],
  };
  const servers = [];
  servers[4] = { table: { chunks: new Map([[1, { fragments: [{ ...name, fault }] }]]) } };
  const facts = { world: { damaged: () => damaged }, servers };
  return takenLater(facts as never, disks as never, stripe);
}

describe('what rot in a journal takes at the next start', () => {
  it('is a part that is whole, and that its server serves', () => {
    expect(counted({})).toBe(1);
  });

  it.each([
    ['nothing has rotted', { damaged: false }],
    ['the files are rotten too', { isSound: false }],
    ['its server has found out', { fault: 'bad' }],
    ['it is of another version', { version: 1 }],
    ['the journal says nothing against it', { quarantined: false }],
  ] as const)('is none when %s', (_, one) => {
    expect(counted(one)).toBe(0);
  });
});
