import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { counters } from '../../test/fixtures/counters.ts';
import type { EvidenceContent } from '../record/evidence-line.ts';
import { appendEvidence, beginEvidence } from './evidence.ts';
import { sweepEvidence } from './evidence-content.ts';
import { readEvidence } from './read-evidence.ts';
import { sweep } from './sweep.ts';
import { hashesOf, hashOfPath, treeNow } from './tree-hash.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

let root: string;
let logs: string;
beforeEach(() => {
  root = mkdtempSync(join(folder, 'project-'));
  logs = join(root, 'logs');
  mkdirSync(join(root, 'src', 'part'), { recursive: true });
  writeFileSync(join(root, 'src', 'part', 'a.ts'), 'export const a = 1;\n');
  writeFileSync(join(root, 'src', 'part', 'a.test.ts'), 'test();\n');
});

const ran: EvidenceContent = { kind: 'command', run: 'true', exitCode: 0, output: '' };

describe('evidence', () => {
  test('is one line a sweep, with the hashes of what was judged and with its counters', async () => {
    const { record } = await sweep(counters(), { seeds: 3, name: 'counters' });
    const start = beginEvidence(root, 'sweep', ['sweep', 'counters', join(root, 'x')]);
    appendEvidence(logs, start, sweepEvidence(record, { nodes: 3 }));
    appendEvidence(logs, start, sweepEvidence(record));
    const lines = readEvidence(logs);
    expect(lines.length).toBe(2);
    expect(lines[0]).toMatchObject({
      kind: 'sweep',
      by: 'sweep',
      command: 'seedstorm sweep counters ./x',
      scenario: 'counters',
      settings: { nodes: 3 },
      held: 3,
      digest: record.digest,
      brokenRungs: {},
    });
    expect(Object.keys(lines[0]!.hashes)).toEqual(['src', 'src/part']);
    expect(lines[0]!.void).toBeUndefined();
    expect(lines[1]!.hashes).toEqual(lines[0]!.hashes);
  });

  test('does not vouch for a path that changed while it ran', () => {
    mkdirSync(join(root, 'scenarios'));
    const start = beginEvidence(root, 'sweep', []);
    writeFileSync(join(root, 'src', 'part', 'a.ts'), 'export const a = 2;\n');
    const { hashes, void: reason } = appendEvidence(logs, start, ran);
    expect(reason).toBeUndefined();
    expect(hashes).toMatchObject({
      src: 'changed while it ran',
      'src/part': 'changed while it ran',
    });
    expect(hashes.scenarios).toMatch(/^[0-9a-f]{16}$/);
  });

  test('never changes the tree that it vouches for', () => {
    const claims = {
      schema: 'seedstorm-claims/1',
      title: '',
      files: [],
      claims: [
        { id: 'a', text: 'a', group: 'a', check: { kind: 'command', run: 'true' }, paths: ['.'] },
      ],
    } as const;
    const before = treeNow(root, claims, 'claims.json');
    mkdirSync(join(root, 'docs'));
    mkdirSync(join(root, 'mutants', 'toy'), { recursive: true });
    writeFileSync(join(root, 'docs', 'status.md'), 'held');
    writeFileSync(join(root, 'mutants', 'toy', 'results.json'), '{}');
    appendEvidence(logs, beginEvidence(root, 'x', []), ran);
    expect(treeNow(root, claims, 'claims.json').paths['. with tests']).toBe(
      before.paths['. with tests'],
    );
  });

  test('of a writer that was cut off is passed over, and the next line stands on its own', () => {
    appendEvidence(logs, beginEvidence(root, 'x', []), ran);
    appendFileSync(join(logs, 'runs.jsonl'), '{"schema":"seedstorm-evid');
    expect(readEvidence(logs).length).toBe(1);
    appendEvidence(logs, beginEvidence(root, 'x', []), ran);
    expect(readFileSync(join(logs, 'runs.jsonl'), 'utf8').split('\n').length).toBe(4);
    expect(() => readEvidence(logs)).toThrow(/runs\.jsonl:2: not a line of evidence/);
  });

  test('of another layout names line and field', () => {
    mkdirSync(logs);
    writeFileSync(
      join(logs, 'runs.jsonl'),
      '\n{"schema":"seedstorm-evidence/2","kind":"doctor"}\n',
    );
    expect(() => readEvidence(logs)).toThrow(/runs\.jsonl:2, at: not evidence: expected/);
  });
});

describe('hashes', () => {
  test('of a folder ignore tests unless they are asked for', () => {
    const hash = (tests: boolean): string | undefined => hashOfPath(root, 'src', tests);
    const before = [hash(false), hash(true)];
    writeFileSync(join(root, 'src', 'part', 'a.test.ts'), 'other();\n');
    expect(hash(false)).toBe(before[0]);
    expect(hash(true)).not.toBe(before[1]);
  });

  test('change with a byte, with a name and with a file more, and come back', () => {
    const seen = new Set<string | undefined>();
    const look = (): number => seen.add(hashesOf(root, undefined).src).size;
    const file = join(root, 'src', 'part', 'a.ts');
    expect(look()).toBe(1);
    writeFileSync(file, 'export const a = 3;\n');
    expect(look()).toBe(2);
    rmSync(file);
    writeFileSync(join(root, 'src', 'part', 'b.ts'), 'export const a = 3;\n');
    expect(look()).toBe(3);
    writeFileSync(file, 'export const a = 1;\n');
    expect(look()).toBe(4);
    rmSync(join(root, 'src', 'part', 'b.ts'));
    expect(look()).toBe(4);
  });
});
