import type { WorldView } from '../../../src/index.ts';
import type { Container, Machine } from '../../../src/systems/orchestrator/runtime/machine.ts';
import type { Worker } from '../../../src/systems/orchestrator/worker/worker.ts';

/** What is true of a node, whether its agent lives or not. */
export interface Place {
  readonly machine: Machine;
  /** Id of the node in the store, as its agent last knew it. */
  member: string;
}

/** The machines of all workers, as they are met. */
export class Truth {
  readonly places: Map<number, Place> = new Map();

  meet(node: number, worker: Worker): Place {
    let place = this.places.get(node);
    if (place === undefined) {
      place = { machine: worker.core.options.machine, member: '' };
      this.places.set(node, place);
    }
    place.member = worker.core.state.member.node;
    return place;
  }

  /** The nodes where each exclusive volume is open now. */
  open(world: WorldView): Map<string, number[]> {
    const all = new Map<string, number[]>();
    for (const [node, { machine }] of this.places) {
      for (const { volume } of machine.open(world.monotonicUs(node))) add(all, volume, node);
    }
    return all;
  }

  /** The containers that may be doing something now, by their slots. */
  slots(world: WorldView): Map<string, { node: number; container: Container }[]> {
    const all = new Map<string, { node: number; container: Container }[]>();
    for (const [node, { machine }] of this.places) {
      for (const container of machine.running(world.monotonicUs(node))) {
        add(all, `${container.spec.service}/${container.spec.slot}`, { node, container });
      }
    }
    return all;
  }
}

function add<T>(all: Map<string, T[]>, key: string, value: T): void {
  const found = all.get(key);
  if (found === undefined) all.set(key, [value]);
  else found.push(value);
}
