import type { Deployment } from '../../src/systems/orchestrator/deployments/deployment.ts';
import { isUnlike } from '../../src/systems/orchestrator/naive-placement.ts';
import type { Service, Task } from '../../src/systems/orchestrator/state/rows.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { EntryLook } from './oracle.ts';
import type { Change } from './store-past.ts';
import { hasEnded, isLive, isWanted, isWell } from './task-words.ts';

/** Which phase may follow which, written down once more. */
const edges: Readonly<Record<Deployment['phase'], readonly Deployment['phase'][]>> = {
  updating: ['retiring', 'rolling-back', 'completed', 'superseded'],
  retiring: ['completed', 'superseded'],
  'rolling-back': ['rolled-back', 'superseded'],
  completed: [],
  'rolled-back': [],
  superseded: [],
};

function isOver({ phase }: Pick<Deployment, 'phase'>): boolean {
  return edges[phase].length === 0;
}

function targetOf({ phase, from, to }: Readonly<Deployment>): number {
  return phase === 'rolling-back' || phase === 'rolled-back' ? from : to;
}

/** How a deployment is limited: forward or back. */
function limitsOf({ spec }: Readonly<Service>, row: Readonly<Deployment>) {
  const back = row.back || row.phase === 'rolling-back' || row.phase === 'rolled-back';
  const { strategy } = spec.update;
  if (back) return { ...spec.rollback, monitorUs: spec.rollback.monitorUs };
  const rolling = strategy.kind === 'rolling' ? strategy : { parallelism: 1, delayUs: 0 };
  const order = strategy.kind === 'rolling' ? strategy.order : 'stop-first';
  const { parallelism, delayUs } = rolling;
  return { parallelism, delayUs, order, monitorUs: spec.update.monitorUs };
}

/** The deployments that are under way, by service. */
type Active = Map<string, string>;

export const oneDeployment: EntryRung = entryRung({
  id: 'S20',
  title: 'one deployment',
  statement:
    'A service has one deployment under way at most; its phases go one way, so does its promotion, and a rollback is never rolled back.',
  source: 'Nomad #27497 (N1); Warren, deployments in a sleeping thread (W8, W11)',
  owedUnder: 'any damage',
  ghost: (): Active => new Map(),
  judge({ past, state }, active) {
    let finding: Finding = null;
    const changes = past.of<Deployment>('deployments');
    for (const { key, before, after } of changes) {
      const row = (after ?? before)!;
      const ends = after === undefined || isOver(after);
      if (ends && active.get(row.service) === String(key)) active.delete(row.service);
    }
    for (const { key, before, after } of changes) {
      if (after === undefined) continue;
      const id = String(key);
      if (!isOver(after)) {
        const other = active.get(after.service) ?? id;
        if (other !== id) return { deployments: [other, id] };
        active.set(after.service, id);
      }
      if (before === undefined) continue;
      if (before.promoted && !after.promoted) return { id, promoted: 'taken back' };
      if (before.phase === after.phase) continue;
      const isLawful = edges[before.phase].includes(after.phase);
      const isTwiceBack = after.phase === 'rolling-back' && before.back;
      if (!isLawful || isTwiceBack) return { id, from: before.phase, to: after.phase };
      // What it ends with is what the service wants from then on.
      const wanted = state.services.get(after.service)?.revision ?? 0;
      const ends = after.phase === 'completed' || after.phase === 'rolled-back';
      if (ends && wanted !== targetOf(after)) return { id, ends: after.phase, wanted };
      finding = true;
    }
    return finding;
  },
});

export const batchesAreWatched: EntryRung = entryRung({
  id: 'S21',
  title: 'gate between batches',
  statement:
    'The next slots are replaced only when those before them run, are healthy and were watched for the monitor time, and the delay is over.',
  source: 'SwarmKit fc1338c6c (K6); Warren, no health gate (W7)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge(look) {
    let finding: Finding = null;
    for (const change of look.past.of<Deployment>('deployments')) {
      const found = gateOf(look, change);
      if (found !== null && found !== true) return { deployment: String(change.key), ...found };
      finding = found ?? finding;
    }
    return finding;
  },
});

function gateOf(look: EntryLook, { before, after }: Change<Deployment>): Finding {
  if (before === undefined || after === undefined) return null;
  const opens = before.batch.length === 0 && after.batch.length > 0;
  if (opens) return look.timeUs >= before.restUs ? true : { restUs: before.restUs };
  const leaves = before.phase !== after.phase;
  const isTurned = leaves && (after.phase === 'rolling-back' || after.phase === 'superseded');
  if (before.batch.length > 0 && !isTurned && after.batch.join() !== before.batch.join()) {
    return watchedSlots(look, after, before.batch);
  }
  if (after.shifted && !before.shifted) return watchedStage(look, after);
  return null;
}

function watchedSlots(
  look: EntryLook,
  row: Readonly<Deployment>,
  slots: readonly string[],
): Finding {
  const { state, past, timeUs } = look;
  const service = state.services.get(row.service);
  if (service === undefined || service.removing) return null;
  const { mode } = service.spec;
  const { monitorUs } = limitsOf(service, row);
  const target = targetOf(row);
  for (const slot of slots) {
    if (mode.kind === 'replicated' && Number(slot) > mode.replicas) continue;
    if (mode.kind === 'global' && !isOpen(state, slot)) continue;
    for (const id of past.slot(row.service, slot)) {
      const task = state.tasks.get(id)!;
      if (!isLive(task)) continue;
      if (task.revision !== target) {
        if (mode.kind === 'global') continue;
        return { slot, task: id, revision: task.revision, target };
      }
      const isWatched = task.healthyUs > 0 && timeUs >= task.healthyUs + monitorUs;
      if (!isWatched) return { slot, task: id, healthyUs: task.healthyUs, monitorUs };
    }
  }
  return true;
}

function isOpen(state: EntryLook['state'], id: string): boolean {
  const node = state.nodes.get(id);
  return node?.status === 'up' && node.spec.availability !== 'pause';
}

/** Traffic goes over only to tasks that were watched: as many slots as the stage has. */
function watchedStage({ state, past, timeUs }: EntryLook, row: Readonly<Deployment>): Finding {
  const service = state.services.get(row.service)!;
  const { mode, update } = service.spec;
  if (mode.kind !== 'replicated') return null;
  const weight = service.share?.weight ?? 0;
  if (service.share?.revision !== row.to || weight < 1) return { share: weight, to: row.to };
  const slots = Math.min(mode.replicas, Math.ceil((mode.replicas * weight) / 100));
  for (let slot = 1; slot <= slots; slot += 1) {
    const tasks = [...past.slot(row.service, String(slot))].map((id) => state.tasks.get(id)!);
    const isWatched = tasks.some(
      (task) =>
        task.revision === row.to && isWell(task) && timeUs >= task.healthyUs + update.monitorUs,
    );
    if (!isWatched) return { slot, stage: row.stage, weight };
  }
  return true;
}

export const updatesLeaveEnough: EntryRung = entryRung({
  id: 'S19',
  title: 'availability',
  statement:
    'An update takes down no more slots at a time than it may: a task makes room only in a slot that its deployment has come to, or where another one stays that is as well; start-first only in the latter.',
  source: 'Kubernetes, maxUnavailable; Nomad, max_parallel; Warren, all replicas at once (W7)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge(look) {
    const { past, state } = look;
    for (const { key, before, after } of past.of<Deployment>('deployments')) {
      if (after === undefined || after.batch === before?.batch || after.batch.length === 0)
        continue;
      const service = state.services.get(after.service);
      if (service === undefined) continue;
      const { parallelism } = limitsOf(service, after);
      if (parallelism > 0 && after.batch.length > parallelism) {
        return { deployment: String(key), batch: after.batch.length, parallelism };
      }
    }
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Task>('tasks')) {
      if (before === undefined || after === undefined) continue;
      if (!isWanted(before) || isWanted(after) || before.lostUs > 0) continue;
      const found = madeRoom(look, String(key), before);
      if (found !== null && found !== true) return { task: String(key), ...found };
      finding = found ?? finding;
    }
    return finding;
  },
});

/** A task was stopped: if it was for another revision, the deployment must have come to its slot. */
function madeRoom(look: EntryLook, id: string, task: Readonly<Task>): Finding {
  const { state } = look;
  const service = state.services.get(task.service);
  const row = service === undefined ? undefined : state.deployments.get(service.deployment);
  if (service === undefined || hasOtherCause(look, service, task)) return null;
  const { mode } = service.spec;
  if (mode.kind !== 'replicated') return null;
  if (row === undefined || isOver(row)) return leftAlone(look, service, id, task);
  // What an earlier deployment has left behind goes whenever there is something else.
  const old = targetOf(row) === row.to ? row.from : row.to;
  if (task.revision !== old || old === targetOf(row)) return null;
  if (hasSibling(look, id, task)) return null;
  // Nothing is taken down where the slot keeps a task that is as well: a way back begins so.
  if (keepsAnother(look, id, task)) return true;
  if (row.strategy !== 'rolling') {
    if (row.phase !== 'updating') return true;
    // Of two that came before, one stays beside the new one: there is the traffic.
    if (keepsAnother(look, id, task, row.to)) return true;
    return { phase: row.phase, revision: task.revision };
  }
  const hasCome = row.cursor !== '' && Number(task.slot) <= Number(row.cursor);
  if (!hasCome) return { slot: task.slot, cursor: row.cursor, revision: task.revision };
  const { order } = limitsOf(service, row);
  if (order !== 'start-first' || !isWell(task)) return true;
  return { slot: task.slot, order, successor: 'not well' };
}

/** Nothing is under way: then what a deployment has left runs on, unless something else does. */
function leftAlone(
  look: EntryLook,
  service: Readonly<Service>,
  id: string,
  task: Readonly<Task>,
): Finding {
  if (task.revision === service.revision || !isWell(task)) return null;
  return keepsAnother(look, id, task) ? null : { revision: task.revision, deployment: 'none' };
}

/** Another task of the slot stays, and is well if the one that goes was; one of `except` is none. */
function keepsAnother(
  { state, past }: EntryLook,
  id: string,
  task: Readonly<Task>,
  except = 0,
): boolean {
  const wasWell = isWell(task);
  return [...past.slot(task.service, task.slot)].some((other) => {
    const one = state.tasks.get(other)!;
    return other !== id && one.revision !== except && (wasWell ? isWell(one) : isLive(one));
  });
}

/** The slot goes, or the node does: no update has to do with it. */
function hasOtherCause(
  { state }: EntryLook,
  service: Readonly<Service>,
  task: Readonly<Task>,
): boolean {
  const { mode } = service.spec;
  if (service.removing || hasEnded(task.observed)) return true;
  if (mode.kind === 'replicated' && Number(task.slot) > mode.replicas) return true;
  if (task.node === '') return false;
  const node = state.nodes.get(task.node);
  if (node?.status !== 'up' || node.spec.availability === 'drain') return true;
  const { spec } = state.revisions.get(task.service, task.revision)!;
  return isUnlike(spec, task.node, node) !== null;
}

/** Another task of its revision stays in the slot: one that came back, or was brought in twice. */
function hasSibling({ state, past }: EntryLook, id: string, task: Readonly<Task>): boolean {
  return [...past.slot(task.service, task.slot)].some((other) => {
    const one = state.tasks.get(other)!;
    return other !== id && isLive(one) && one.revision === task.revision;
  });
}
