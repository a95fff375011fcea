import { describe, expect, test } from 'vitest';
import { MetadataCache } from './metadata-cache.ts';

// Found by seed 940415000030 of storage-cut-off (SD9): others see a change before its own client hears
// that it is done, and that client then read out of its cache how things were before.
describe('while a change of the client’s own is under way', () => {
  const ofFile = [{ inode: 4, name: '' }];

  test('nothing that it names is kept, whenever it was asked', () => {
    const cache = new MetadataCache();
    const before = cache.begin({ inode: 4, name: '' });
    cache.beginChange(ofFile);
    const meanwhile = cache.begin({ inode: 4, name: 'a' });
    expect([before.mayKeep, meanwhile.mayKeep]).toEqual([false, false]);
    cache.endChange(ofFile);
    expect(meanwhile.mayKeep).toBe(false);
    expect(cache.begin({ inode: 4, name: '' }).mayKeep).toBe(true);
  });

  test('all else is kept, and each of two changes counts until it ends', () => {
    const cache = new MetadataCache();
    const same = [{ inode: 4, name: '' }];
    cache.beginChange(ofFile);
    cache.beginChange(same);
    expect(cache.begin({ inode: 5, name: '' }).mayKeep).toBe(true);
    cache.endChange(ofFile);
    expect(cache.begin({ inode: 4, name: '' }).mayKeep).toBe(false);
    cache.endChange(same);
    expect(cache.begin({ inode: 4, name: '' }).mayKeep).toBe(true);
  });
});
