import { orchestratorLadder } from '../../invariants/orchestrator/ladder.ts';
import {
  type ClusterIntent,
  calm,
  clusterClients,
  type Fault,
  type Scenario,
  scenario,
  seconds,
} from '../../src/index.ts';
import { nodeCiphers } from '../../src/node-crypto/node-ciphers.ts';
import { standardImages } from '../../src/systems/orchestrator/client/wares.ts';
import { orchestratorProtocol } from '../../src/systems/orchestrator/cluster-protocol.ts';
import { orchestrator } from '../../src/systems/orchestrator/orchestrator.ts';
import { always } from '../common/weather.ts';
import { at, drawOf, isPlain } from './steering.ts';

/** How large a cluster is. */
export interface Scale {
  readonly workers: number;
  readonly services: number;
  /** Tasks of each service: 2 to 10. */
  readonly replicas: number;
}

const managers = 3;
const clients = 4;
const phases = { form: seconds(4), storm: seconds(26), settle: seconds(60) } as const;
const room = { cpuMillis: 64_000, memoryBytes: 2 ** 38 };

/** A service of so many tasks that wants nothing but a place. */
function plainDraw(replicas: number): number {
  const around = { volumes: [], secrets: [], mostReplicas: replicas, teams: [] };
  return drawOf(
    (spec) => {
      const { mode, template, update } = spec;
      const { reservations, limits, health } = template;
      const isLight = reservations.cpuMillis === 0 && reservations.memoryBytes === 0;
      const isSized = mode.kind === 'replicated' && mode.replicas === replicas;
      const isSimple = health === null && template.disconnect.kind === 'keep';
      const { strategy } = update;
      const isRolling = strategy.kind === 'rolling' && strategy.parallelism === 0;
      return (
        isPlain(spec) && isLight && limits.memoryBytes === 0 && isSized && isSimple && isRolling
      );
    },
    0,
    around,
  );
}

/** A log as one would set it up: batches and pipelines so small that bugs show are for storms. */
const usualRaft = Object.fromEntries(
  Object.entries(orchestrator({ ciphers: nodeCiphers, images: standardImages }).knobs).flatMap(
    ([path, domain]) =>
      path.startsWith('raft.') && domain.kind === 'one of'
        ? [[path, always(domain.values[0]!)]]
        : [],
  ),
);

/** In the middle of it, when workers have begun to say what they start, the leader dies. */
function leaderLoss(workers: number): Fault {
  return {
    kind: 'kill',
    target: { role: 'leader' },
    when: { event: 'receive:report', nth: workers, notBeforeUs: phases.form, afterUs: 0 },
    durationUs: seconds(3),
  };
}

/**
 * A cluster that deploys all its services as fast as they are taken, loses its leader in the middle,
 * settles, and deploys some of them anew.
 */
export function atScale({ workers, services, replicas }: Scale): Scenario {
  const draw = plainDraw(replicas);
  return scenario({
    summary: `${workers} workers, ${services} services, ${services * replicas} tasks`,
    system: orchestrator({
      ciphers: nodeCiphers,
      images: standardImages,
      machine: () => ({ architecture: 'amd64', capacity: room }),
      knobs: {
        ...usualRaft,
        nodes: always(managers + workers),
        'orchestrator.managers': always(managers),
        'orchestrator.batch': always(128),
        'orchestrator.batchUs': always(100_000),
        // Each task has one: few are for storms.
        'orchestrator.taskAddresses': always(65_534),
        // What SwarmKit takes.
        'raft.snapshotEntries': always(10_000),
        'orchestrator.beatUs': always(5_000_000),
        'orchestrator.leaseUs': always(15_000_000),
        'orchestrator.downUs': always(15_500_000),
      },
    }),
    clients: clusterClients({
      protocol: orchestratorProtocol(nodeCiphers),
      workers: () => workers,
      phases: { formUs: phases.form, stormUs: phases.storm, settleUs: phases.settle },
      knobs: {
        'clients.count': always(clients),
        'clients.lanes': always(3),
        'cluster.maxReplicas': always(replicas),
        'cluster.volumes': always(false),
        'cluster.secrets': always(false),
      },
      intents: () => everything(services, draw),
    }),
    storm: calm(),
    plan: [leaderLoss(workers)],
    ladder: orchestratorLadder,
    phases,
    stepLimit: 50_000_000,
  });
}

function everything(services: number, draw: number): readonly ClusterIntent[] {
  const intents: ClusterIntent[] = [];
  for (let number = 0; number < services; number++) {
    const service = `s${number}`;
    intents.push(at(phases.form, { do: 'create-service', service, draw }, number % clients));
  }
  // A hundredth of them changes when all is there.
  for (let number = 0; number < services; number += 100) {
    const service = `s${number}`;
    intents.push(at(seconds(24), { do: 'deploy', service, draw: 3 }, number % clients));
  }
  return intents;
}
