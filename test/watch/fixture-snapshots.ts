import type { NodeCard } from '../../src/sim/node-card.ts';
import type {
  EventLine,
  LogSnapshot,
  NodeSnapshot,
  PlanLine,
  RungLine,
  WatchSnapshot,
} from '../../src/watch/protocol.ts';

/** A Raft card as the system draws it: a log of `terms`, the first `committed` entries decided. */
export function card(role: string, term: number, terms: string, committed: number): NodeCard {
  const leads = role === 'leader';
  return {
    role,
    tone: leads ? 'good' : role === 'follower' ? 'plain' : 'warning',
    rows: [
      { label: 'term', value: String(term) },
      { label: 'commit', value: String(committed) },
      { label: 'applied', value: String(committed) },
      { label: 'vote', value: leads ? 'self' : 'n2', tone: 'dim' },
    ],
    tail: {
      label: 'log',
      before: 100,
      cells: [...terms].map((digit, index) => ({
        id: 101 + index,
        text: '',
        group: Number(digit),
        state: index < committed ? 'applied' : index < terms.length - 1 ? 'durable' : 'volatile',
        detail: `put k${index} = ${index}`,
      })),
    },
  };
}

/** A server that is up, or whatever else is said of it. */
export function server(id: string, of: Partial<NodeSnapshot> = {}): NodeSnapshot {
  return {
    id,
    server: true,
    zone: 'a',
    status: 'up',
    incarnation: 1,
    clock: { offsetUs: 0, withinBounds: true },
    disk: { state: 'healthy', files: 4, bytes: 18_204, metError: false },
    faults: [],
    card: card('follower', 4, '2233344', 5),
    ...of,
  };
}

const nodes: readonly NodeSnapshot[] = [
  server('n1', { card: card('leader', 3, '22333333', 4), faults: [1] }),
  server('n2', {
    card: card('leader', 4, '2233344', 6),
    clock: { offsetUs: 1_250_000, withinBounds: false },
    faults: [1, 2],
  }),
  server('n3', { incarnation: 3, disk: { state: 'troubled', files: 4, bytes: 9, metError: true } }),
  server('n4', { status: 'stalled', card: card('candidate', 5, '22333', 5) }),
  (({ card: _, ...rest }) => ({ ...rest, status: 'down' as const, incarnation: 2 }))(server('n5')),
  server('c1', { server: false, card: { role: 'client', tone: 'dim', rows: [] } }),
];

const plan: readonly PlanLine[] = [
  {
    index: 0,
    family: 'kill',
    text: 'kill n5',
    state: 'over',
    fromUs: 1_200_000,
    untilUs: 2_400_000,
    nodes: ['n5'],
    byHand: false,
  },
  {
    index: 1,
    family: 'partition',
    text: 'partition halves: n1 n5 | n2 n3 n4',
    state: 'in force',
    fromUs: 3_000_000,
    untilUs: 6_500_000,
    nodes: ['n1', 'n2'],
    byHand: false,
  },
  {
    index: 2,
    family: 'clock-drift',
    text: 'clock of n2 drifts by 400 ppm',
    state: 'in force',
    fromUs: 3_400_000,
    untilUs: 9_000_000,
    nodes: ['n2'],
    byHand: true,
  },
  {
    index: 3,
    family: 'disk/sync-error',
    text: 'disk/sync-error',
    state: 'waiting',
    trigger: 'third sync of the leader after its win',
    nodes: [],
    byHand: false,
  },
  {
    index: 4,
    family: 'wipe',
    text: 'wipe n3',
    state: 'refused',
    refusal: 'no good copy would be left',
    fromUs: 3_900_000,
    nodes: ['n3'],
    byHand: false,
  },
];

function rung(id: string, title: string, of: Partial<RungLine> = {}): RungLine {
  return {
    id,
    title,
    statement: `${title}, always.`,
    kind: 'always',
    state: 'holds',
    premise: 1_234,
    ...of,
  };
}

const rungs: readonly RungLine[] = [
  rung('I1', 'Every step ends', { premise: 81_004 }),
  rung('I2', 'Terms only grow', { premise: 9_220 }),
  rung('I8', 'One vote per term'),
  rung('I20', 'Election safety', { premise: 12 }),
  rung('I22', 'Logs match'),
  rung('I35', 'Snapshots are committed', { state: 'unmet', premise: 0 }),
  rung('I42', 'Reads are linearizable'),
  rung('I45', 'What was promised survives', { state: 'not owed', premise: 0 }),
];

/** Some events around now, the last four of them in the future. */
export function eventLines(count: number, now: number): readonly EventLine[] {
  return Array.from({ length: count }, (_, index) => {
    const step = 12_000 + index;
    const base = { step, place: 0, timeUs: 4_000_000 + (index - now) * 1_500, marked: index === 3 };
    if (index % 9 === 4) {
      return {
        ...base,
        node: 'n2',
        type: 'role',
        what: 'role',
        text: 'candidate -> leader; term 3 -> 4',
        tone: 'role',
      };
    }
    return {
      ...base,
      node: `n${1 + (index % 5)}`,
      type: 'message',
      what: 'append',
      from: 'n2',
      text: `append from n2 (of step ${step - 4}); sends ack to n2`,
      tone: 'plain',
    };
  });
}

/** A partition in a storm: two leaders, one of them cut off, a node down, another stalled. */
export function partitionSnapshot(): WatchSnapshot {
  return {
    kind: 'world',
    status: {
      scenario: 'raft-storm',
      seed: 8_123,
      config: [['nodes', '5']],
      mode: 'paused',
      phase: 'storm',
      timeUs: 4_000_000,
      step: 12_345,
      furthest: { step: 15_000, timeUs: 5_000_000 },
      phases: { stormUs: 1_000_000, healUs: 9_000_000, endUs: 12_000_000 },
      speed: 6,
      speedUp: 0,
      stepsPerSecond: 0,
      digest: '0123456789abcdef',
      unsaved: 1,
    },
    nodes,
    network: {
      links: ['.xxxoo', 'x.o~xo', 'xo.oxo', 'x~o.xo', 'oxxx.o', 'ooooo.'],
      groups: [
        ['n1', 'n5'],
        ['n2', 'n3', 'n4'],
      ],
      inFlight: [
        {
          id: 'm1',
          from: 'n2',
          to: 'n3',
          message: 'append',
          text: 'term 4, prev 106/4, 1 entry',
          sentStep: 12_340,
          arrivesUs: 4_000_400,
        },
        { id: 'm2', from: 'n2', to: 'n4', message: 'append', text: 'term 4', sentStep: 12_340 },
      ],
      inFlightTotal: 2,
    },
    plan,
    ladder: { rungs, lowestBroken: -1 },
    clients: {
      ok: 120,
      fail: 3,
      unknown: 2,
      latencyUs: { median: 2_400, p99: 180_000, max: 1_400_000 },
      history: [1, 3, 9, 4, 2].map((medianUs, index) => ({
        fromUs: index * 1_000_000,
        completed: 5,
        medianUs,
      })),
      recent: [
        {
          client: 'c1',
          text: 'put k3 = 7',
          answer: '',
          outcome: 'ok',
          invokedUs: 3_900_000,
          completedUs: 3_902_400,
        },
        {
          client: 'c1',
          text: 'get k3',
          answer: '',
          outcome: 'open',
          invokedUs: 3_990_000,
          completedUs: null,
        },
      ],
    },
    probes: [
      { name: 'snapshot installed while behind', count: 0 },
      { name: 'leader steps down without quorum', count: 4 },
    ],
    events: { filter: {}, lines: eventLines(40, 35), now: 35 },
    timeline: {
      moments: [
        { step: 40, timeUs: 300_000, kind: 'leader', node: 'n1', text: 'n1 leads term 2' },
        { step: 9_000, timeUs: 1_200_000, kind: 'life', node: 'n5', text: 'n5 dies' },
        { step: 12_010, timeUs: 3_700_000, kind: 'leader', node: 'n2', text: 'n2 leads term 4' },
      ],
      marks: [{ step: 12_003, timeUs: 3_952_000 }],
      density: Array.from({ length: 64 }, (_, index) => (index < 27 ? 10 + (index % 7) : 0)),
    },
  };
}

/** The same moment, with a stale read. */
export function violationSnapshot(): WatchSnapshot {
  const base = partitionSnapshot();
  const violation = {
    rung: 'I42',
    title: 'Reads are linearizable',
    statement: 'A read returns the newest value that was acknowledged before it began.',
    step: 12_345,
    timeUs: 4_000_000,
    nodes: ['n1'],
    values: [
      ['read', '6'],
      ['acknowledged', '7'],
    ] as const,
  };
  return {
    ...base,
    status: {
      ...base.status,
      mode: 'ended',
      outcome: {
        verdict: 'broken',
        reasons: ['I42 broke'],
        steps: 12_345,
        timeUs: 4_000_000,
        digest: base.status.digest,
        violation,
      },
    },
    ladder: {
      lowestBroken: 6,
      rungs: rungs.map((one) =>
        one.id === 'I42'
          ? { ...one, state: 'broken', brokenAt: { step: 12_345, timeUs: 4_000_000 } }
          : one,
      ),
    },
  };
}

/** A directory that a sweep writes. */
export function logSnapshot(): LogSnapshot {
  return {
    kind: 'log',
    directory: 'logs',
    sweeps: [
      {
        scenario: 'raft-storm',
        processId: 4_242,
        alive: true,
        done: 5_120,
        total: 10_000,
        held: 5_118,
        broken: 2,
        inconclusive: 0,
        seedsPerSecond: 48.2,
        speeds: [40, 44, 51, 48],
        secondsLeft: 101,
        steps: 60_000_000,
      },
    ],
    finished: [
      {
        scenario: 'raft-small',
        at: '2026-11-20T10:00:00Z',
        commit: 'd4ed4e6d4ed4e6',
        from: 1,
        to: 2_000,
        verdict: 'held',
        held: 2_000,
        broken: 0,
        inconclusive: 0,
        rungs: [
          { id: 'I1', title: 'Every step ends', premise: 9_000_000, broken: 0 },
          { id: 'I42', title: 'Reads are linearizable', premise: 88_000, broken: 2 },
        ],
      },
    ],
    findings: [
      {
        path: 'logs/failures/raft-storm/8123.json',
        scenario: 'raft-storm',
        seed: 8_123,
        rung: 'I42',
        key: 'I42/abc',
        step: 12_345,
        faults: 5,
        operations: 80,
        shrunk: false,
      },
      {
        path: 'logs/failures/raft-storm/9.json',
        scenario: 'raft-storm',
        seed: 9,
        rung: 'I20',
        key: 'I20/def',
        step: 400,
        faults: 1,
        operations: 2,
        shrunk: true,
      },
    ],
    loop: {
      state: 'diagnosing',
      iteration: 7,
      rungs: [
        { id: 'I1', state: 'green' },
        { id: 'I42', state: 'red' },
      ],
      journal: ['iteration 6: green up to I41', 'iteration 7: I42 red at seed 8123'],
    },
    troubles: [],
  };
}
