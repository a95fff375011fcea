// Runs in a copy of the sources in which a bug is planted: finds it, and shrinks what it finds.
import { writeFileSync } from 'node:fs';
import { caseText } from '../src/run/case-text.ts';
import { runIsolated } from '../src/run/isolated.ts';
import { findScenario } from '../src/run/loader.ts';
import { shrinkCase } from '../src/run/shrink/shrink-case.ts';
import { sweep } from '../src/run/sweep.ts';

const [scenario = '', seeds = '300', seconds = '30', jobs = '1', out = ''] = process.argv.slice(2);
const reference = findScenario(scenario);
const { record } = await sweep(reference, {
  seeds: [1, Number(seeds)],
  failFast: true,
  jobs: Number(jobs),
  rerunPercent: 0,
});
const seed = record.failures[0]?.seed;
if (seed === undefined) process.stdout.write(`${JSON.stringify({ seeds })}\n`);
else {
  const { caseFile } = await runIsolated(reference, { seed }, { aftermath: false });
  const before = process.cpuUsage();
  const shrunk = await shrinkCase(reference, caseFile, {
    timeMs: Number(seconds) * 1_000,
    jobs: Number(jobs),
    onProgress: (now) => process.stderr.write(`${JSON.stringify(now)}\n`),
  });
  if (out !== '') {
    writeFileSync(`${out}.json`, caseText(caseFile));
    writeFileSync(`${out}.min.json`, caseText(shrunk.caseFile));
  }
  const { user, system } = process.cpuUsage(before);
  const cpuMs = Math.round((user + system) / 1_000);
  process.stdout.write(`${JSON.stringify({ seed, cpuMs, ...shrunk.record })}\n`);
}
