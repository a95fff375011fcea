import { describe, expect, test } from 'vitest';
import type { Claim, ClaimCheck, Claims } from '../record/claims.ts';
import type { EvidenceContent, EvidenceLine } from '../record/evidence-line.ts';
import type { ClaimState, ClaimStatus } from '../record/status-record.ts';
import { foldStatus } from './fold.ts';

const tree = { harness: 'h1', paths: { src: 's1', 'src with tests': 't1' } };

function claims(check: ClaimCheck, rest: Partial<Claim> = {}): Claims {
  const claim: Claim = { id: 'a', text: 'It holds.', group: 'All', check, paths: ['src'], ...rest };
  return { schema: 'seedstorm-claims/1', title: 'Toy', files: [], claims: [claim] };
}

let clock = 0;
function line(content: EvidenceContent, rest: Partial<EvidenceLine> = {}): EvidenceLine {
  clock += 1;
  return {
    schema: 'seedstorm-evidence/2',
    at: `2030-01-01T00:00:00.${String(clock).padStart(3, '0')}Z`,
    by: 'sweep',
    command: 'seedstorm sweep storm',
    version: '1',
    node: 'v24',
    commit: 'c1',
    dirty: false,
    harness: 'h1',
    hashes: tree.paths,
    wallMs: 1,
    ...content,
    ...rest,
  } as EvidenceLine;
}

interface Swept {
  readonly broken?: Readonly<Record<string, number>>;
  readonly inconclusive?: number;
  readonly rungs?: Readonly<Record<string, number>>;
  readonly verdict?: 'held' | 'broken' | 'inconclusive' | 'fault';
}

function sweep(from: number, to: number, swept: Swept = {}, rest: Partial<EvidenceLine> = {}) {
  const brokenRungs = swept.broken ?? {};
  const broken = Object.values(brokenRungs).reduce((sum, seeds) => sum + seeds, 0);
  const inconclusive = swept.inconclusive ?? 0;
  const { rungs = { R1: 9, R2: 9 }, verdict = broken > 0 ? 'broken' : 'held' } = swept;
  const reasons = verdict === 'held' ? [] : ['probe x was never seen'];
  const failures = Object.keys(brokenRungs).map((rung) => ({ seed: from + 1, rung }));
  const counts = { held: to - from + 1 - broken - inconclusive, broken, inconclusive };
  return line(
    {
      kind: 'sweep',
      scenario: 'storm',
      settings: {},
      from,
      to,
      ...counts,
      verdict,
      reasons,
      digest: 'd',
      steps: 1,
      newStatesPer1000: 1,
      rungs,
      brokenRungs,
      probes: { seen: 1, never: 0 },
      faults: {},
      failures,
    },
    rest,
  );
}

function only(of: Claims, evidence: readonly EvidenceLine[], said: readonly string[] = []) {
  return foldStatus(of, evidence, tree, new Set(said)).claims[0]!;
}

const storm = claims({ kind: 'sweep', scenario: 'storm', seeds: 100 });
const older = { hashes: { ...tree.paths, src: 's0' }, commit: 'c0' };

type Row = readonly [string, readonly EvidenceLine[], ClaimState, RegExp, number];

const rows: readonly Row[] = [
  ['no evidence', [], 'NONE', /no evidence/, 0],
  ['the whole budget in one sweep', [sweep(1, 100)], 'HELD', /every rung held/, 100],
  ['the budget in two shards', [sweep(51, 100), sweep(1, 50)], 'HELD', /held/, 100],
  ['the same seeds twice', [sweep(1, 60), sweep(1, 60)], 'PARTIAL', /too few seeds/, 60],
  ['seeds that overlap', [sweep(1, 60), sweep(41, 90)], 'PARTIAL', /too few/, 90],
  ['a red seed', [sweep(1, 100, { broken: { R2: 1 } })], 'FAILING', /rung R2 broke/, 0],
  [
    'a red seed that later seeds do not show',
    [sweep(1, 9, { broken: { R2: 1 } }), sweep(10, 200)],
    'FAILING',
    /rung R2 broke in seeds 1\.\.9/,
    100,
  ],
  [
    'an inconclusive sweep',
    [sweep(1, 100, { verdict: 'inconclusive' })],
    'PARTIAL',
    /too few seeds; others are inconclusive: probe x/,
    0,
  ],
  [
    'a premise never met',
    [sweep(1, 100, { rungs: { R1: 0, R2: 9 } })],
    'PARTIAL',
    /never tested: R1/,
    100,
  ],
  ['no rung at all', [sweep(1, 100, { rungs: {} })], 'PARTIAL', /no rung was put to/, 100],
  ['a fault of the harness', [sweep(1, 100, { verdict: 'fault' })], 'FAILING', /fault of/, 0],
  ['an older tree', [sweep(1, 100, {}, older)], 'STALE', /passed on an older tree/, 100],
  ['an older harness', [sweep(1, 100, {}, { harness: 'h0' })], 'STALE', /older tree/, 100],
  ['an unknown harness', [sweep(1, 100, {}, { harness: null })], 'STALE', /older tree/, 100],
  [
    'too few seeds of an older tree',
    [sweep(1, 9, {}, older)],
    'STALE',
    /in part: too few seeds/,
    9,
  ],
  [
    'red on an older tree, never run since',
    [sweep(1, 100, {}, older), sweep(101, 200, { broken: { R1: 2 } }, older)],
    'FAILING',
    /that was an older tree, not run since/,
    100,
  ],
  [
    'red on an older tree, green now',
    [sweep(1, 100, { broken: { R1: 1 } }, older), sweep(1, 100)],
    'HELD',
    /held/,
    100,
  ],
  [
    'green long ago, red on a tree in between',
    [sweep(1, 100, {}, older), sweep(1, 100, { broken: { R1: 1 } }, { harness: 'h0' })],
    'FAILING',
    /older tree/,
    0,
  ],
  ['code that changed meanwhile', [sweep(1, 100, {}, { void: 'changed' })], 'NONE', /no evid/, 0],
  ['a path without a hash', [sweep(1, 100, {}, { hashes: {} })], 'STALE', /older tree/, 100],
  ['another scenario', [sweep(1, 100, {}, { scenario: 'calm' })], 'NONE', /no evidence/, 0],
  ['its file', [sweep(1, 100, {}, { scenario: 'scenarios/storm.ts' })], 'HELD', /held/, 100],
  ['other settings', [sweep(1, 100, {}, { settings: { n: 3 } })], 'NONE', /no evidence/, 0],
];

describe('the status of a claim about seeds', () => {
  test.each(rows)('with %s', (_, evidence, state, reason, done) => {
    const status = only(storm, evidence);
    expect(status.state).toBe(state);
    expect(status.reason).toMatch(reason);
    expect(status.budget).toEqual({ done, wanted: 100, of: 'seeds' });
    expect(status.prove).toBe('seedstorm sweep storm --seeds 1..100');
  });

  test('does not depend on the order of the lines', () => {
    const evidence = rows.flatMap(([, lines]) => lines);
    expect(only(storm, evidence.toReversed())).toEqual(only(storm, evidence));
  });

  test('believes a sweep that was long enough to judge what it could not reach', () => {
    const long = claims({ kind: 'sweep', scenario: 'storm', seeds: 300 });
    const calm = { rungs: { R1: 12, R2: 3, R3: 0 } };
    expect(only(long, [sweep(1, 300, calm)])).toMatchObject({
      state: 'HELD',
      reason: 'every rung held; least often put to the test: R2, 3 times; out of reach here: R3',
    });
    expect(only(long, [sweep(1, 150, calm), sweep(151, 300, calm)])).toMatchObject({
      state: 'PARTIAL',
      reason: 'never tested: R3',
    });
  });

  test('is CLAIMED when a document asserts what no evidence shows', () => {
    const said = claims(storm.claims[0]!.check, { saidIn: [{ file: 'README.md', words: 'x' }] });
    const status = only(said, [], ['a']);
    expect([status.state, status.reason]).toEqual([
      'CLAIMED',
      'no evidence, though README.md asserts it',
    ]);
    expect(only(said, [sweep(1, 100)], ['a']).state).toBe('HELD');
  });

  test('tells how to see a red one again', () => {
    const status = only(storm, [sweep(1, 100, { broken: { R2: 1 } })]);
    expect(status.replay).toBe('seedstorm replay storm --seed 2');
  });
});

describe('the status of a claim about rungs', () => {
  const of = (rungs: readonly string[], probes: readonly string[] = []): Claims =>
    claims({ kind: 'sweep', scenario: 'storm', seeds: 100, rungs, probes });

  test.each<readonly [string, Claims, readonly EvidenceLine[], ClaimState]>([
    ['its own rung is red', of(['R2']), [sweep(1, 100, { broken: { R2: 1 } })], 'FAILING'],
    ['another rung is red', of(['R1']), [sweep(1, 100, { broken: { R2: 1 } })], 'PARTIAL'],
    ['another rung is untested', of(['R1']), [sweep(1, 100, { rungs: { R1: 1, R2: 0 } })], 'HELD'],
    ['only a probe was missed', of(['R1']), [sweep(1, 100, { verdict: 'inconclusive' })], 'HELD'],
    ['a seed has no verdict', of(['R1']), [sweep(1, 100, { inconclusive: 1 })], 'PARTIAL'],
    ['it is not on the ladder', of(['R9']), [sweep(1, 100)], 'PARTIAL'],
    ['its probe was seen', of(['R1'], ['seen']), [sweep(1, 100)], 'HELD'],
    ['its probe was never seen', of(['R1'], ['never']), [sweep(1, 100)], 'PARTIAL'],
  ])('when %s', (_, claim, evidence, state) => {
    expect(only(claim, evidence).state).toBe(state);
  });
});

describe('the status of other claims', () => {
  const results = (right: boolean, status: string, control = false, seeds = 9) => ({
    status,
    control,
    right,
    seeds,
  });
  const mutants = (tried: Readonly<Record<string, ReturnType<typeof results>>>) =>
    line({ kind: 'mutants', system: 'toy', all: ['B1', 'B2', 'C1'], results: tried });
  const killed = results(true, 'killed');
  const spared = results(true, 'survived', true, 500);
  const bugs = claims({ kind: 'mutants', system: 'toy', controlSeeds: 500 });

  test.each<readonly [string, ClaimStatus, ClaimState, RegExp, number]>([
    [
      'all in two runs',
      only(bugs, [mutants({ B1: killed }), mutants({ B2: killed, C1: spared })]),
      'HELD',
      /every bug was killed/,
      3,
    ],
    ['the canary alone', only(bugs, [mutants({ B1: killed })]), 'PARTIAL', /too few mutants/, 1],
    [
      'a survivor',
      only(bugs, [mutants({ B1: results(false, 'survived') })]),
      'FAILING',
      /B1 survived/,
      0,
    ],
    [
      'a control that was killed',
      only(bugs, [mutants({ C1: results(false, 'killed', true) })]),
      'FAILING',
      /control C1 was killed/,
      0,
    ],
    [
      'a time-out',
      only(bugs, [mutants({ B1: killed, B2: results(false, 'timeout'), C1: spared })]),
      'PARTIAL',
      /B2: timeout/,
      2,
    ],
    [
      'a control that ran too short',
      only(bugs, [mutants({ B1: killed, B2: killed, C1: results(true, 'survived', true, 20) })]),
      'PARTIAL',
      /too few mutants/,
      2,
    ],
  ])('mutants: %s', (_, status, state, reason, done) => {
    expect([status.state, status.budget.done]).toEqual([state, done]);
    expect(status.reason).toMatch(reason);
  });

  test('a kill on this tree stays one, and a false alarm too', () => {
    const survived = results(false, 'survived');
    const all = mutants({ B1: killed, B2: killed, C1: spared });
    expect(only(bugs, [all, mutants({ B1: survived })]).state).toBe('HELD');
    expect(only(bugs, [mutants({ C1: results(false, 'killed', true) }), all]).state).toBe(
      'FAILING',
    );
  });

  test('a claim about some bugs does not ask for others', () => {
    const one = claims({ kind: 'mutants', system: 'toy', mutants: ['B2'] });
    expect(only(one, [mutants({ B1: killed })]).state).toBe('NONE');
    expect(only(one, [mutants({ B2: killed })]).state).toBe('HELD');
  });

  const doctor = (differences: readonly number[], events = 5) => {
    const seeds = { from: 1, to: 9 };
    const rest = { scenario: 'storm', settings: {}, ways: ['paranoid'], events, differences };
    return line({ kind: 'doctor', ...seeds, ...rest });
  };
  const steady = claims({ kind: 'doctor', scenario: 'storm', seeds: 9 });

  test('determinism', () => {
    expect(only(steady, [doctor([])]).state).toBe('HELD');
    expect(only(steady, [doctor([], 0)]).state).toBe('PARTIAL');
    expect(only(steady, [doctor([4])])).toMatchObject({
      state: 'FAILING',
      replay: 'seedstorm doctor storm --seeds 4..4',
    });
    expect(only(steady, [sweep(1, 100)]).state).toBe('NONE');
  });

  test('a command: the last run decides, and only tests and paths make it stale', () => {
    const run = (exitCode: number | null, rest: Partial<EvidenceLine> = {}): EvidenceLine =>
      line({ kind: 'command', run: 'make', exitCode, output: '' }, rest);
    const made = claims({ kind: 'command', run: 'make' });
    expect(only(made, [run(1), run(0)]).state).toBe('HELD');
    expect(only(made, [run(0), run(1)]).state).toBe('FAILING');
    expect(only(made, [run(null)]).reason).toBe('a signal ended it');
    expect(only(made, [run(0, { harness: 'h0' })]).state).toBe('HELD');
    expect(only(made, [run(0, { hashes: { src: 's1' } })]).state).toBe('STALE');
  });
});

test('groups and the whole count each state apart', () => {
  const check: ClaimCheck = { kind: 'sweep', scenario: 'storm', seeds: 100 };
  const { claims: one } = claims(check);
  const two = claims({ ...check, seeds: 200 }, { id: 'b', group: 'Other' }).claims;
  const record = foldStatus({ ...storm, claims: [...one, ...two] }, [sweep(1, 100)], tree);
  expect(record.counts).toEqual({ HELD: 1, STALE: 0, PARTIAL: 1, FAILING: 0, CLAIMED: 0, NONE: 0 });
  expect(record.groups.map(({ name, counts }) => [name, counts.HELD, counts.PARTIAL])).toEqual([
    ['All', 1, 0],
    ['Other', 0, 1],
  ]);
});
