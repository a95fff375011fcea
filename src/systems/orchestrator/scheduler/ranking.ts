import type { ServiceSpec } from '../specs/service-spec.ts';
import type { ClusterState } from '../state/state.ts';
import { type Ask, rejection } from './filters.ts';
import type { Plan } from './plan.ts';
import { type Candidate, give, precedes, rate } from './schedule.ts';

/**
 * Whether a task changes nothing but its own node for the tasks of its group that come after it. One that
 * is spread over zones, takes a volume or must not stand beside its like changes what others are worth.
 */
export function isAloneOnItsNode({ template: { placement, volumes } }: ServiceSpec): boolean {
  const { preferences, maxPerNode } = placement;
  return preferences.length === 0 && maxPerNode === 0 && volumes.length === 0;
}

interface Ranked extends Candidate {
  /** Position among the nodes: of those that are as good the first one is taken. */
  readonly at: number;
}

/**
 * The nodes in the order in which tasks of one group are put on them: a binary heap. It chooses what
 * `placeTask` would; but that looks at each node for each task, and this at each node once, and then
 * at those alone that it gives out.
 *
 * For specs of which `isAloneOnItsNode` is true, as long as nothing else adds to the plan.
 * The idea is that of SwarmKit's scheduler, which keeps the best nodes of a group of tasks in a heap.
 */
export class Ranking {
  private readonly state: ClusterState;
  private readonly plan: Plan;
  private readonly nowUs: number;
  private readonly heap: Ranked[] = [];

  constructor(state: ClusterState, plan: Plan, nodes: readonly string[], ask: Ask, nowUs: number) {
    this.state = state;
    this.plan = plan;
    this.nowUs = nowUs;
    for (const [at, id] of nodes.entries()) {
      if (this.willDo(id, ask)) this.heap.push(this.rated(id, at, ask));
    }
    for (let at = (this.heap.length >> 1) - 1; at >= 0; at -= 1) this.sink(at);
  }

  /** The node on which a task of the group is put, or null when none will do. Adds to the plan. */
  place(ask: Ask): string | null {
    const { heap } = this;
    for (let best = heap[0]; best !== undefined; best = heap[0]) {
      if (this.willDo(best.id, ask)) {
        give(this.state, this.plan, best.id, ask);
        heap[0] = this.rated(best.id, best.at, ask);
        this.sink(0);
        return best.id;
      }
      // What a plan has no room for it has none for later.
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
      this.sink(0);
    }
    return null;
  }

  private willDo(id: string, ask: Ask): boolean {
    const node = this.state.nodes.get(id);
    return node !== undefined && rejection(this.state, this.plan, id, node, ask) === null;
  }

  private rated(id: string, at: number, ask: Ask): Ranked {
    const node = this.state.nodes.get(id)!;
    const { ranks } = rate(this.state, this.plan, id, node, ask, [], this.nowUs);
    return { id, ranks, at };
  }

  private sink(from: number): void {
    const { heap } = this;
    for (let at = from; ; ) {
      let first = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child += 1) {
        if (comesBefore(heap[child]!, heap[first]!)) first = child;
      }
      if (first === at) return;
      const moved = heap[at]!;
      heap[at] = heap[first]!;
      heap[first] = moved;
      at = first;
    }
  }
}

function comesBefore(a: Ranked, b: Ranked): boolean {
  if (precedes(a.ranks, b.ranks)) return true;
  return a.at < b.at && !precedes(b.ranks, a.ranks);
}
