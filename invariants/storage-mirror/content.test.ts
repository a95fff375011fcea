import { describe, expect, it } from 'vitest';
import { contentFor, type Eras, howItDiffers } from './content.ts';
import type { MirrorOperation } from './history.ts';
import { operation } from './test-kit.ts';

/** The first region serves up to 100, the second one from 50 on with what the first had up to 40. */
const promoted: Eras = {
  sides: [
    { transitions: [{ fence: 100, mode: 'standby', epoch: 2, begun: 0 }] },
    {
      transitions: [
        { fence: 5, mode: 'standby', epoch: 1, begun: 0 },
        { fence: 50, mode: 'active', epoch: 2, begun: 0 },
      ],
    },
  ],
  reachedBy: (side, epoch) => (side === 1 && epoch === 2 ? 40 : undefined),
};

const unknown = { outcome: 'unknown', firstIndex: 0, lastIndex: 0 } as const;

function read(side: 0 | 1, index: number): MirrorOperation {
  return operation({ does: 'read', side }, index);
}

function wanted(before: readonly MirrorOperation[], side: 0 | 1, index: number): string {
  const content = contentFor(promoted, before, read(side, index));
  return content === undefined ? 'not sure' : content === null ? 'no file' : content.join('');
}

describe('what a reader must find', () => {
  it('is what was put last, with what was written over it', () => {
    const put = operation({ sizeBytes: 3 }, 10);
    const over = operation({ does: 'overwrite', sizeBytes: 2, stamp: 7 }, 12);
    const longer = operation({ does: 'overwrite', sizeBytes: 5, stamp: 8 }, 14);
    expect(wanted([put], 0, 20)).toBe('111');
    expect(wanted([put, over], 0, 20)).toBe('771');
    expect(wanted([put, over, longer], 0, 20)).toBe('88888');
    expect(wanted([longer], 0, 20)).toBe('88888');
    expect(wanted([put, operation({ does: 'delete' }, 15)], 0, 20)).toBe('no file');
    expect(wanted([], 0, 20)).toBe('no file');
  });

  it('is not sure after a change of which nobody knows how it ended', () => {
    const put = operation({ sizeBytes: 3 }, 10);
    expect(wanted([put, operation(unknown, 0)], 0, 20)).toBe('not sure');
    expect(wanted([operation(unknown, 0), put], 0, 20)).toBe('111');
  });

  it('is in a promoted region what had gone over, and nothing of the rest', () => {
    const there = operation({ sizeBytes: 2 }, 40);
    const lost = operation({ sizeBytes: 3, stamp: 2 }, 41);
    const half = operation({ sizeBytes: 3, firstIndex: 40, lastIndex: 41 }, 40);
    expect(wanted([there], 1, 60)).toBe('11');
    expect(wanted([there, lost], 1, 60)).toBe('11');
    expect(wanted([there, half], 1, 60)).toBe('not sure');
    const own = operation({ does: 'overwrite', side: 1, sizeBytes: 1, stamp: 9 }, 55);
    expect(wanted([there, lost, own], 1, 60)).toBe('91');
  });

  it('is not sure where the region did not serve, or for a part of the time only', () => {
    const put = operation({ sizeBytes: 3 }, 10);
    expect(wanted([put], 1, 45)).toBe('not sure');
    expect(wanted([put], 0, 110)).toBe('not sure');
    const between = operation({ does: 'read', side: 0, firstSeen: 90, lastSeen: 100 }, 90);
    expect(contentFor(promoted, [put], between)).toBeUndefined();
  });
});

describe('how what was found differs', () => {
  it('is in being there, in length, or in a byte', () => {
    const [one, two] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)];
    expect(howItDiffers(one, Uint8Array.of(1, 2))).toBeNull();
    expect(howItDiffers(null, null)).toBeNull();
    expect(howItDiffers(one, two)).toBe('byte 1 is 3, not 2');
    expect(howItDiffers(one, Uint8Array.of(1))).toBe('1 bytes, not 2');
    expect(howItDiffers(one, null)).toBe('no file');
    expect(howItDiffers(null, one)).toBe('a file that was deleted');
  });
});
