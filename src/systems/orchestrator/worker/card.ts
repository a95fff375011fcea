import type { CardRow, NodeCard } from '../../../sim/component.ts';
import type { WorkerPhase } from './component.ts';
import type { Worker } from './worker.ts';

/** What somebody who watches sees of a worker. */
export function workerCard({ core, session }: Worker, phase: WorkerPhase): NodeCard {
  const { state, options, env } = core;
  const nowUs = env.clock.monotonicUs();
  const running = options.machine.running(nowUs).length;
  const open = options.machine.open(nowUs).length;
  const rows: CardRow[] = [
    { label: 'node', value: state.member.node === '' ? 'none yet' : state.member.node },
    { label: 'session', value: session === null ? 'none' : session.begun.session },
    { label: 'manager', value: session === null ? 'none' : session.manager },
    { label: 'tasks', value: String(state.tasks.size) },
    { label: 'running', value: String(running) },
    { label: 'lease', value: core.leaseHolds ? 'held' : 'over', tone: 'dim' },
  ];
  if (open > 0) rows.push({ label: 'mounts', value: String(open) });
  if (state.owed.size > 0) {
    rows.push({ label: 'to give back', value: String(state.owed.size), tone: 'warning' });
  }
  if (core.drained) rows.push({ label: 'drain', value: 'deadline passed', tone: 'warning' });
  const tone = phase === 'working' ? 'good' : phase === 'cut off' ? 'warning' : 'dim';
  return { role: phase, tone, rows };
}
