import type { OperationSummary } from './clients-definition.ts';
import { type History, operationOpen } from './history.ts';

const latencyClasses: readonly (readonly [limitUs: number, name: string])[] = [
  [1_000, 'under-1ms'],
  [10_000, 'under-10ms'],
  [100_000, 'under-100ms'],
  [1_000_000, 'under-1s'],
];

function latencyClass(us: number): string {
  for (const [limitUs, name] of latencyClasses) if (us < limitUs) return name;
  return 'over-1s';
}

/**
 * Counts by label, to be added up over seeds: `cas/last-seen/ok:yes/storm` (operation, option,
 * outcome and reason, phase), `outcome/ok`, `latency/ok/under-10ms`, and notes such as
 * `resend/new-leader/put/storm` and `refused/put/disk-full/storm` (one answer, perhaps to be retried).
 */
export function kvCensus(history: History): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (label: string) => {
    counts[label] = (counts[label] ?? 0) + 1;
  };
  for (let i = 0; i < history.length; i++) {
    const open = history.outcome[i] === operationOpen;
    const outcome = history.outcomeName(i);
    const reason = open ? 'still-open' : history.reason[i]!;
    add(`${history.operation[i]}/${history.option[i]}/${outcome}:${reason}/${history.phase[i]}`);
    add(`outcome/${outcome}`);
    if (!open) {
      add(`latency/${outcome}/${latencyClass(history.completedUs[i]! - history.invokedUs[i]!)}`);
    }
  }
  for (const [label, count] of history.notes) counts[label] = count;
  return counts;
}

/** Totals of one run, and latencies in order of completion. */
export function operationSummary(history: History): OperationSummary {
  const counts = { ok: 0, fail: 0, info: 0 };
  const latenciesUs: number[] = [];
  for (let i = 0; i < history.length; i++) counts[history.outcomeName(i)]++;
  for (const event of history.events) {
    if ((event & 1) === 0) continue;
    const i = event >> 1;
    latenciesUs.push(history.completedUs[i]! - history.invokedUs[i]!);
  }
  return { ok: counts.ok, fail: counts.fail, unknown: counts.info, latenciesUs };
}
