import { execFileSync } from 'node:child_process';
import { cpus, type } from 'node:os';
import { join } from 'node:path';
import type { BenchFigure, BenchRow } from '../record/bench-row.ts';
import { parseBench } from '../record/parse-bench.ts';
import { commitOf } from './evidence.ts';
import { appendLines, readLineFile } from './line-file.ts';

/** The history of the benchmarks of a project, below its root. */
export const benchHistory: string = join('logs', 'bench.jsonl');

/** What measurements depend on besides the sources that runs read. */
const measuredRoots: readonly string[] = [
  'src',
  'invariants',
  'scenarios',
  'bench',
  'package-lock.json',
];

/** Which code is about to be measured, by which machine. */
export type BenchStart = Omit<BenchRow, keyof BenchFigure>;

/** Notes which code is about to be measured. To be called before the work begins. */
export function beginBench(root: string): BenchStart {
  const { commit, dirty } = commitOf(root, measuredRoots);
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  return {
    schema: 'seedstorm-bench/1',
    at: new Date().toISOString(),
    commit,
    committedAt: commit === null ? null : committedAt(root),
    dirty,
    machine: `${model} x${processors.length}, ${type()} ${process.arch}`,
    node: process.version,
  };
}

function committedAt(root: string): string {
  const seconds = execFileSync('git', ['show', '-s', '--format=%ct', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  });
  return new Date(Number(seconds) * 1_000).toISOString();
}

/**
 * Appends what was found to a history, all or nothing.
 * @throws UsageError when it cannot be written
 */
export function appendBench(
  path: string,
  start: BenchStart,
  figures: readonly BenchFigure[],
): readonly BenchRow[] {
  const rows = figures.map((figure) => ({ ...start, ...figure }));
  if (rows.length > 0) {
    appendLines(
      path,
      rows.map((row) => JSON.stringify(row)),
    );
  }
  return rows;
}

/**
 * Reads a history; empty when there is no such file.
 * @throws UsageError that names file, line and field
 */
export function readBench(path: string): readonly BenchRow[] {
  return parseBench(readLineFile(path), path);
}
