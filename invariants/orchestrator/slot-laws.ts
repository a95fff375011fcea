import { isUnlike, mayBePlaced } from '../../src/systems/orchestrator/naive-placement.ts';
import type { Service, Task } from '../../src/systems/orchestrator/state/rows.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { EntryLook } from './oracle.ts';
import { hasEnded, isLive, isOnNode, isWanted } from './task-words.ts';

export const placesAreFeasible: EntryRung = entryRung({
  id: 'S9',
  title: 'feasible places',
  statement:
    'A task is given to a node only when the node takes tasks, is of the kind that is asked for, and has room, ports and volumes for it, as of that very entry.',
  source: 'SwarmKit 10104f045, 69bd6537a (K10, K11); Warren (W5, W18)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge({ state, past, envelope }) {
    const { command } = envelope;
    if (command.kind !== 'assign') return null;
    const order = command.assignments.map(({ task }) => task);
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Task>('tasks')) {
      if (after?.observed !== 'assigned' || before?.observed === 'assigned') continue;
      const id = String(key);
      const later = order.slice(order.indexOf(id) + 1);
      const why = mayBePlaced(state, id, after.node, later, past.on(after.node));
      if (why !== null) return { task: id, node: after.node, why };
      finding = true;
    }
    return finding;
  },
});

/** The node that each local volume has been used on, by its id. */
type Places = Map<string, string>;

export const localVolumesStay: EntryRung = entryRung({
  id: 'S9V',
  title: 'local volumes stay',
  statement:
    'All tasks that use a local volume are on one node, the first that one of them was given to.',
  source: 'Warren, the node of a volume is never recorded (W18)',
  owedUnder: 'any damage',
  ghost: (): Places => new Map(),
  judge({ state, past }, places) {
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Task>('tasks')) {
      if (after?.observed !== 'assigned' || before?.observed === 'assigned') continue;
      const { spec } = state.revisions.get(after.service, after.revision)!;
      for (const { source } of spec.template.volumes) {
        const id = state.named('volume', source) ?? '';
        if (state.volumes.get(id)?.spec.driver !== 'local') continue;
        const place = places.get(id);
        if (place === undefined) {
          places.set(id, after.node);
          continue;
        }
        if (place !== after.node) return { task: String(key), volume: source, place };
        finding = true;
      }
    }
    return finding;
  },
});

/** Whether a service may have two tasks in one slot now, of two revisions. */
export function mayHaveTwo(state: EntryLook['state'], service: Readonly<Service>): boolean {
  const row = state.deployments.get(service.deployment);
  if (row === undefined) return false;
  if (row.strategy !== 'rolling') return row.phase === 'updating';
  const { update, rollback } = service.spec;
  if (row.back || row.phase === 'rolling-back') return rollback.order === 'start-first';
  return update.strategy.kind === 'rolling' && update.strategy.order === 'start-first';
}

export const slotsHaveOne: EntryRung = entryRung({
  id: 'S15',
  title: 'one task a slot',
  statement:
    'A task is wanted running only when its slot has no other, and none that must stop may still run on a node that is up; beside it one of another revision at most, where the service is updated so.',
  source: 'SwarmKit 6b3d267f9 (K2); mesos/chronos#411 (M1)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge({ state, past }) {
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Task>('tasks')) {
      if (after === undefined || after.desired !== 'running' || hasEnded(after.observed)) continue;
      const begins = before?.desired !== 'running';
      const returns = before !== undefined && before.lostUs > 0 && after.lostUs === 0;
      if (!begins && !returns) continue;
      const wrong = rivalOf(
        state,
        past.slot(after.service, after.slot),
        String(key),
        after,
        begins,
      );
      if (wrong !== null) return wrong;
      finding = true;
    }
    return finding;
  },
});

function rivalOf(
  state: EntryLook['state'],
  slot: ReadonlySet<string>,
  id: string,
  task: Readonly<Task>,
  begins: boolean,
): Readonly<Record<string, unknown>> | null {
  const service = state.services.get(task.service)!;
  for (const other of slot) {
    if (other === id) continue;
    const rival = state.tasks.get(other)!;
    if (hasEnded(rival.observed)) continue;
    const values = { task: id, other, desired: rival.desired, observed: rival.observed };
    if (isLive(rival)) {
      if (rival.revision === task.revision) return { ...values, why: 'two of one revision' };
      if (!mayHaveTwo(state, service)) return { ...values, why: 'beside another' };
    }
    if (!begins || isWanted(rival) || !isOnNode(rival.observed)) continue;
    if (state.nodes.get(rival.node)?.status === 'up') return { ...values, why: 'it may still run' };
  }
  return null;
}

export const oneForEachNode: EntryRung = entryRung({
  id: 'S23',
  title: 'global services',
  statement:
    'A global service has its tasks on the nodes that they are named after, and begins none on a node that is drained, paused or of another kind.',
  source: 'SwarmKit 144c82bfa (K8); kubernetes#14528 (B15)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge({ state, past }) {
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Task>('tasks')) {
      if (before !== undefined || after === undefined) continue;
      const service = state.services.get(after.service);
      if (service?.spec.mode.kind !== 'global') continue;
      const node = state.nodes.get(after.slot);
      const { spec } = state.revisions.get(after.service, after.revision)!;
      const open = node?.status === 'up' && node.spec.availability === 'active';
      const isRight =
        open && after.node === after.slot && isUnlike(spec, after.slot, node) === null;
      if (!isRight) return { task: String(key), slot: after.slot, status: node?.status ?? 'none' };
      finding = true;
    }
    return finding;
  },
});

/** What happened in a slot with one revision. */
interface SlotPast {
  /** When restarts were made. */
  times: number[];
  /** The newest task. */
  newest: string;
  /** When it ended by itself, and how; undefined: it has not, or somebody wanted it to. */
  ended:
    | { readonly timeUs: number; readonly failed: boolean; readonly revision: string }
    | undefined;
}

type Slots = Map<string, SlotPast>;

export const restartsAreCounted: EntryRung = entryRung({
  id: 'S24',
  title: 'restarts',
  statement:
    'A slot restarts a revision only as its policy says: after which ends, not before the delay is over, at most so often in the window, whoever leads.',
  source: 'SwarmKit, restart history in memory; kubernetes#56355 (B9)',
  owedUnder: 'any damage',
  ghost: (): Slots => new Map(),
  judge(look, slots) {
    forgetSlots(look, slots);
    let finding: Finding = null;
    for (const { key, before, after } of look.past.of<Task>('tasks')) {
      if (after === undefined) continue;
      const id = String(key);
      const name = `${after.service} ${after.revision} ${after.slot}`;
      const slot: SlotPast = slots.get(name) ?? { times: [], newest: '', ended: undefined };
      slots.set(name, slot);
      if (before === undefined) {
        const wrong = judgeNew(look, slot, after);
        if (wrong !== null && wrong !== true) return { task: id, ...wrong };
        finding = wrong ?? finding;
        slot.newest = id;
        slot.ended = undefined;
      }
      if (after.desired === 'running' && before?.desired !== 'running') {
        if (look.timeUs < after.notBeforeUs) return { task: id, dueUs: after.notBeforeUs };
      }
      const ends = hasEnded(after.observed) && (before === undefined || !hasEnded(before.observed));
      if (ends && slot.newest === id && isWanted(after) && after.observed !== 'orphaned') {
        const failed = after.observed === 'failed' || after.observed === 'rejected';
        slot.ended = { timeUs: look.timeUs, failed, revision: wantedOf(look, after) };
      }
      // Somebody has stopped it since: what comes next is no restart.
      if (slot.newest === id && !isWanted(after)) slot.ended = undefined;
    }
    return finding;
  },
});

/** What a service is deploying, or has deployed last: on its way a revision may be unwanted for a while. */
function wantedOf({ state }: EntryLook, { service }: Readonly<Task>): string {
  const { deployment, lastDeployment } = state.services.get(service)!;
  return deployment === '' ? lastDeployment : `under way: ${deployment}`;
}

function judgeNew(look: EntryLook, slot: SlotPast, task: Readonly<Task>): Finding {
  const { state, timeUs } = look;
  const { restart } = state.revisions.get(task.service, task.revision)!.spec.template;
  const { ended } = slot;
  if (ended === undefined) return null;
  if (!task.restart) {
    // A slot that went to another revision and came back begins this one anew.
    const { revision } = ended;
    const isSteady = revision === wantedOf(look, task) && !revision.startsWith('under way');
    return isSteady ? { counted: false } : null;
  }
  if (restart.condition === 'none') return { condition: restart.condition };
  if (restart.condition === 'on-failure' && !ended.failed) return { condition: restart.condition };
  if (task.notBeforeUs < ended.timeUs + restart.delayUs) {
    return { notBeforeUs: task.notBeforeUs, endedUs: ended.timeUs, delayUs: restart.delayUs };
  }
  slot.times.push(timeUs);
  if (restart.maxAttempts === 0) return true;
  const from = restart.windowUs === 0 ? Number.NEGATIVE_INFINITY : timeUs - restart.windowUs;
  slot.times = slot.times.filter((oneUs) => oneUs > from);
  const { maxAttempts } = restart;
  return slot.times.length <= maxAttempts ? true : { restarts: slot.times.length, maxAttempts };
}

/** Slots and revisions that went away begin anew should they come again. */
function forgetSlots({ past }: EntryLook, slots: Slots): void {
  for (const { key, before, after } of past.of<Service>('services')) {
    const replicas = after?.spec.mode.kind === 'replicated' ? after.spec.mode.replicas : 0;
    const least = before?.spec.mode.kind === 'replicated' ? before.spec.mode.replicas : 0;
    if (replicas >= least && after !== undefined) continue;
    for (const name of slots.keys()) {
      const [service, , slot] = name.split(' ');
      if (service === String(key) && !(Number(slot) <= replicas)) slots.delete(name);
    }
  }
  for (const { group, key, after } of past.of('revisions')) {
    if (after !== undefined) continue;
    for (const name of slots.keys()) if (name.startsWith(`${group} ${key} `)) slots.delete(name);
  }
}
