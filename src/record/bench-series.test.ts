import { describe, expect, test } from 'vitest';
import type { BenchRow } from './bench-row.ts';
import {
  benchSeries,
  bestPoint,
  type Change,
  changeOf,
  disagreements,
  treeName,
} from './bench-series.ts';

function row(commit: string | null, value: number, more: Partial<BenchRow> = {}): BenchRow {
  return {
    schema: 'seedstorm-bench/1',
    at: '2030-06-01T00:00:00.000Z',
    commit,
    committedAt: commit === null ? null : `2030-01-0${commit[0]}T00:00:00.000Z`,
    dirty: false,
    machine: 'here',
    node: 'v24.0.0',
    benchmark: 'codec',
    metric: 'encode',
    value,
    unit: 'MB/s',
    better: 'higher',
    exact: false,
    ...more,
  };
}

const values = (rows: readonly BenchRow[]): readonly (readonly number[])[] =>
  benchSeries(rows).map(({ points }) => points.map((point) => point.row.value));

describe('series', () => {
  test('follow the dates of commits, whenever they were measured', () => {
    expect(values([row('2222222', 2), row('3333333', 3), row('1111111', 1)])).toEqual([[1, 2, 3]]);
  });

  test('have the best of a commit in real time, with all that was seen of it', () => {
    const rows = [
      row('1111111', 5, { low: 4, high: 6 }),
      row('1111111', 8),
      row('1111111', 3, { low: 2, high: 3 }),
    ];
    expect(benchSeries(rows)[0]!.points).toMatchObject([{ row: rows[1], low: 2, high: 8 }]);
    const lower = rows.map((one) => ({ ...one, better: 'lower' as const }));
    expect(values(lower)).toEqual([[3]]);
  });

  test('keep machines apart, but not for exact figures', () => {
    const rows = [row('1111111', 1), row('2222222', 2, { machine: 'there' })];
    expect(values(rows)).toEqual([[1], [2]]);
    expect(values(rows.map((one) => ({ ...one, exact: true })))).toEqual([[1, 2]]);
  });

  test('keep variants, metrics, units and seeds apart', () => {
    const others: readonly Partial<BenchRow>[] = [
      { variant: '4+2' },
      { metric: 'decode' },
      { unit: 'us' },
      { seeds: [1, 2] },
      { seeds: [1, 3] },
    ];
    expect(values([row('1111111', 1), ...others.map((more) => row('1111111', 1, more))])).toEqual(
      Array.from({ length: 6 }, () => [1]),
    );
  });

  test('have each measurement of a changed tree, after its commit', () => {
    const changed = { dirty: true };
    const rows = [
      row('1111111', 2, { ...changed, at: '2030-02-02T00:00:00.000Z' }),
      row('1111111', 3, { ...changed, at: '2030-02-03T00:00:00.000Z' }),
      row('1111111', 1),
      row(null, 4, { at: '2030-02-04T00:00:00.000Z' }),
    ];
    expect(values(rows)).toEqual([[1, 2, 3, 4]]);
    expect(rows.map(treeName)).toEqual(['1111111+', '1111111+', '1111111', 'no commit']);
  });
});

describe('a change', () => {
  const changed = (before: Partial<BenchRow>, after: Partial<BenchRow>): Change => {
    const [series] = benchSeries([row('1111111', 100, before), row('2222222', 100, after)]);
    return changeOf(series!.points[1]!, series!.points[0]!);
  };

  test('is none in real time where the rounds overlap, or where it is slight', () => {
    expect(changed({ low: 90, high: 100 }, { value: 108, low: 99, high: 108 })).toBe('noise');
    expect(changed({ low: 90, high: 100 }, { value: 108, low: 101, high: 108 })).toBe('better');
    expect(changed({}, { value: 101 })).toBe('noise');
    expect(changed({}, { value: 103 })).toBe('better');
    expect(changed({}, { value: 97 })).toBe('worse');
    expect(changed({}, {})).toBe('same');
  });

  test('goes the way that is welcome', () => {
    expect(changed({ better: 'lower' }, { better: 'lower', value: 50 })).toBe('better');
    expect(changed({ better: 'lower' }, { better: 'lower', value: 150 })).toBe('worse');
  });

  test('is any difference of an exact figure', () => {
    expect(changed({ exact: true }, { exact: true, value: 100.001 })).toBe('better');
    expect(changed({ exact: true }, { exact: true })).toBe('same');
  });
});

test('the best is the first of those that are equally good', () => {
  const exact = { exact: true, better: 'lower' } as const;
  const rows = [row('1111111', 4, exact), row('2222222', 3, exact), row('3333333', 3, exact)];
  const [series] = benchSeries(rows);
  expect(bestPoint(series!)?.row).toBe(rows[1]);
});

test('exact figures disagree only within a clean commit and the same seeds', () => {
  const exact = { exact: true, seeds: [1, 9] as const };
  const rows = [
    row('1111111', 1, exact),
    row('2222222', 2, exact),
    row('1111111', 1, { ...exact, machine: 'there' }),
    row('1111111', 5, { ...exact, seeds: [1, 10] }),
    row('1111111', 6, { ...exact, dirty: true }),
    row('3333333', 7),
    row('3333333', 8),
    row(null, 8, exact),
    row(null, 9, exact),
  ];
  expect(disagreements(rows)).toEqual([]);
  expect(disagreements([...rows, row('2222222', 3, exact)])).toMatchObject([
    { commit: '2222222', values: [2, 3] },
  ]);
});
