import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshSeeds, hashOfSources } from './source-hash.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seedstorm-hash-'));
  mkdirSync(join(root, 'lib'));
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'lib', 'add.ts'), 'export const one = 1;\n');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a change of code changes the hash, one of tests and documents does not', () => {
  const before = hashOfSources(root);
  expect(before).toMatch(/^[0-9a-f]{16}$/);
  writeFileSync(join(root, 'lib', 'add.test.ts'), 'test');
  writeFileSync(join(root, 'docs', 'example.ts'), 'example');
  expect(hashOfSources(root)).toBe(before);
  writeFileSync(join(root, 'lib', 'add.ts'), 'export const one = 2;\n');
  expect(hashOfSources(root)).not.toBe(before);
});

test('fresh seeds are far from those that people type, and blocks do not overlap', () => {
  const first = freshSeeds('00000000ffffffff');
  const second = freshSeeds('0000000100000000');
  expect(first).toBeGreaterThanOrEqual(1_000_000_000);
  expect(second - first).toBe(1_000_000);
  expect(freshSeeds('ffffffffffffffff')).toBeLessThan(Number.MAX_SAFE_INTEGER);
});
