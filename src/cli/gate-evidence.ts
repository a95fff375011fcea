import { join } from 'node:path';
import type { EvidenceContent } from '../record/evidence-line.ts';
import type { CanaryPart, DoctorPart, GateRecord, SweepPart } from '../record/gate-record.ts';
import { faultEvidence, sweepEvidence } from '../run/evidence-content.ts';
import type { CanaryTask, GateTask, SweepTask } from '../run/gate/gate-work.ts';
import { readMutants } from '../run/mutant-patch.ts';
import type { EvidenceKeeper } from './keep-evidence.ts';

/**
 * Leaves one line of evidence for each part of a gate that judged seeds or a planted bug.
 * @throws UsageError when it cannot be written
 */
export function keepGateEvidence(
  keeper: EvidenceKeeper,
  record: GateRecord,
  tasks: readonly GateTask[],
): void {
  for (const part of record.parts) {
    const task = tasks.find(({ kind, name }) => kind === part.kind && name === part.name);
    const content = task === undefined ? undefined : contentOf(part, task, record.interrupted);
    if (content !== undefined) keeper.keep(content);
  }
}

function contentOf(
  part: GateRecord['parts'][number],
  task: GateTask,
  interrupted: boolean,
): EvidenceContent | undefined {
  if (part.verdict === 'not run') return undefined;
  if (part.kind === 'sweep' && task.kind === 'sweep') return sweepContent(part, task);
  if (part.kind === 'doctor') return doctorContent(part, interrupted);
  if (part.kind === 'canary' && task.kind === 'canary') return canaryContent(part, task);
  return undefined;
}

function sweepContent(part: SweepPart, task: SweepTask): EvidenceContent | undefined {
  const { settings, from } = task;
  if (part.record !== undefined) {
    return part.record.to < from ? undefined : sweepEvidence(part.record, settings);
  }
  if (part.verdict !== 'fault') return undefined;
  const to = Number.isFinite(task.to) ? task.to : from;
  const fault = new Error(part.reasons[0] ?? 'unknown');
  return faultEvidence({ scenario: part.scenario, settings }, [from, to], fault);
}

function doctorContent(part: DoctorPart, interrupted: boolean): EvidenceContent | undefined {
  const { scenario, from, to, ways, events } = part;
  const differences = part.differences.flatMap((text) => {
    const [, seed] = /^seed (\d+)/.exec(text) ?? [];
    return seed === undefined ? [] : [Number(seed)];
  });
  // Seeds that were left out for want of time were not proved.
  if (differences.length === 0 && (interrupted || part.verdict !== 'held')) return undefined;
  const red = [...new Set(differences)].slice(0, 10);
  return { kind: 'doctor', scenario, settings: {}, from, to, ways, events, differences: red };
}

function canaryContent(part: CanaryPart, task: CanaryTask): EvidenceContent | undefined {
  const { system, mutant: id, verdict, rung, seedsToKill } = part;
  if (verdict !== 'held' && verdict !== 'broken') return undefined;
  const right = verdict === 'held';
  const result = {
    status: right ? 'killed' : 'survived',
    control: false,
    right,
    ...(rung === undefined ? {} : { rung }),
    ...(seedsToKill === undefined ? {} : { seedsToKill }),
    seeds: seedsToKill ?? task.to - task.from + 1,
  };
  const all = readMutants(join(task.root, 'mutants', system), system, true).map((one) => one.id);
  return { kind: 'mutants', system, all, results: { [id]: result } };
}
