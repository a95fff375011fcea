import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CaseFile } from '../../record/case-file.ts';
import { oneOf } from '../domains.ts';
import { simplerValues } from './simpler-values.ts';
import { withFewerNodes } from './smaller-clusters.ts';
import { soonerCases } from './time-line.ts';

const file: CaseFile = {
  schema: 'seedstorm-case/1',
  scenario: 'x',
  config: { nodes: 5 },
  plan: [
    { kind: 'kill', target: { node: 'n5' }, when: { atUs: 3_000_000 }, durationUs: 50_000 },
    {
      kind: 'stall',
      target: { role: 'leader' },
      when: { event: 'sync', nth: 2, notBeforeUs: 5_000_000, afterUs: 10 },
      durationUs: 1_000,
    },
  ],
  intents: [{ client: 0, atUs: 100_000, do: 'get' }, 7],
  choices: { kind: 'calm', list: [] },
  identityVersions: {},
};

test('simpler values say less in one place, and come to an end', () => {
  expect(simplerValues(6_138_442)).toEqual([
    0, 6_000_000, 6_100_000, 6_140_000, 6_138_000, 6_138_400, 6_138_440,
  ]);
  expect(simplerValues({ a: 12, b: 'text', c: [true, 3] })).toContainEqual({
    a: 10,
    b: 'text',
    c: [true, 3],
  });
  expect(simplerValues({ a: 12, b: 'text', c: [true, 3] })).toContainEqual({
    a: 12,
    b: 'text',
    c: [true, 0],
  });
  expect(simplerValues({ durationUs: 40, file: '' })).toEqual([]);
  fc.assert(
    fc.property(fc.record({ at: fc.maxSafeInteger(), of: fc.array(fc.integer()) }), (value) => {
      let now: unknown = value;
      for (let turn = 0; turn < 200; turn++) {
        const next = simplerValues(now);
        if (next.length === 0) return;
        now = next.at(-1);
      }
      throw new Error('there is always a simpler one');
    }),
  );
});

test('pauses are closed from the first to the last', () => {
  const sooner = soonerCases(file);
  const timesOf = ({ plan, intents }: CaseFile): unknown => [
    (plan[0]!.when as { atUs: number }).atUs,
    (plan[1]!.when as { notBeforeUs: number }).notBeforeUs,
    (intents[0] as { atUs: number }).atUs,
  ];
  expect(sooner.map(timesOf)).toEqual([
    [300_000, 2_300_000, 100_000],
    [1_550_000, 3_550_000, 100_000],
    [3_000_000, 3_200_000, 100_000],
    [3_000_000, 4_000_000, 100_000],
  ]);
  expect(sooner[0]!.intents[1]).toBe(7);
});

test('fewer nodes: faults of nodes that are gone are aimed at others, noise is drawn anew', () => {
  const fewer = withFewerNodes(file, oneOf(3, 5, 7), 2);
  expect(fewer.map(({ config }) => config.nodes)).toEqual([3, 3, 3]);
  expect(fewer[0]!.plan[0]).toMatchObject({ target: { node: 'n2' } });
  expect(fewer[0]!.plan[1]).toEqual(file.plan[1]);
  expect(fewer.map(({ choices }) => choices.kind)).toEqual(['calm', 'seed', 'seed']);
  expect(withFewerNodes(file, oneOf(5, 7), 2)).toEqual([]);
});
