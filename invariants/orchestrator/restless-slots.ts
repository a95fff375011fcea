import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import type { OrchestratorFacts } from './moment.ts';
import { slotName } from './store-past.ts';

/** A place of a task within a service. */
export interface SlotOf {
  readonly service: string;
  readonly slot: string;
}

/**
 * The slots that a rung still has to look at: those of which something has changed since it found
 * nothing to wait for. So a pulse costs what has happened, and not all tasks.
 */
export class RestlessSlots {
  readonly #restless: Map<string, SlotOf> = new Map();
  readonly #calm: Set<string> = new Set();
  #slotsRead = 0;
  #machinesRead = 0;
  #servicesRead = 0;

  /** Takes in what has changed since the last look. */
  follow({ objects, machines }: OrchestratorFacts, state: ClusterState): void {
    const { changedSlots, changedServices } = objects;
    for (; this.#slotsRead < changedSlots.length; this.#slotsRead += 1) {
      this.#trouble(changedSlots[this.#slotsRead]!);
    }
    for (; this.#machinesRead < machines.changedSlots.length; this.#machinesRead += 1) {
      this.#trouble(machines.changedSlots[this.#machinesRead]!);
    }
    for (; this.#servicesRead < changedServices.length; this.#servicesRead += 1) {
      const service = changedServices[this.#servicesRead]!;
      const mode = state.services.get(service)?.spec.mode;
      if (mode?.kind !== 'replicated') continue;
      for (let number = 1; number <= mode.replicas; number += 1) {
        this.#trouble({ service, slot: String(number) });
      }
    }
  }

  #trouble(slot: SlotOf): void {
    const name = slotName(slot.service, slot.slot);
    this.#restless.set(name, slot);
    this.#calm.delete(name);
  }

  [Symbol.iterator](): IterableIterator<[string, SlotOf]> {
    return this.#restless.entries();
  }

  /** Nothing of it can become wrong unless something changes. */
  calms(name: string): void {
    this.#restless.delete(name);
    this.#calm.add(name);
  }

  /** Nobody wants it any more, until its service changes. */
  drop(name: string): void {
    this.#restless.delete(name);
  }

  /** Whether some slot is as it should be. */
  get someAreCalm(): boolean {
    return this.#calm.size > 0;
  }
}
