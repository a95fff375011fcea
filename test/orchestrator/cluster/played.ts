import { raftOfManagers } from '../../../invariants/orchestrator/raft-of-managers.ts';
import { cluster } from '../../../scenarios/orchestrator/setting.ts';
import { at, steeredClients } from '../../../scenarios/orchestrator/steering.ts';
import { type ClusterAction, type ClusterHistory, calm, scenario } from '../../../src/index.ts';
import { calmConfig } from '../../../src/run/draw-config.ts';
import { nodeHost } from '../../../src/run/host.ts';
import { prepareRun } from '../../../src/run/prepare-run.ts';
import { installTrap } from '../../../src/run/trap.ts';
import type { ManagerNode } from '../../../src/systems/orchestrator/manager/manager-component.ts';
import type { Container } from '../../../src/systems/orchestrator/runtime/machine.ts';
import type { ClusterState } from '../../../src/systems/orchestrator/state/state.ts';
import { secretKey } from '../../../src/systems/orchestrator/worker/secret-store.ts';
import type { Worker } from '../../../src/systems/orchestrator/worker/worker.ts';

export const second = 1_000_000;

/** Something that a client asks for at a time. */
export type Demand = ClusterAction & { readonly atUs: number };

const managers = 3;
const workers = 5;

/** A cluster of three managers and five workers as it is after some seconds without any fault. */
export class Played {
  readonly state: ClusterState;
  readonly workers: readonly Worker[];
  readonly history: ClusterHistory;
  readonly digest: string;

  private constructor(from: Pick<Played, 'state' | 'workers' | 'history' | 'digest'>) {
    this.state = from.state;
    this.workers = from.workers;
    this.history = from.history;
    this.digest = from.digest;
  }

  static async to(
    seconds: number,
    demands: readonly Demand[],
    paranoid: boolean = false,
  ): Promise<Played> {
    installTrap();
    const played = scenario({
      summary: 'a calm cluster that a test looks at',
      system: cluster(),
      clients: steeredClients(() => demands.map(({ atUs, ...action }) => at(atUs, action))),
      storm: calm(),
      ladder: raftOfManagers,
      phases: { form: second, storm: (seconds - 1) * second, settle: 0 },
      fixed: { nodes: managers + workers, 'orchestrator.managers': managers },
    });
    return await nodeHost.slice((drain) => {
      let history: ClusterHistory | undefined;
      const run = prepareRun(
        played,
        { seed: 1, settings: calmConfig(played) },
        {
          paranoid,
          onHistory: (made) => {
            history = made as ClusterHistory;
          },
        },
        drain,
      );
      run.advance(Number.POSITIVE_INFINITY, seconds * second - 1);
      const { world } = run;
      const states = Array.from(
        { length: managers },
        (_, node) => world.state(node) as ManagerNode,
      );
      const newest = states.sort((a, b) => b.machine.applied - a.machine.applied)[0]!;
      return new Played({
        state: newest.service.machine.state,
        workers: Array.from(
          { length: workers },
          (_, worker) => world.state(managers + worker) as Worker,
        ),
        history: history!,
        digest: world.digest,
      });
    });
  }

  /** The containers of a service that may be doing something. */
  containers(name: string): Container[] {
    const service = this.state.named('service', name);
    return this.workers
      .flatMap(({ core }) => core.options.machine.running(core.env.clock.monotonicUs()))
      .filter(({ spec }) => spec.service === service);
  }

  workersWith(name: string): Worker[] {
    const service = this.state.named('service', name);
    return this.workers.filter(({ core }) =>
      [...core.state.tasks.values()].some(({ assigned }) => assigned.service === service),
    );
  }

  /** What the workers with tasks of a service have of a version of a secret. */
  secretsOf(service: string, name: string, version: number): (Uint8Array | undefined)[] {
    return this.workersWith(service).map(({ core }) =>
      core.secrets.get(secretKey({ name, version })),
    );
  }
}
