import { nodeCiphers } from '../../../src/node-crypto/node-ciphers.ts';
import { calmEnvironment } from '../../../src/sim/environment.ts';
import { KeyedChoices } from '../../../src/sim/keyed-choices.ts';
import { World } from '../../../src/sim/world.ts';
import { Machine } from '../../../src/systems/orchestrator/runtime/machine.ts';
import { workerComponent } from '../../../src/systems/orchestrator/worker/component.ts';
import type { Worker } from '../../../src/systems/orchestrator/worker/worker.ts';
import { Demands, images } from './demands.ts';
import { managerComponent, managers, Office } from './office.ts';
import { capacity, timings } from './storm.ts';

/** Workers and managers without any fault but those that a test makes. */
export class CalmWorld {
  readonly office: Office = new Office(timings, new Demands(0));
  readonly machines: readonly Machine[];
  readonly world: World;
  private readonly errors: unknown[] = [];

  constructor(workers: number) {
    this.machines = Array.from({ length: workers }, () => new Machine());
    const about = { token: 't', description: { architecture: 'amd64', capacity } } as const;
    this.world = new World({
      nodes: [
        ...this.machines.map((machine, index) => ({
          id: `n${index + 1}`,
          component: {
            ...workerComponent({
              ...{ managers, name: `w${index}x`, timings, ciphers: nodeCiphers, images },
              ...about,
            }),
            createMachine: () => machine,
          },
          zone: 'z',
          server: true,
        })),
        ...managers.map((id, index) => ({
          id,
          component: managerComponent(this.office, index),
          zone: 'clients',
          server: false,
        })),
      ],
      choices: new KeyedChoices({ kind: 'seed', seed: 1, overrides: [], forks: [] }),
      environment: calmEnvironment,
      paranoid: true,
      observer: { threw: (_node, error) => this.errors.push(error) },
    });
    this.world.begin();
  }

  run(forUs: number): void {
    this.world.runUntil(this.world.timeUs + forUs);
    if (this.errors.length > 0) throw this.errors[0];
  }

  worker(node: number): Worker {
    return this.world.state(node) as Worker;
  }

  /** Cuts a worker off from everybody, or lets it come back. */
  cut(node: number, by: 1 | -1): void {
    for (let other = 0; other < this.machines.length + managers.length; other++) {
      if (other === node) continue;
      this.world.link(node, other).cut += by;
      this.world.link(other, node).cut += by;
    }
    this.world.linksChanged();
  }

  /** The numbers of the containers that are alive on a node: others after a restart of them. */
  running(node: number, bound: boolean): number[] {
    const nowUs = this.world.monotonicUs(node);
    const all = this.machines[node]!.running(nowUs);
    return all.filter(({ spec }) => spec.bound === bound).map(({ number }) => number);
  }

  mounts(node: number): number {
    return this.machines[node]!.open(this.world.monotonicUs(node)).length;
  }
}
