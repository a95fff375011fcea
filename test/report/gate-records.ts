import type { Finding, GatePart, GateRecord, SweepPart } from '../../src/record/gate-record.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import type { SweepRecord } from '../../src/record/sweep-record.ts';

/** Records by hand, for tests of reporters. */

export const brokenRun: RunRecord = {
  schema: 'seedstorm-run/1',
  scenario: 'tide',
  seed: 17,
  verdict: 'broken',
  reasons: ['rung T1 broke'],
  digest: '00ff00ff00ff00ff',
  steps: 900,
  virtualUs: 2_000_000,
  wallMs: 3,
  config: { nodes: 3 },
  rungs: [{ id: 'T1', title: 'no ebb', verdict: 'broken', premise: 4 }],
  probes: {},
  faults: {},
  operations: {},
  violation: {
    rung: 'T1',
    title: 'no ebb',
    statement: 'The tide never turns, & nobody <waits>.',
    virtualUs: 1_500_000,
    step: 812,
    nodes: ['n2'],
    values: { level: 3, before: 4 },
    key: 'T1 level<before',
    clientVisible: true,
  },
};

/** @param at tells findings apart */
export function finding(at: number = 1, changes: Partial<Finding> = {}): Finding {
  return {
    scenario: 'tide',
    file: 'scenarios/tide.ts',
    rung: 'T1',
    title: `no ebb ${at}`,
    statement: 'The tide never turns, & nobody <waits>.',
    key: `T1 level<before ${at}`,
    fingerprint: at.toString(16).padStart(8, '0'),
    count: 100,
    seeds: [17, 18],
    record: brokenRun,
    case: 'logs/failures/tide.json',
    replay: 'seedstorm replay tide --seed 17',
    ...changes,
  };
}

const sweepRecord: SweepRecord = {
  schema: 'seedstorm-sweep/1',
  scenario: 'tide',
  from: 1,
  to: 300,
  verdict: 'broken',
  reasons: ['100 seeds broke a rung', 'probe "spring" was never reached'],
  held: 200,
  broken: 100,
  inconclusive: 0,
  digest: 'ff00ff00ff00ff00',
  steps: 270_000,
  virtualUs: 600_000_000,
  wallMs: 5_000,
  newStatesPer1000: 12,
  states: 40,
  rungs: [
    { id: 'T1', title: 'no ebb', premise: 400, broken: 100 },
    { id: 'T2', title: 'no flood', premise: 0, broken: 0 },
  ],
  probes: { spring: 0, neap: 4 },
  faults: {},
  operations: {},
  clients: {
    operations: 0,
    ok: 0,
    fail: 0,
    unknown: 0,
    completedShare: 0,
    latencyMedianUs: 0,
    latencyP99Us: 0,
    latencyMaxUs: 0,
  },
  failures: [],
  unclear: [],
  rerun: 15,
  stopped: false,
};

export function sweepPart(
  findings: readonly Finding[],
  verdict: SweepPart['verdict'] = 'broken',
): SweepPart {
  return {
    kind: 'sweep',
    name: 'tide',
    scenario: 'tide',
    ranges: [[1, 300]],
    requiredProbes: [],
    record: sweepRecord,
    verdict,
    reasons: verdict === 'held' ? [] : ['T1 (no ebb) broke 100 times'],
    notes: ['a note\u0007 with a bell'],
    findings,
    wallMs: 5_000,
  };
}

/** One part of each kind and of each verdict. */
export const otherParts: readonly GatePart[] = [
  {
    kind: 'doctor',
    name: 'doctor tide',
    scenario: 'tide',
    from: 1,
    to: 2,
    ways: ['one after another', 'in a worker'],
    events: 1_234,
    differences: ['seed 1, in a worker: at step 3 alone "a", this way "b"'],
    verdict: 'fault',
    reasons: ['the same seed does not give the same run'],
    notes: [],
    findings: [],
    wallMs: 1_000,
  },
  {
    kind: 'case',
    name: 'case cases/tide.json',
    path: 'cases/tide.json',
    scenario: 'tide',
    verdict: 'not run',
    reasons: ['not run: the gate ended before'],
    notes: [],
    findings: [],
    wallMs: 0,
  },
  {
    kind: 'canary',
    name: 'canary tide M1',
    system: 'tide',
    mutant: 'M1',
    title: 'turns at noon',
    verdict: 'broken',
    reasons: ['the planted bug M1 was not found: this gate is blind'],
    notes: [],
    findings: [],
    wallMs: 2_000,
  },
];

export function gate(
  parts: readonly GatePart[],
  verdict: GateRecord['verdict'],
  changes: Partial<GateRecord> = {},
): GateRecord {
  return {
    schema: 'seedstorm-gate/1',
    of: 'ci',
    commit: '0123456789abcdef0123456789abcdef01234567',
    dirty: false,
    firstSeed: 1,
    version: '0.0.0',
    node: 'v24.0.0',
    at: '2030-01-02T03:04:05.678Z',
    wallMs: 8_000,
    verdict,
    interrupted: false,
    parts,
    known: [],
    ...changes,
  };
}
