import raftCalm from '../scenarios/raft-calm.ts';
import raftStorm from '../scenarios/raft-storm.ts';
import { table } from '../src/report/table.ts';
import { calmConfig } from '../src/run/draw-config.ts';
import type { Scenario } from '../src/run/scenario-contract.ts';
import { type Benchmark, type Figure, rounds } from './benchmark.ts';
import { type Cost, costs, type Load, least } from './runs.ts';
import { steadyLoad } from './scenarios.ts';

const roundCount = 5;

interface Row {
  readonly name: string;
  readonly load: Load;
}

/** A load in calm weather: every setting calm, five nodes. */
function calmLoad(name: string, scenario: Scenario, seeds: number): Row {
  const settings = { ...calmConfig(scenario), nodes: 5 };
  return { name, load: { scenario, from: 1, to: seeds, settings } };
}

const rows: readonly Row[] = [
  { name: 'raft-storm, whole ladder', load: { scenario: raftStorm, from: 1, to: 60 } },
  {
    name: 'raft-storm, no ladder',
    load: { scenario: raftStorm, from: 1, to: 60, ladder: false },
  },
  { name: 'raft-calm, whole ladder', load: { scenario: raftCalm, from: 1, to: 30 } },
  calmLoad('busy: 5 nodes, 100 operations a second', steadyLoad(10, 1_000), 5),
  calmLoad('idle: 5 nodes', steadyLoad(60, 1), 3),
];

/**
 * What seedstorm costs on this machine, as ratios to a bare loop that is measured in the same process
 * right before and after: figures in seconds alone say little about another machine.
 */
export const simulation: Benchmark = {
  name: 'simulation',
  summary: 'storms and calm runs of Raft, as ratios to a bare loop of messages',
  measure(tell) {
    const lines: string[][] = [];
    const figures: Figure[] = [];
    let bare = 0;
    for (const { name, load } of rows) {
      const all = costs(roundCount, load);
      const cost = least(all);
      bare = Math.max(bare, cost.bare);
      lines.push(cells(name, cost));
      figures.push(...figuresOf(name, load, all));
    }
    lines.unshift(['bare loop', number(bare / 1_000_000, 3), number(1, 4)]);
    tell(table(columns, lines, '').join('\n'));
    tell(
      `\nProcessor time of one core, best of ${roundCount} rounds, Node ${process.version}. Steps count ` +
        'only where component code ran;\nsteps/s leaves set-up out, seeds/s and x real time take it in.',
    );
    return { figures };
  },
};

const columns = [
  { title: '' },
  { title: 'M steps/s', align: 'right' },
  { title: 'ratio to bare', align: 'right' },
  { title: 'seeds/s', align: 'right' },
  { title: 'set-up ms', align: 'right' },
  { title: 'steps/seed', align: 'right' },
  { title: 'steps/operation', align: 'right' },
  { title: 'x real time', align: 'right' },
] as const;

/** Steps per second of processor time. */
function stepRate({ steps, cpuUs, setUpUs }: Cost): number {
  return (steps * 1_000_000) / (cpuUs - setUpUs);
}

/** Steps for each operation; undefined where hardly any operation was asked for. */
function stepsPerOperation({ completed, seeds, steps }: Cost): number | undefined {
  return completed > seeds ? steps / completed : undefined;
}

function cells(name: string, cost: Cost): string[] {
  const perOperation = stepsPerOperation(cost);
  return [
    name,
    number(stepRate(cost) / 1_000_000, 3),
    number(stepRate(cost) / cost.bare, 4),
    number((cost.seeds * 1_000_000) / cost.cpuUs, 1),
    number(cost.setUpUs / cost.seeds / 1_000, 2),
    number(cost.steps / cost.seeds, 0),
    perOperation === undefined ? '' : number(perOperation, 1),
    number(cost.virtualUs / cost.cpuUs, 0),
  ];
}

function figuresOf(variant: string, { from, to }: Load, all: readonly Cost[]): Figure[] {
  const seeds = [from, to] as const;
  const measured = (
    metric: string,
    unit: string,
    better: 'higher' | 'lower',
    of: (cost: Cost) => number,
  ): Figure => {
    const found = rounds(all.map(of), better);
    return { metric, variant, ...found, unit, better, exact: false, seeds };
  };
  const counted = (metric: string, value: number | undefined): Figure[] =>
    value === undefined
      ? []
      : [{ metric, variant, value, unit: 'steps', better: 'lower', exact: true, seeds }];
  const [first] = all as readonly [Cost];
  return [
    measured('speed', 'M steps/s', 'higher', (cost) => stepRate(cost) / 1_000_000),
    measured('speed, ratio to bare loop', '', 'higher', (cost) => stepRate(cost) / cost.bare),
    measured('seeds', 'seeds/s', 'higher', ({ seeds, cpuUs }) => (seeds * 1_000_000) / cpuUs),
    measured('set-up', 'ms', 'lower', (cost) => cost.setUpUs / cost.seeds / 1_000),
    measured('virtual to real time', '', 'higher', ({ virtualUs, cpuUs }) => virtualUs / cpuUs),
    ...counted('steps per seed', first.steps / first.seeds),
    ...counted('steps per operation', stepsPerOperation(first)),
  ];
}

function number(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
