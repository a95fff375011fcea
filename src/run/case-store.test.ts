import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { counters } from '../../test/fixtures/counters.ts';
import type { CaseFile } from '../record/case-file.ts';
import { buildCase } from './build-case.ts';
import { readCase, writeCase } from './case-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-cases-'));
afterAll(() => rmSync(folder, { recursive: true }));

const caseOf = (seed: number, key = 'K'): CaseFile => ({
  ...buildCase(counters(), { seed }, 'counters'),
  outcome: { verdict: 'broken', rung: 'T1', key, step: 3, digest: '0123456789abcdef' },
});

describe('case files', () => {
  it('come back as they were written', () => {
    const path = writeCase(join(folder, 'a'), caseOf(7), 3)!;
    expect(path).toMatch(/counters-T1-[0-9a-f]{8}-seed-7\.json$/);
    expect(readCase(path)).toEqual(caseOf(7));
    expect(readdirSync(join(folder, 'a')).length).toBe(1);
  });

  it('are capped per failure key, and the same case replaces itself', () => {
    const directory = join(folder, 'b');
    const written = [1, 2, 3, 1].map((seed) => writeCase(directory, caseOf(seed), 2));
    expect(written.map((path) => path !== undefined)).toEqual([true, true, false, true]);
    expect(writeCase(directory, caseOf(3, 'another'), 2)).toBeDefined();
    expect(readdirSync(directory).length).toBe(3);
  });

  it.each<readonly [string, (file: CaseFile) => unknown, RegExp, RegExp]>([
    ['a foreign document', () => ({ hello: 1 }), /not a case file: it has no schema/, /schema$/],
    [
      'a newer layout',
      (file) => ({ ...file, schema: 'seedstorm-case/9' }),
      /schema is seedstorm-case\/9/,
      /schema$/,
    ],
    ['a missing part', ({ plan: _, ...rest }) => rest, /plan does not fit/, /, plan$/],
    [
      'a bad seed',
      (file) => ({ ...file, choices: { ...file.choices, seed: -1 } }),
      /choices\.seed/,
      /choices\.seed$/,
    ],
    [
      'a bad fault',
      (file) => ({ ...file, plan: [{ kind: 'kill', durationUs: 'long' }] }),
      /plan\.0/,
      /plan\.0\.(when|durationUs)$/,
    ],
    [
      'a bad setting',
      (file) => ({ ...file, config: { nodes: [3] } }),
      /config\.nodes/,
      /config\.nodes$/,
    ],
  ])('refuse %s', (_, change, what, where) => {
    const path = join(folder, 'wrong.json');
    writeFileSync(path, JSON.stringify(change(caseOf(1))));
    expect(() => readCase(path)).toThrow(what);
    expect(() => readCase(path)).toThrow(
      expect.objectContaining({ where: expect.stringMatching(where) }),
    );
  });

  it('refuse a truncated file and an absent one', () => {
    const path = join(folder, 'cut.json');
    writeFileSync(path, JSON.stringify(caseOf(1)).slice(0, 200));
    expect(() => readCase(path)).toThrow(/not a whole JSON document/);
    expect(() => readCase(join(folder, 'none.json'))).toThrow(/there is no such file/);
  });

  it('cannot be written where nothing can be', () => {
    const file = join(folder, 'occupied');
    writeFileSync(file, '');
    expect(() => writeCase(file, caseOf(1), 1)).toThrow(/occupied: cannot be written/);
    if (process.getuid?.() === 0) return;
    chmodSync(folder, 0o500);
    expect(() => writeCase(join(folder, 'c'), caseOf(1), 1)).toThrow(/permission denied/);
    chmodSync(folder, 0o700);
  });
});
