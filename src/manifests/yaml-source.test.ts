import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wishFaults } from '../systems/orchestrator/apply/wish.ts';
import { readManifests } from './read-manifests.ts';

const service = (spec: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  image: nginx:1\n${spec}`;

describe('manifests', () => {
  it('may be empty, or comments, between two documents', () => {
    const text = `---\n# nothing\n---\n---\n${service('')}\n---\n# the end\n`;
    expect(readManifests([{ file: 'f', text }]).manifests).toHaveLength(1);
    expect(readManifests([{ file: 'f', text: '' }])).toEqual({ manifests: [], faults: [] });
  });

  it('may have lines that end as on Windows', () => {
    const text = `\uFEFF${service('  replicas: x\n')}`.replaceAll('\n', '\r\n');
    const { faults } = readManifests([{ file: 'f', text }]);
    expect(faults.map(({ line, column, field }) => [line, column, field])).toEqual([
      [7, 13, 'spec.replicas'],
    ]);
  });

  it('keep what YAML 1.1 would have changed', () => {
    const text = service('  env: { A: no, B: 1_000, C: 010, D: 0x1f, E: 1e3, F: true, G: 12:30 }');
    const { manifests } = readManifests([{ file: 'f', text }]);
    expect(manifests[0]?.wish).toMatchObject({
      spec: {
        template: {
          env: [
            { key: 'A', value: 'no' },
            { key: 'B', value: '1_000' },
            { key: 'C', value: '010' },
            { key: 'D', value: '0x1f' },
            { key: 'E', value: '1e3' },
            { key: 'F', value: 'true' },
            { key: 'G', value: '12:30' },
          ],
        },
      },
    });
  });

  it('follow an alias, and refuse a bomb of them at once', () => {
    const shared = service('  command: &words [a, b]\n  args: *words');
    const { manifests } = readManifests([{ file: 'f', text: shared }]);
    expect(manifests[0]?.wish).toMatchObject({ spec: { template: { args: ['a', 'b'] } } });
    const lines = ['  a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 12; at++) {
      lines.push(
        `  a${at}: &a${at} [${Array(9)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );
    }
    const bomb = readManifests([
      { file: 'f', text: service(`${lines.join('\n')}\n  command: *a11`) },
    ]);
    expect(bomb.faults.length).toBeGreaterThan(0);
  });

  it('say little about a file that is no good at all', () => {
    for (const text of [
      '['.repeat(20_000),
      'a: b: c: d\n'.repeat(500),
      '\u0000\u0001{{{',
      '%YAML 9\n---\n&a *a',
    ]) {
      const { faults, manifests } = readManifests([{ file: 'f', text }]);
      expect(manifests).toEqual([]);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.length).toBeLessThan(10);
    }
  });

  it('never show the value of a secret', () => {
    for (const spec of [
      '{ data: hunter2! }',
      '{ value: [hunter2!] }',
      '{ value: hunter2!, data: hunter2! }',
    ]) {
      const text = `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nspec: ${spec}`;
      const { faults } = readManifests([{ file: 'f', text }]);
      expect(faults.length).toBeGreaterThan(0);
      expect(JSON.stringify(faults)).not.toContain('hunter2');
    }
  });

  it('are read without fault or refused at a place in the file, however it was damaged', () => {
    const folder = new URL('../../scenarios/manifests/', import.meta.url);
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const pieces = [
      '',
      ' ',
      '\n',
      '\t',
      ':',
      '- ',
      '{',
      ']',
      '*a',
      '&a ',
      '!x ',
      '? ',
      '"',
      '#',
      '---\n',
      'null',
      '0x1',
      '<<: ',
      '|\n',
    ];
    const edit = fc.record({
      at: fc.nat(3_000),
      cut: fc.constantFrom(0, 1, 2, 20),
      put: fc.constantFrom(...pieces),
    });
    let refused = 0;
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (whole, edits) => {
          let text = whole;
          for (const { at, cut, put } of edits) {
            const from = at % (text.length + 1);
            text = text.slice(0, from) + put + text.slice(from + cut);
          }
          const { manifests, faults } = readManifests([{ file: 'f', text }]);
          const lines = text.split('\n');
          for (const { line, column } of faults) {
            expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
          }
          for (const { wish } of manifests) expect(wishFaults(wish)).toEqual([]);
          if (faults.length > 0) {
            refused += 1;
            expect(manifests).toEqual([]);
          } else taken += 1;
        },
      ),
      { numRuns: 300 },
    );
    expect(Math.min(refused, taken)).toBeGreaterThan(20);
  });
});
