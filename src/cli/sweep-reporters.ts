import { resolve } from 'node:path';
import type { GatePlan, SweepPart } from '../record/gate-record.ts';
import type { RunRecord } from '../record/run-record.ts';
import { plainReasons } from '../record/sweep-reasons.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { logsDirectory } from './logs.ts';
import { openReporters, outputFilesOf, type ReporterOptions } from './reporters.ts';
import type { ChosenScenario } from './scenario-input.ts';
import type { Terminal } from './terminal.ts';

/** Reporters of a single sweep: to them it is a gate of one part. */
export interface SweepReporters {
  /** Takes a red run, in order of seed. */
  add(failed: RunRecord): void;
  end(record: SweepRecord, interrupted: boolean): Promise<void>;
}

/**
 * Makes the reporters that the command line asks for; undefined when it asks for none.
 * @throws UsageError when there is no such reporter, or a file cannot be written
 */
export async function sweepReporters(
  chosen: ChosenScenario,
  firstSeed: number,
  options: ReporterOptions,
  terminal: Terminal,
): Promise<SweepReporters | undefined> {
  const outputFiles = outputFilesOf(options);
  const names = options.reporter ?? [];
  if (names.length === 0 && Object.keys(outputFiles).length === 0) return undefined;
  const cwd = process.cwd();
  const output = resolve(cwd, logsDirectory);
  const set = await openReporters(
    { names, outputFiles, output, blobName: 'blob.json', cwd },
    terminal,
  );
  const { commitOf } = await import('../run/evidence.ts');
  const { FindingGroups } = await import('../run/gate/findings.ts');
  const { gateRecord } = await import('../run/gate/make-record.ts');
  const { reference, settings } = chosen;
  const name = reference.name;
  const parts = [{ kind: 'sweep', name }] as const;
  const plan: GatePlan = { of: 'sweep', parts, ...commitOf(cwd), firstSeed };
  const groups = new FindingGroups({ reference, cwd, settings, known: [], today: '' });
  const { listener } = set;
  const at = new Date().toISOString();
  listener.onBegin?.(plan);
  listener.onPartBegin?.(parts[0]);
  return {
    add(failed) {
      const finding = groups.add(failed);
      if (finding !== undefined) listener.onFinding?.(finding);
    },
    async end(record, interrupted) {
      const part: SweepPart = {
        kind: 'sweep',
        name,
        scenario: name,
        ranges: record.to < record.from ? [] : [[record.from, record.to]],
        requiredProbes: [],
        record,
        findings: groups.all,
        verdict: record.verdict,
        reasons: record.verdict === 'broken' ? record.reasons : plainReasons(record),
        notes: [],
        wallMs: record.wallMs,
      };
      const whole = gateRecord(plan, [part], [], { at, wallMs: record.wallMs, interrupted });
      listener.onPart?.(part, whole);
      await listener.onEnd?.(whole);
      for (const complaint of set.close()) terminal.note(complaint);
    },
  };
}
