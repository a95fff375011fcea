import { freeHostPorts } from '../allocator/leases.ts';
import type { Node } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { attributeOf } from './constraints.ts';
import { type Ask, rejection } from './filters.ts';
import { Plan } from './plan.ts';

/** A node for a task. */
export interface Assignment {
  readonly task: string;
  readonly node: string;
}

/** The node on which a task is put, or null when none will do. Adds to the plan. */
export function placeTask(
  state: ClusterState,
  plan: Plan,
  nodes: readonly string[],
  ask: Ask,
  nowUs: number,
): string | null {
  let best: Candidate | null = null;
  const preferences = preferenceCounts(state, plan, nodes, ask);
  for (const id of nodes) {
    const node = state.nodes.get(id);
    if (node === undefined || rejection(state, plan, id, node, ask) !== null) continue;
    const candidate = rate(state, plan, id, node, ask, preferences, nowUs);
    if (best === null || precedes(candidate.ranks, best.ranks)) best = candidate;
  }
  if (best === null) return null;
  give(state, plan, best.id, ask);
  return best.id;
}

/** Adds to the plan that a task is put on a node that will do. */
export function give(state: ClusterState, plan: Plan, node: string, { task, spec }: Ask): void {
  const ports = freeHostPorts(state, node, spec, plan.of(node)?.ports)!;
  plan.place(node, task.service, task.slot, spec.template.reservations, ports);
  plan.charge(state.index.quotas.of(task.service), spec.template.reservations);
  for (const { source } of spec.template.volumes) {
    const volume = state.named('volume', source)!;
    const { spec: asked } = state.volumes.get(volume)!;
    if (asked.driver === 'local') plan.ties.set(volume, node);
    if (asked.exclusive) plan.claims.add(volume);
  }
}

/** A node that will do, and how good it is. */
export interface Candidate {
  readonly id: string;
  /** The lower the better; the first that differs decides. */
  readonly ranks: readonly number[];
}

/** Nodes come in the order of their ids, and a later one must be better: so ties go by id. */
export function precedes(first: readonly number[], second: readonly number[]): boolean {
  for (const [at, rank] of first.entries()) {
    if (rank !== second[at]) return rank < second[at]!;
  }
  return false;
}

/** How good a node is. `preferences` are counts by value, one for each preference of the spec. */
export function rate(
  state: ClusterState,
  plan: Plan,
  id: string,
  node: Readonly<Node>,
  { task, spec }: Ask,
  preferences: readonly ReadonlyMap<string, number>[],
  nowUs: number,
): Candidate {
  const load = state.index.loads.get(id);
  const planned = plan.of(id);
  const tasks = (load?.tasks.size ?? 0) + (planned?.tasks ?? 0);
  const ranks = [failuresOf(state, id, task.service, nowUs)];
  for (const [at, counts] of preferences.entries()) {
    const attribute = spec.template.placement.preferences[at]!;
    ranks.push(counts.get(attributeOf(id, node, attribute) ?? '') ?? 0);
  }
  if (spec.template.placement.strategy === 'binpack') ranks.push(-fullness(state, plan, id, node));
  ranks.push(tasksOf(state, plan, id, task.service), tasks);
  return { id, ranks };
}

/** Recent failures of the service on the node, when there are so many that it should be avoided. */
function failuresOf(state: ClusterState, node: string, service: string, nowUs: number): number {
  const { penaltyFailures, penaltyWindowUs } = state.settings;
  const times = state.penalties.get(node, service)?.times ?? [];
  const recent = times.filter((timeUs) => timeUs + penaltyWindowUs > nowUs).length;
  return recent >= penaltyFailures ? recent : 0;
}

function tasksOf(state: ClusterState, plan: Plan, node: string, service: string): number {
  const there = state.index.loads.get(node)?.services.get(service) ?? 0;
  return there + plan.slots(node, service).size;
}

/** How much of a node is given out, in millionths: of processor or memory, whichever is more. */
function fullness(state: ClusterState, plan: Plan, id: string, node: Readonly<Node>): number {
  const load = state.index.loads.get(id);
  const planned = plan.of(id);
  const { capacity } = node.description;
  const share = (used: number, of: number) => (of === 0 ? 0 : Math.floor((used * 1_000_000) / of));
  return Math.max(
    share((load?.cpuMillis ?? 0) + (planned?.cpuMillis ?? 0), capacity.cpuMillis),
    share((load?.memoryBytes ?? 0) + (planned?.memoryBytes ?? 0), capacity.memoryBytes),
  );
}

/** For each preference: how many tasks of the service there are by value of the attribute. */
function preferenceCounts(
  state: ClusterState,
  plan: Plan,
  nodes: readonly string[],
  { task, spec }: Ask,
): readonly ReadonlyMap<string, number>[] {
  return spec.template.placement.preferences.map((attribute) => {
    const counts = new Map<string, number>();
    for (const id of nodes) {
      const node = state.nodes.get(id);
      if (node === undefined) continue;
      const value = attributeOf(id, node, attribute) ?? '';
      counts.set(value, (counts.get(value) ?? 0) + tasksOf(state, plan, id, task.service));
    }
    return counts;
  });
}

/** Why a task waits: how many nodes each filter turns down, and the first reason of each. */
export function explainPending(state: ClusterState, id: string): string {
  const task = state.tasks.get(id);
  if (task === undefined || task.observed !== 'pending') return 'it does not wait for a node';
  const spec = state.revisions.get(task.service, task.revision)!.spec;
  const plan = new Plan();
  const reasons = new Map<string, { count: number; why: string }>();
  let fitting = 0;
  for (const node of state.nodes.keys()) {
    const found = rejection(state, plan, node, state.nodes.get(node)!, { task, spec });
    if (found === null) fitting += 1;
    else {
      const reason = reasons.get(found.filter) ?? { count: 0, why: found.why };
      reason.count += 1;
      reasons.set(found.filter, reason);
    }
  }
  if (fitting > 0) return `${fitting} nodes will do: it is placed next`;
  if (reasons.size === 0) return 'there are no nodes';
  const parts = [...reasons].map(([name, { count, why }]) => `${name}: ${count} (${why})`);
  return `no node will do: ${parts.join('; ')}`;
}
