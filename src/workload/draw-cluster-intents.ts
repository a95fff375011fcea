import fc from 'fast-check';
import { joinWords } from '../sim/hash.ts';
import type { ClusterAction, ClusterIntent } from './cluster-intents.ts';
import type { ClusterClientSettings, ClusterFeature } from './cluster-knobs.ts';
import { gap, type WorkloadTimes } from './draw-kv-intents.ts';

/** The raw draws of one intent: small independent integers. */
const draws = fc.tuple(
  fc.nat(839), // client: divides evenly by 2 to 8
  fc.nat(999), // gap before it
  fc.nat(9_999), // what it does
  fc.nat(9_999), // to which object
  fc.nat(9_999), // a detail
  fc.nat(99), // whether it reads of the leader
);
type Draws = readonly [number, number, number, number, number, number];

/** How often each kind comes, and which feature a seed must have for it. */
const kinds: readonly (readonly [
  what: ClusterAction['do'],
  weight: number,
  feature?: ClusterFeature,
])[] = [
  ['create-service', 26],
  ['read-service', 8],
  ['read-deployment', 3],
  ['list-tasks', 5],
  ['list-services', 2],
  ['list-nodes', 2],
  ['read-node', 1],
  ['metrics', 1],
  ['scale', 12, 'scaling'],
  ['deploy', 16, 'deployments'],
  ['deploy-bad', 5, 'failures'],
  ['tune', 4, 'tuning'],
  ['pause', 2, 'control'],
  ['resume', 4, 'control'],
  ['promote', 5, 'control'],
  ['rollback', 4, 'control'],
  ['remove-service', 6, 'removals'],
  ['drain', 5, 'drains'],
  ['pause-node', 2, 'drains'],
  ['activate', 7, 'drains'],
  ['create-volume', 4, 'volumes'],
  ['remove-volume', 2, 'volumes'],
  ['read-volume', 1, 'volumes'],
  ['put-secret', 7, 'secrets'],
  ['remove-secret', 2, 'secrets'],
  ['list-secrets', 1, 'secrets'],
  ['create-token', 2, 'trust'],
  ['rotate-token', 1, 'trust'],
  ['rotate-root', 1, 'trust'],
  ['rotate-keys', 2, 'trust'],
  ['watch', 8, 'watches'],
  ['put-quota', 7, 'quotas'],
  ['remove-quota', 2, 'quotas'],
  ['read-quota', 1, 'quotas'],
  ['take-backup', 3, 'backups'],
  ['restore', 2, 'backups'],
];

/** What opens and closes nodes: as often the one as the other. */
const nodeActions = ['drain', 'activate', 'pause-node', 'activate'] as const;

function actionOf(settings: ClusterClientSettings, drawn: Draws): ClusterAction {
  const [, , what, object, detail] = drawn;
  if (detail % 100 < settings.nodesPercent) {
    return { do: nodeActions[what % nodeActions.length]!, node: object };
  }
  const able = kinds.filter(([, , feature]) => feature === undefined || settings.has(feature));
  let rest = what % able.reduce((sum, [, weight]) => sum + weight, 0);
  const [kind] = able.find(([, weight]) => {
    rest -= weight;
    return rest < 0;
  })!;
  const isHot = object % 100 < settings.hotPercent;
  const service = `s${isHot ? 0 : Math.floor(object / 100) % settings.services}`;
  const volume = `v${Math.floor(object / 7) % settings.volumes}`;
  const quota = `q${Math.floor(object / 7) % 2}`;
  const secret = `k${Math.floor(object / 7) % 3}`;
  switch (kind) {
    case 'create-service':
    case 'deploy':
    case 'deploy-bad':
    case 'tune':
      return { do: kind, service, draw: detail };
    case 'scale':
      return { do: kind, service, replicas: detail % (settings.maxReplicas + 1) };
    case 'drain':
    case 'pause-node':
    case 'activate':
    case 'read-node':
      return { do: kind, node: object };
    case 'create-volume':
      return { do: kind, volume, draw: detail };
    case 'remove-volume':
    case 'read-volume':
      return { do: kind, volume };
    case 'put-quota':
      return { do: kind, quota, draw: detail };
    case 'remove-quota':
    case 'read-quota':
      return { do: kind, quota };
    case 'put-secret':
      return { do: kind, secret, draw: detail };
    case 'remove-secret':
      return { do: kind, secret };
    case 'list-services':
    case 'list-nodes':
    case 'list-secrets':
    case 'metrics':
    case 'create-token':
    case 'rotate-token':
    case 'rotate-root':
    case 'rotate-keys':
    case 'watch':
    case 'take-backup':
    case 'restore':
      return { do: kind };
    default:
      return { do: kind, service };
  }
}

function intentOf(settings: ClusterClientSettings, drawn: Draws, atUs: number): ClusterIntent {
  const base = {
    client: drawn[0] % settings.count,
    atUs,
    fresh: drawn[5] < settings.freshPercent,
  };
  if (drawn[2] >= 10_000 - 10 * settings.restarts) return { ...base, do: 'restart' };
  return { ...base, ...actionOf(settings, drawn) };
}

/** What there is to work with, before anything else. */
function firstActions(settings: ClusterClientSettings, atUs: number): ClusterIntent[] {
  const base = { client: 0, atUs, fresh: true };
  const first: ClusterIntent[] = [];
  if (settings.has('secrets')) {
    for (let at = 0; at < 3; at++) {
      first.push({ ...base, do: 'put-secret', secret: `k${at}`, draw: at });
    }
  }
  if (settings.has('volumes')) {
    for (let at = 0; at < settings.volumes; at++) {
      first.push({ ...base, do: 'create-volume', volume: `v${at}`, draw: at });
    }
  }
  return first;
}

/** Nodes are opened again when the storm is over, and all that clients can see is read. */
function lastActions(
  settings: ClusterClientSettings,
  nodes: number,
  { endUs, finalReadsUs }: WorkloadTimes,
): ClusterIntent[] {
  const last: ClusterIntent[] = [];
  for (let node = 0; node < nodes; node++) {
    const base = { client: 0, atUs: endUs, fresh: true };
    last.push({ ...base, do: 'activate', node });
  }
  for (let client = 0; client < 2; client++) {
    const base = { client, atUs: finalReadsUs + 1_000 * client, fresh: true };
    last.push({ ...base, do: 'list-services' }, { ...base, do: 'list-nodes' });
    for (let at = 0; at < settings.services; at++) {
      last.push({ ...base, do: 'read-service', service: `s${at}` });
      last.push({ ...base, do: 'list-tasks', service: `s${at}` });
    }
  }
  return last;
}

/**
 * Draws the intents of a run. Same inputs, same intents.
 *
 * @param nodes how many workers there are
 */
export function drawClusterIntents(
  settings: ClusterClientSettings,
  nodes: number,
  times: WorkloadTimes,
  seed: number,
): readonly ClusterIntent[] {
  const count = settings.operations;
  const list = fc.noBias(fc.array(draws, { minLength: count, maxLength: count, size: 'max' }));
  // fast-check takes 32 bits of seed and hardly mixes them: neighbours must not be alike.
  const word = joinWords(Math.floor(seed / 2 ** 32), seed | 0);
  const [drawn = []] = fc.sample(list, { seed: word, numRuns: 1 });
  let total = 0;
  for (const one of drawn) total += gap(settings.shape, one[1]);
  const endUs = settings.loadedSettling ? times.settleUs : times.endUs;
  const unitUs = (endUs - times.startUs) / Math.max(1, total);
  const intents: ClusterIntent[] = firstActions(settings, times.startUs);
  let passed = 0;
  for (const one of drawn) {
    passed += gap(settings.shape, one[1]);
    intents.push(intentOf(settings, one, times.startUs + Math.round(passed * unitUs)));
  }
  intents.push(...lastActions(settings, nodes, { ...times, endUs }));
  return intents;
}
