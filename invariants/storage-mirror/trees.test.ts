import { expect, it } from 'vitest';
import { namesDiffer, slotsDiffer, type Tree, type TreeNode } from './trees.ts';

function treeOf(files: Readonly<Record<string, Partial<TreeNode>>>): Tree {
  const slots = new Map([[0, { chunk: 5, validBytes: 10 }]]);
  const file: TreeNode = {
    kind: 'file',
    mode: 0o644,
    sizeBytes: 10,
    mtimeUs: 1,
    target: '',
    slots,
  };
  return new Map(Object.entries(files).map(([path, node]) => [path, { ...file, ...node }]));
}

const slot = (chunk: number, validBytes: number) => ({
  slots: new Map([[0, { chunk, validBytes }]]),
});

it('trees differ by a name, by what is told of it, and by the chunks below', () => {
  const tree = treeOf({ '/a': {}, '/b': {} });
  expect(namesDiffer(tree, treeOf({ '/a': {}, '/b': {} }))).toBeUndefined();
  expect(namesDiffer(tree, treeOf({ '/a': {} }))).toBe('/b is missing');
  expect(namesDiffer(treeOf({ '/a': {} }), tree)).toBe('/b should not be there');
  expect(namesDiffer(tree, treeOf({ '/a': {}, '/b': { mtimeUs: 2 } }))).toContain('mtimeUs');
  expect(slotsDiffer(tree, treeOf({ '/a': {}, '/b': {} }))).toBeUndefined();
  expect(slotsDiffer(tree, treeOf({ '/a': {}, '/b': slot(6, 10) }))).toContain('/b: chunk 5');
  expect(slotsDiffer(tree, treeOf({ '/a': slot(5, 9), '/b': {} }))).toContain('/a: chunk 5');
  expect(slotsDiffer(tree, treeOf({ '/a': { slots: new Map() }, '/b': {} }))).toContain('/a: 1');
});
