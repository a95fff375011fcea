import type {
  ClientsDefinition,
  ClusterAction,
  ClusterIntent,
  Config,
  Domain,
  Fault,
  StormDefinition,
} from '../../src/index.ts';
import { clusterClients } from '../../src/index.ts';
import { nodeCiphers } from '../../src/node-crypto/node-ciphers.ts';
import {
  isBadImage,
  type Surroundings,
  serviceFrom,
  volumeFrom,
} from '../../src/systems/orchestrator/client/wares.ts';
import { orchestratorProtocol } from '../../src/systems/orchestrator/cluster-protocol.ts';
import type { ServiceSpec } from '../../src/systems/orchestrator/specs/service-spec.ts';
import type { VolumeSpec } from '../../src/systems/orchestrator/specs/volume-spec.ts';
import { topologyOf } from '../../src/systems/orchestrator/topology.ts';
import { always, draws, weather } from '../common/weather.ts';

/** What the services of steered scenarios have around them. */
const around: Surroundings = {
  volumes: ['v0', 'v1', 'v2'],
  secrets: ['k0', 'k1', 'k2'],
  mostReplicas: 4,
  teams: [],
};

const mostDraws = 1_000_000;
/** Intents draw other numbers than the plan of the same seed. */
const intentSalt = 1_000_003;

/** The n-th draw, from 0, that stands for a service as it is asked for: intents carry draws alone. */
export function drawOf(
  wanted: (spec: ServiceSpec) => boolean,
  nth: number = 0,
  beside: Surroundings = around,
): number {
  let left = nth;
  for (let draw = 0; draw < mostDraws; draw++) {
    if (wanted(serviceFrom('any', draw, beside)) && left-- === 0) return draw;
  }
  throw new RangeError('no draw stands for such a service');
}

/** The first draw that stands for a volume as it is asked for. */
export function drawOfVolume(wanted: (spec: VolumeSpec) => boolean): number {
  for (let draw = 0; draw < mostDraws; draw++) if (wanted(volumeFrom('any', draw))) return draw;
  throw new RangeError('no draw stands for such a volume');
}

/** A service of several tasks that behaves well and needs nothing. */
export function isPlain({ mode, template }: ServiceSpec): boolean {
  if (mode.kind !== 'replicated' || mode.replicas < 3 || template.ports.length > 0) return false;
  if (template.placement.constraints.length > 0 || template.placement.maxPerNode > 0) return false;
  if (template.volumes.length > 0 || template.secrets.length > 0) return false;
  const { condition, maxAttempts } = template.restart;
  return !isBadImage(template.image) && condition === 'any' && maxAttempts === 0;
}

/** One action at a time, of one client after the other. */
export function at(atUs: number, action: ClusterAction, client: number = 0): ClusterIntent {
  return { client, atUs, fresh: true, ...action };
}

/** All reads that a client can make of a service, every so often. */
export function watching(
  service: string,
  fromUs: number,
  toUs: number,
  everyUs: number,
): ClusterIntent[] {
  const intents: ClusterIntent[] = [];
  for (let atUs = fromUs; atUs < toUs; atUs += everyUs) {
    intents.push(at(atUs, { do: 'list-tasks', service }, 1));
    intents.push({ ...at(atUs, { do: 'read-deployment', service }, 1), fresh: false });
    intents.push(at(atUs, { do: 'watch' }, 1));
  }
  return intents;
}

/** What every steered scenario fixes of its clients. */
const steered: Readonly<Record<string, Domain>> = {
  'clients.count': always(2),
  'clients.lanes': always(1),
  'cluster.volumeNames': always(3),
  'cluster.maxReplicas': always(4),
  'cluster.volumes': always(true),
  'cluster.secrets': always(true),
};

/**
 * Clients that do what is written for them, seed by seed.
 *
 * @param knobs settings of clients that are fixed besides
 */
export function steeredClients(
  intents: (draw: (bound: number) => number, config: Config) => readonly ClusterIntent[],
  knobs: Readonly<Record<string, Domain>> = {},
): ClientsDefinition {
  return clusterClients({
    protocol: orchestratorProtocol(nodeCiphers),
    workers: (config) => topologyOf(config).workers,
    knobs: { ...steered, ...knobs },
    intents: (config, seed) =>
      [...intents(draws(seed + intentSalt), config)].sort((one, other) => one.atUs - other.atUs),
  });
}

/** Now and then the leader is lost from so long after the start on, at some time within 4 s. */
export function leaderMayBeLost(fromUs: number): StormDefinition {
  return weather(
    'the leader is lost on the way, or not',
    'no damage',
    ['kill'],
    (draw): readonly Fault[] => {
      if (draw(2) === 0) return [];
      const when = { atUs: fromUs + draw(4_000_000) };
      const durationUs = 200_000 + draw(1_000_000);
      return [{ kind: 'kill', target: { role: 'leader' }, when, durationUs }];
    },
  );
}
