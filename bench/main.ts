/**
 * What seedstorm costs on this machine, as ratios to a bare loop that is measured in the same
 * process right before and after: figures in seconds alone say little about another machine.
 *
 * `npm run bench` prints the table; `npm run bench -- --memory` watches the heap over a long run and
 * over many seeds instead (some minutes).
 */

import raftCalm from '../scenarios/raft-calm.ts';
import raftStorm from '../scenarios/raft-storm.ts';
import { table } from '../src/report/table.ts';
import { calmConfig } from '../src/run/draw-config.ts';
import type { Scenario } from '../src/run/scenario-contract.ts';
import { watchMemory } from './memory.ts';
import { best, type Cost, type Measured } from './runs.ts';
import { steadyLoad } from './scenarios.ts';

const rounds = 5;

interface Row {
  readonly name: string;
  readonly measured: Measured;
}

/** A load in calm weather: every setting calm, five nodes. */
function calmLoad(name: string, scenario: Scenario, seeds: number): Row {
  const settings = { ...calmConfig(scenario), nodes: 5 };
  return { name, measured: { scenario, from: 1, to: seeds, settings } };
}

const rows: readonly Row[] = [
  { name: 'raft-storm, whole ladder', measured: { scenario: raftStorm, from: 1, to: 60 } },
  {
    name: 'raft-storm, no ladder',
    measured: { scenario: raftStorm, from: 1, to: 60, ladder: false },
  },
  { name: 'raft-calm, whole ladder', measured: { scenario: raftCalm, from: 1, to: 30 } },
  calmLoad('busy: 5 nodes, 100 operations a second', steadyLoad(10, 1_000), 5),
  calmLoad('idle: 5 nodes', steadyLoad(60, 1), 3),
];

function number(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function cells(name: string, cost: Cost): string[] {
  const stepsPerSecond = (cost.steps * 1_000_000) / (cost.cpuUs - cost.setUpUs);
  return [
    name,
    number(stepsPerSecond / 1_000_000, 3),
    number(stepsPerSecond / cost.bare, 4),
    number((cost.seeds * 1_000_000) / cost.cpuUs, 1),
    number(cost.setUpUs / cost.seeds / 1_000, 2),
    number(cost.steps / cost.seeds, 0),
    cost.completed > cost.seeds ? number(cost.steps / cost.completed, 1) : '',
    number(cost.virtualUs / cost.cpuUs, 0),
  ];
}

function main(): void {
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
  const lines: string[][] = [];
  let bare = 0;
  for (const { name, measured } of rows) {
    const cost = best(rounds, measured);
    bare = Math.max(bare, cost.bare);
    lines.push(cells(name, cost));
  }
  lines.unshift(['bare loop', number(bare / 1_000_000, 3), number(1, 4)]);
  process.stdout.write(`${table(columns, lines, '').join('\n')}\n\n`);
  process.stdout.write(
    `Processor time of one core, best of ${rounds} rounds, Node ${process.version}. Steps count ` +
      'only where component code ran;\nsteps/s leaves set-up out, seeds/s and x real time take it in.\n',
  );
}

if (process.argv.includes('--memory')) await watchMemory();
else main();
