/**
 * Measures what seedstorm costs and what its systems achieve. `npm run bench` runs what is quick,
 * `npm run bench -- --list` tells what there is, `--only codec,memory` chooses. What is found is
 * appended to logs/bench.jsonl (`--history FILE`; `--no-history` keeps nothing), and
 * `seedstorm report --bench` draws it.
 */
import { fileURLToPath } from 'node:url';
import { codec } from './codec.ts';
import { memory } from './memory.ts';
import { orchestratorControllers } from './orchestrator/controllers.ts';
import { orchestratorFailover } from './orchestrator/failover.ts';
import { orchestratorScale } from './orchestrator/scale.ts';
import { runBenchmarks } from './runner.ts';
import { shrinking } from './shrinking.ts';
import { simulation } from './simulation.ts';
import { storageBenchmark } from './storage/storage.ts';

const all = [
  simulation,
  codec,
  storageBenchmark(),
  memory,
  shrinking,
  orchestratorControllers,
  orchestratorScale,
  orchestratorFailover,
];

process.exitCode = await runBenchmarks(process.argv.slice(2), all, {
  root: fileURLToPath(new URL('..', import.meta.url)),
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
});
