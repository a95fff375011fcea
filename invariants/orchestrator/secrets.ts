import { broken, held, type Outcome, premiseFalse, rung, type WorldView } from '../../src/index.ts';
import type { Assign } from '../../src/systems/orchestrator/messages/worker-messages.ts';
import { contains, disguises } from './disguises.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import { hasEnded, isOnNode, isWanted } from './task-words.ts';

/** Values that workers hold in memory have shorter ones among them by chance. */
const leastBytes = 6;

/** What is known of secret values, all of them from the memory of workers. */
interface Canaries {
  /** In all their disguises, by name and version. */
  readonly values: Map<string, readonly Uint8Array[]>;
}

/** The first place on a disk where a value stands; undefined: nowhere. */
function onDisk(world: WorldView, node: number, value: readonly Uint8Array[]): string | undefined {
  const disk = world.disk(node);
  for (const file of disk.cachedFiles()) {
    const images = disk.images(file);
    if (images === undefined) continue;
    const bytes = images.cached.subarray(0, images.cachedLength);
    if (value.some((disguise) => contains(bytes, disguise))) return file;
  }
  return undefined;
}

export const noPlaintext = rung<OrchestratorMoment, Canaries>({
  id: 'S12',
  title: 'no plaintext',
  statement:
    'The value of a secret stands on no disk and in no message, raw, in hex, in base64 or escaped; it is in memory alone.',
  source: 'Warren (W13, W14); SwarmKit 2d5a6c591; Kubernetes, encryption at rest',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['worker', 'send:assign', 'phase', 'end'],
  ghost: () => ({ values: new Map() }),
  check({ facts, worker, message, node }, { values }): Outcome {
    if (message !== undefined) return inMessage(message as Assign, values, node);
    if (worker !== undefined) return learn(facts, values, node);
    return everywhere(facts, values);
  },
});

/** Values that a worker was given since; each is looked for at once where it is most likely. */
function learn({ world }: OrchestratorFacts, values: Canaries['values'], node: number): Outcome {
  const { secrets } = (world.state(node) as OrchestratorMoment['worker'])!.core;
  let outcome: Outcome = premiseFalse;
  for (const key of secrets.keys()) {
    if (values.has(key)) continue;
    const value = secrets.get(key)!;
    if (value.length < leastBytes) continue;
    const forms = disguises(value.slice());
    values.set(key, forms);
    const file = onDisk(world, node, forms);
    if (file !== undefined) return broken({ nodes: [node], values: { secret: key, file } });
    outcome = held;
  }
  return outcome;
}

function inMessage({ secrets, tasks }: Assign, values: Canaries['values'], node: number): Outcome {
  let outcome: Outcome = premiseFalse;
  for (const { name, version, sealed } of secrets) {
    const forms = values.get(`${name}/${version}`) ?? [];
    if (forms.some((form) => contains(sealed, form))) {
      return broken({ nodes: [node], values: { secret: name, message: 'assign' } });
    }
    outcome = held;
  }
  if (outcome === held && tasks.length === 0) return held;
  return outcome;
}

function everywhere({ world }: OrchestratorFacts, values: Canaries['values']): Outcome {
  if (values.size === 0) return premiseFalse;
  for (let node = 0; node < world.serverCount; node += 1) {
    for (const [secret, forms] of values) {
      const file = onDisk(world, node, forms);
      if (file !== undefined) return broken({ nodes: [node], values: { secret, file } });
    }
  }
  return held;
}

export const secretsStayInScope = rung<OrchestratorMoment>({
  id: 'S13',
  title: 'scope of secrets',
  statement:
    'A secret goes only to a node that has a live task which names it, and its value is gone from memory there when the last of them is over.',
  source: 'SwarmKit, assignments by task; Warren, one key for all (W13)',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['worker', 'send:assign'],
  check(moment): Outcome {
    const { message, worker, node } = moment;
    if (message !== undefined) return delivered(moment, message as Assign);
    if (worker === undefined || worker.core.secrets.size === 0) return premiseFalse;
    const needed = new Set<string>();
    for (const { assigned, status } of worker.core.state.tasks.values()) {
      if (hasEnded(status.observed)) continue;
      for (const [at, { source }] of assigned.spec.template.secrets.entries()) {
        needed.add(`${source}/${assigned.secrets[at] ?? 0}`);
      }
    }
    for (const key of worker.core.secrets.keys()) {
      if (!needed.has(key)) return broken({ nodes: [node], values: { kept: key } });
    }
    return held;
  },
});

function delivered({ facts, peer, node }: OrchestratorMoment, { secrets, to }: Assign): Outcome {
  const { oracle, members } = facts;
  // A leader that has not applied the newest entries yet goes by those before.
  if (secrets.length === 0 || to !== oracle.last) return premiseFalse;
  const { state, past } = oracle;
  const id = members.idOf(peer);
  const named = new Set<string>();
  for (const task of past.on(id)) {
    const { service, revision, observed, desired } = state!.tasks.get(task)!;
    if (!isOnNode(observed) || !isWanted({ desired })) continue;
    const { spec, secrets: versions } = state!.revisions.get(service, revision)!;
    for (const [at, { source }] of spec.template.secrets.entries()) {
      named.add(`${source}/${versions[at]}`);
    }
  }
  for (const { name, version } of secrets) {
    if (named.has(`${name}/${version}`)) continue;
    return broken({ nodes: [node, peer], values: { secret: name, version, node: id } });
  }
  return held;
}
