import type { WorldView } from '../../src/index.ts';
import type {
  ContainerPhase,
  Mount,
} from '../../src/systems/orchestrator/runtime/container-runtime.ts';
import type { Container, Machine } from '../../src/systems/orchestrator/runtime/machine.ts';
import type { SlotOf } from './restless-slots.ts';
import { slotName } from './store-past.ts';

/** A container on a machine. */
export interface Place {
  readonly node: number;
  readonly machine: Machine;
  readonly container: Container;
}

/** What a step did to a container. */
export interface ContainerChange extends Place {
  /** Undefined: it was started in this step. */
  readonly before: ContainerPhase | undefined;
}

/** A mount that a step opened. */
export interface MountChange {
  readonly node: number;
  readonly mount: Mount;
}

interface Seen {
  readonly place: Place;
  phase: ContainerPhase;
}

interface Mirror {
  readonly machine: Machine;
  /** By number. */
  readonly containers: Map<number, Seen>;
  readonly mounts: Set<Mount>;
}

/**
 * Containers and mounts of all machines, by what they are for. A step at a worker costs the containers
 * of its machine. Whether one is doing something is asked of the machine itself, at the moment when
 * somebody wants to know: nothing steps on a machine whose agent is dead.
 */
export class Machines {
  readonly #world: WorldView;
  readonly #mirrors: (Mirror | undefined)[] = [];
  readonly #slots: Map<string, Set<Place>> = new Map();
  readonly #tasks: Map<string, Set<Place>> = new Map();
  readonly #volumes: Map<string, Map<number, Mount>> = new Map();
  /** The slot of each container that began, changed or vanished, in their order. */
  readonly changedSlots: SlotOf[] = [];

  constructor(world: WorldView) {
    this.#world = world;
  }

  /** Looks at a machine after a step of its node. */
  follow(node: number, machine: Machine, changes: ContainerChange[], opened: MountChange[]): void {
    let mirror = this.#mirrors[node];
    if (mirror?.machine !== machine) {
      mirror = { machine, containers: new Map(), mounts: new Set() };
      this.#mirrors[node] = mirror;
    }
    for (const container of machine.containers.values()) {
      const seen = mirror.containers.get(container.number);
      if (seen?.phase === container.phase) continue;
      if (seen === undefined) changes.push(this.#meet(mirror, node, container));
      else {
        changes.push({ ...seen.place, before: seen.phase });
        this.changedSlots.push(container.spec);
        seen.phase = container.phase;
        if (container.phase === 'exited') this.#unlink(seen.place);
      }
    }
    if (mirror.containers.size > machine.containers.size) this.#forget(mirror);
    this.#followMounts(mirror, node, opened);
  }

  #meet(mirror: Mirror, node: number, container: Container): ContainerChange {
    const place = { node, machine: mirror.machine, container };
    mirror.containers.set(container.number, { place, phase: container.phase });
    this.changedSlots.push(container.spec);
    if (container.phase !== 'exited') {
      const { id, service, slot } = container.spec;
      link(this.#slots, slotName(service, slot), place);
      link(this.#tasks, id, place);
    }
    return { ...place, before: undefined };
  }

  #forget({ machine, containers }: Mirror): void {
    for (const [number, { place }] of containers) {
      if (machine.containers.get(place.container.spec.id) === place.container) continue;
      containers.delete(number);
      this.changedSlots.push(place.container.spec);
      this.#unlink(place);
    }
  }

  #unlink(place: Place): void {
    const { id, service, slot } = place.container.spec;
    unlink(this.#slots, slotName(service, slot), place);
    unlink(this.#tasks, id, place);
  }

  #followMounts({ machine, mounts }: Mirror, node: number, opened: MountChange[]): void {
    if (mounts.size === 0 && machine.mounts.size === 0) return;
    for (const mount of mounts) {
      if (machine.mounts.get(mount.volume) === mount) continue;
      mounts.delete(mount);
      this.#volumes.get(mount.volume)?.delete(node);
    }
    for (const mount of machine.mounts.values()) {
      if (mounts.has(mount)) continue;
      mounts.add(mount);
      const holders = this.#volumes.get(mount.volume) ?? new Map<number, Mount>();
      holders.set(node, mount);
      this.#volumes.set(mount.volume, holders);
      opened.push({ node, mount });
    }
  }

  machine(node: number): Machine | undefined {
    return this.#mirrors[node]?.machine;
  }

  /** Its processes may be doing something now. */
  isAlive({ node, machine, container }: Place): boolean {
    if (machine.containers.get(container.spec.id) !== container) return false;
    return machine.alive(container, this.#world.monotonicUs(node));
  }

  /** Containers of a slot that may be doing something now. */
  *inSlot(name: string): Generator<Place> {
    for (const place of this.#slots.get(name) ?? []) if (this.isAlive(place)) yield place;
  }

  /** Containers of a task that may be doing something now. */
  *ofTask(task: string): Generator<Place> {
    for (const place of this.#tasks.get(task) ?? []) if (this.isAlive(place)) yield place;
  }

  /** Machines that have a volume open now, with their mounts. */
  *holders(volume: string): Generator<readonly [number, Mount]> {
    for (const [node, mount] of this.#volumes.get(volume) ?? []) {
      const machine = this.#mirrors[node]!.machine;
      if (machine.mounts.get(volume) !== mount) continue;
      if (machine.isOpen(mount, this.#world.monotonicUs(node))) yield [node, mount];
    }
  }

  /** Slots with containers that have not ended. */
  slots(): IterableIterator<string> {
    return this.#slots.keys();
  }
}

function link(all: Map<string, Set<Place>>, key: string, place: Place): void {
  const set = all.get(key);
  if (set === undefined) all.set(key, new Set([place]));
  else set.add(place);
}

function unlink(all: Map<string, Set<Place>>, key: string, place: Place): void {
  const set = all.get(key);
  if (set === undefined) return;
  for (const one of set) if (one.container === place.container) set.delete(one);
  if (set.size === 0) all.delete(key);
}
