// Plants each Raft mutant in a copy of the sources, lets a sweep find it, shrinks what was found and
// prints a table: node bench/shrink-table.ts [--only L1,D1] [--seeds 600] [--seconds 30] [--jobs 1]
// [--out file.md]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ShrinkRow, shrinkTable } from '../src/report/shrink-table.ts';
import { shrinkMutants } from './shrink-mutants.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '600' },
    seconds: { type: 'string', default: '30' },
    jobs: { type: 'string', default: '1' },
    out: { type: 'string' },
    data: { type: 'string' },
  },
});
const seeds = Number(values.seeds);
const wishes = {
  only: values.only?.split(','),
  seeds,
  seconds: Number(values.seconds),
  jobs: Number(values.jobs),
};
const soFar: ShrinkRow[] = [];
const rows = await shrinkMutants(
  wishes,
  (row) => {
    process.stderr.write(`${JSON.stringify(row)}\n`);
    soFar.push(row);
    if (values.data !== undefined) writeFileSync(values.data, JSON.stringify(soFar));
  },
  (text) => void process.stderr.write(`${text}\n`),
);
const table = `${shrinkTable(rows, seeds).join('\n')}\n`;
process.stdout.write(table);
if (values.out !== undefined) {
  const marker = '<!-- table -->\n';
  const [before = ''] = readFileSync(values.out, 'utf8').split(marker);
  writeFileSync(values.out, before + marker + table);
}
