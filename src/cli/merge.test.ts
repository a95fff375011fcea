import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program } from '../../test/fixtures/program.ts';
import type { GateRecord, SweepPart } from '../record/gate-record.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shards = 3;

/** Sweeps of 200 seeds are judged; a third of them alone would not be. */
const config = {
  doctor: { seeds: 1, scenarios: ['calm-sea'] },
  scenarios: [
    { scenario: 'low-bridge', seeds: 31 },
    { scenario: 'calm-sea', seeds: 200, requiredProbes: ['gossip paused'] },
  ],
  known: [{ rung: 'T9', until: '2999-01-01', reason: 'never seen' }],
};

const json = async (args: readonly string[], file: string): Promise<GateRecord> => {
  const ended = await program(folder, [...args, '--reporter', 'json', '--outputFile.json', file]);
  expect(ended.stderr).toBe('');
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as GateRecord;
};

let whole: GateRecord;
let merged: GateRecord;

beforeAll(async () => {
  mkdirSync(join(folder, 'scenarios'));
  const importCounters = `import { counters, smallLadder } from ${JSON.stringify(countersFile)};\n`;
  for (const [name, definition] of [
    ['calm-sea', ''],
    ['low-bridge', '{ ladder: smallLadder(25) }'],
  ] as const) {
    const path = join(folder, 'scenarios', `${name}.ts`);
    writeFileSync(path, `${importCounters}export default counters(${definition});\n`);
  }
  const text = `export default ${JSON.stringify(config)};\n`;
  writeFileSync(join(folder, 'seedstorm.config.ts'), text);
  const ci = ['ci', '--jobs', '1', '--first-seed', '500'];
  whole = await json([...ci, '--output', 'whole'], 'whole.json');
  for (let index = 1; index <= shards; index++) {
    const shard = ['--shard', `${index}/${shards}`, '--output', `part-${index}`];
    await json([...ci, ...shard], `part-${index}.json`);
  }
  const parts = Array.from({ length: shards }, (_, at) => `part-${at + 1}`);
  // Artifacts come back in any order.
  merged = await json(['merge', ...parts.toReversed()], 'merged.json');
}, 120_000);

const sweepsOf = ({ parts }: GateRecord): readonly SweepPart[] =>
  parts.filter((part) => part.kind === 'sweep');

/** Without what depends on the machine, and on where case files are. */
const comparable = ({ wallMs: _, findings, record, ...part }: SweepPart) => ({
  ...part,
  findings: findings.map(({ rung, key, count, seeds, record: run }) => {
    return { rung, key, count, seeds, digest: run.digest };
  }),
  record: {
    ...record!,
    wallMs: 0,
    failures: record!.failures.map(({ case: __, ...rest }) => rest),
  },
});

describe('shards of a gate', () => {
  test('merge to what one machine finds, to the last digit', () => {
    expect(sweepsOf(merged).map(comparable)).toEqual(sweepsOf(whole).map(comparable));
    expect(sweepsOf(merged).map(({ ranges }) => ranges)).toEqual([[[500, 530]], [[500, 699]]]);
    expect(merged.verdict).toBe(whole.verdict);
    expect(merged.known).toEqual(whole.known);
  });

  test('run the doctor each, and share the seeds', () => {
    const doctors = merged.parts.filter(({ kind }) => kind === 'doctor').map(({ name }) => name);
    expect(doctors).toEqual([1, 2, 3].map((index) => `doctor calm-sea, shard ${index}`));
    const part = JSON.parse(readFileSync(join(folder, 'part-2.json'), 'utf8')) as GateRecord;
    expect(part.shard).toEqual({ index: 2, count: 3 });
    const [bridge, sea] = sweepsOf(part);
    expect([bridge!.ranges, sea!.ranges]).toEqual([[[510, 519]], [[566, 632]]]);
    expect(sea!.notes.join()).toContain('judged when all are merged');
    // Only the blob carries what is to be added up.
    expect(sea!.census).toBeUndefined();
  });

  test('cannot be green with one missing', { timeout: 60_000 }, async () => {
    const some = await json(['merge', 'part-1', 'part-3'], 'some.json');
    const [bridge, sea] = sweepsOf(some);
    expect(bridge!.verdict).toBe('broken');
    expect(sea!.verdict).toBe('inconclusive');
    expect(sea!.reasons).toContain('shard 2 is missing');
    expect(sea!.ranges).toHaveLength(2);
  });

  test('that do not belong together are refused', { timeout: 60_000 }, async () => {
    const blob = (index: number) => join(folder, `part-${index}`, `blob-${index}-${shards}.json`);
    const other = JSON.parse(readFileSync(blob(1), 'utf8')) as GateRecord;
    writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...other, firstSeed: 7 }));
    writeFileSync(join(folder, 'torn.json'), readFileSync(blob(1), 'utf8').slice(0, 900));
    for (const [paths, complaint] of [
      [['part-1', blob(1)], 'the same shard'],
      [['other.json', 'part-2'], 'its firstSeed differs'],
      [['torn.json'], 'not a whole JSON document'],
      [['whole.json'], 'of a whole gate'],
      [['scenarios'], 'no blob-i-n.json'],
      [['nowhere'], 'no such file'],
    ] as const) {
      const { code, stderr } = await program(folder, ['merge', ...paths]);
      expect(stderr).toContain(complaint);
      expect(code).toBe(2);
    }
  });
});
