import type { Task } from '../../src/systems/orchestrator/state/rows.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { EntryLook } from './oracle.ts';
import type { Change } from './store-past.ts';
import { hasEnded, isOnNode, isWanted, observedOrder, wishOrder } from './task-words.ts';

const none = (): null => null;

/** Judges each change of a task that the entry made; the first that is wrong counts. */
function eachTask(look: EntryLook, judge: (id: string, change: Change<Task>) => Finding): Finding {
  let finding: Finding = null;
  for (const change of look.past.of<Task>('tasks')) {
    const found = judge(String(change.key), change);
    if (found !== null && found !== true) return { task: String(change.key), ...found };
    if (found === true) finding = true;
  }
  return finding;
}

export const tasksHavePlaces: EntryRung = entryRung({
  id: 'S1',
  title: 'references',
  statement:
    'Every task has a service and a revision, and from its assignment to its end a node; a service or node goes with the last of them.',
  source: 'SwarmKit, TLA+ model of tasks; Warren, removal of services (W6)',
  owedUnder: 'any damage',
  ghost: none,
  judge(look) {
    const { state, past } = look;
    for (const { key, after } of past.of('services')) {
      const tasks = past.tasksOf(String(key));
      if (after === undefined && tasks > 0) return { service: String(key), tasks };
    }
    for (const { key, after } of past.of('nodes')) {
      const tasks = past.on(String(key)).size;
      if (after === undefined && tasks > 0) return { node: String(key), tasks };
    }
    return eachTask(look, (_id, { before, after }) => {
      if (after === undefined) {
        // A row goes when its task is over, or when no node ever had it and nobody wants it.
        const wasUntouched = before !== undefined && !isOnNode(before.observed);
        const isOver = before !== undefined && hasEnded(before.observed);
        const isGiven = wasUntouched && before !== undefined && !isWanted(before);
        return isOver || isGiven ? true : { dropped: before?.observed, desired: before?.desired };
      }
      if (state.services.get(after.service) === undefined) return { service: 'none' };
      if (state.revisions.get(after.service, after.revision) === undefined) {
        return { revision: 'none' };
      }
      const needsNode = isOnNode(after.observed);
      if (needsNode && state.nodes.get(after.node) === undefined) return { node: 'none' };
      return true;
    });
  },
});

/** Who makes which step: by the kind of the command. */
function mayStep(from: Task['observed'], to: Task['observed'], kind: string): boolean {
  if (hasEnded(from)) return false;
  if (to === 'orphaned') return isOnNode(from) && (kind === 'orphan' || kind === 'remove-node');
  if (from === 'new') return to === 'pending' && kind !== 'report';
  if (from === 'pending') return to === 'assigned' && kind === 'assign';
  if (kind !== 'report') return false;
  const isEarly = ['assigned', 'accepted', 'preparing'].includes(from);
  return to === 'rejected'
    ? isEarly
    : observedOrder.indexOf(to) > observedOrder.indexOf('assigned');
}

export const statesGoForward: EntryRung = entryRung({
  id: 'S3',
  title: 'observed states go forward',
  statement:
    'The observed state of a task never falls, and each step is made by the one whose step it is.',
  source: 'SwarmKit, TLA+ model of tasks; kubernetes#104798 (B14)',
  owedUnder: 'any damage',
  ghost: none,
  judge(look) {
    const { kind } = look.envelope.command;
    return eachTask(look, (_id, { before, after }) => {
      if (after === undefined) return null;
      if (before === undefined) {
        const isFresh = after.observed === 'new' || after.observed === 'pending';
        return isFresh ? true : { born: after.observed };
      }
      const [from, to] = [before.observed, after.observed];
      if (from === to) return null;
      const isForward = observedOrder.indexOf(to) > observedOrder.indexOf(from);
      return isForward && mayStep(from, to, kind) ? true : { from, to };
    });
  },
});

export const wishesGoForward: EntryRung = entryRung({
  id: 'S4',
  title: 'wishes go forward',
  statement: 'What is wanted of a task goes forward only, and only managers write it.',
  source: 'SwarmKit, design/task_model.md',
  owedUnder: 'any damage',
  ghost: none,
  judge(look) {
    const { kind } = look.envelope.command;
    return eachTask(look, (_id, { before, after }) => {
      if (before === undefined || after === undefined || before.desired === after.desired) {
        return null;
      }
      const isForward = wishOrder.indexOf(after.desired) > wishOrder.indexOf(before.desired);
      if (isForward && kind !== 'report') return true;
      return { from: before.desired, to: after.desired };
    });
  },
});

const fixed = ['service', 'slot', 'revision', 'createdIndex', 'restart'] as const;

export const tasksStayThemselves: EntryRung = entryRung({
  id: 'S5',
  title: 'identity of tasks',
  statement: 'Service, slot, revision and, once it has one, the node of a task never change.',
  source: 'SwarmKit 0f0a6bda0 (K23)',
  owedUnder: 'any damage',
  ghost: none,
  judge(look) {
    return eachTask(look, (_id, { before, after }) => {
      if (before === undefined || after === undefined) return null;
      for (const field of fixed) if (before[field] !== after[field]) return { field };
      if (before.node !== '' && before.node !== after.node) return { field: 'node' };
      return true;
    });
  },
});

const ofAgents = ['observed', 'health', 'sequence', 'exitCode', 'reason'] as const;
const ofManagers = ['desired', 'notBeforeUs', 'node', 'restart'] as const;

export const ownersOfFields: EntryRung = entryRung({
  id: 'S6F',
  title: 'fields have one owner',
  statement:
    "A report changes what is an agent's of a task and nothing else, in the order of the agent's own count; managers leave that alone.",
  source: 'Nomad #27497 (N1): a plan from an old snapshot overwrote health',
  owedUnder: 'any damage',
  ghost: none,
  judge(look) {
    const { command } = look.envelope;
    return eachTask(look, (id, { before, after }) => {
      if (before === undefined || after === undefined) return null;
      if (command.kind !== 'report') {
        // The steps up to the assignment, and giving up, are the managers'.
        const owned = ofAgents.find(
          (field) => field !== 'observed' && field !== 'reason' && before[field] !== after[field],
        );
        return owned === undefined ? true : { field: owned };
      }
      if (before.node !== command.node) return { of: before.node, from: command.node };
      const ended = hasEnded(after.observed);
      const owned = ofManagers.find((field) => before[field] !== after[field]);
      if (owned !== undefined) return { field: owned };
      if (before.address !== after.address && !ended) return { field: 'address' };
      // An older one may have come behind a newer one.
      const said = command.reports.filter(({ task }) => task === id);
      if (said.length === 0) return { said: 'nothing' };
      const newest = Math.max(...said.map(({ sequence }) => sequence));
      return after.sequence > before.sequence && after.sequence <= newest
        ? true
        : { before: before.sequence, sequence: after.sequence, said: newest };
    });
  },
});
