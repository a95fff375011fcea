import { join } from 'node:path';
import type { BenchRow } from '../record/bench-row.ts';
import { UsageError } from '../record/usage-error.ts';
import { count, plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { reportsDirectory, writeOutput } from './picture-run.ts';
import { processTerminal } from './terminal.ts';

/** Options of `report --bench`. */
export interface BenchReportOptions {
  readonly history?: string;
  readonly output?: string;
  readonly json?: true;
  readonly color: boolean;
}

/** Draws the history of benchmarks. The exit code says whether it was drawn, not what it shows. */
export async function reportBench(options: BenchReportOptions): Promise<ExitCode> {
  const { benchHistory } = await import('../run/bench-history.ts');
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const history = options.history ?? benchHistory;
  const rows = await readHistory(history);
  if (rows.length === 0) {
    terminal.note(`${history} holds no figures: nothing to draw`);
    return exitCode.nothingSelected;
  }
  const { benchPage, benchSummary } = await import('../report/benchmarks/bench-page.ts');
  const text = benchPage(rows);
  const file = options.output ?? join(reportsDirectory, 'bench.html');
  if (file === '-') {
    process.stdout.write(text);
    return exitCode.held;
  }
  await writeOutput(file, text);
  const summary = benchSummary(rows);
  if (json) {
    const bytes = Buffer.byteLength(text);
    const told = { schema: 'seedstorm-bench-report/1', file, bytes, rows: rows.length };
    terminal.out(jsonLine({ ...told, ...summary }) ?? '');
    return exitCode.held;
  }
  terminal.out(file);
  const { figures, worse, better, alike, first, disagreements } = summary;
  if (disagreements > 0) {
    const differ = disagreements === 1 ? 'differs' : 'differ';
    terminal.note(`${plural(disagreements, 'exact figure')} ${differ} at one commit: see the page`);
  }
  terminal.note(
    `${plural(figures, 'figure')}: ${worse} worse, ${better} better, ${alike} alike, ${first} new; ` +
      `${count(Math.ceil(text.length / 1000))} kB; open it in a browser`,
  );
  return exitCode.held;
}

async function readHistory(path: string): Promise<readonly BenchRow[]> {
  const { existsSync } = await import('node:fs');
  if (!existsSync(path)) {
    throw new UsageError(
      'no such file',
      path,
      'npm run bench of a checkout writes logs/bench.jsonl',
    );
  }
  const { readBench } = await import('../run/bench-history.ts');
  return readBench(path);
}
