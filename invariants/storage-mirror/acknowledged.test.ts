import { describe, expect, it } from 'vitest';
import { whatIsBehind, whatIsMissing } from './acknowledged.ts';
import { operation } from './test-kit.ts';
import type { Tree, TreeNode } from './trees.ts';

function treeOf(sizes: Readonly<Record<string, number>>): Tree {
  const node = { kind: 'file', mode: 0o644, mtimeUs: 0, target: '', slots: new Map() };
  return new Map<string, TreeNode>(
    Object.entries(sizes).map(([path, sizeBytes]) => [path, { ...node, sizeBytes }]),
  );
}

const unknown = { outcome: 'unknown', firstIndex: 0, lastIndex: 0 } as const;

describe('what a tree lacks of what was acknowledged', () => {
  it('is a file that is not there, or of another length', () => {
    const put = [operation({}, 20)];
    expect(whatIsMissing(put, treeOf({}), 0, 30)).toContain('/a was put at 20');
    expect(whatIsMissing(put, treeOf({ '/a': 9 }), 0, 30)).toContain('not 9');
    expect(whatIsMissing(put, treeOf({ '/a': 10 }), 0, 30)).toBeNull();
  });

  it('is a deletion that left the file', () => {
    const deleted = [operation({}, 20), operation({ does: 'delete' }, 25)];
    expect(whatIsMissing(deleted, treeOf({ '/a': 10 }), 0, 30)).toContain('deleted at 25');
    expect(whatIsMissing(deleted, treeOf({}), 0, 30)).toBeNull();
    // Up to there the file was.
    expect(whatIsMissing(deleted, treeOf({ '/a': 10 }), 0, 24)).toBeNull();
  });

  it('is nothing where another change may have come in between', () => {
    const perhaps = [operation({}, 20), operation({ does: 'delete', ...unknown }, 0)];
    expect(whatIsMissing(perhaps, treeOf({}), 0, 30)).toBeNull();
    expect(whatIsMissing([operation({ side: 1 }, 20)], treeOf({}), 0, 30)).toBeNull();
  });
});

describe('what a region acknowledged behind an index', () => {
  it('is a change behind it, up to the end of its time', () => {
    expect(whatIsBehind([operation({}, 20)], 0, 19, 30)).toContain('/a, at 20');
    expect(whatIsBehind([operation({ does: 'delete' }, 20)], 0, 19, 30)).toContain('/a, at 20');
  });

  it('is nothing that was there by then, or came later, or is not sure', () => {
    expect(whatIsBehind([operation({}, 20)], 0, 20, 30)).toBeNull();
    expect(whatIsBehind([operation({}, 31)], 0, 20, 30)).toBeNull();
    expect(whatIsBehind([operation(unknown, 0)], 0, 0, 30)).toBeNull();
    expect(whatIsBehind([operation({}, 20), operation(unknown, 0)], 0, 10, 30)).toBeNull();
  });
});
