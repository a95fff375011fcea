import { changeFaults } from '../specs/change.ts';
import type { SpecFault } from '../specs/fault.ts';
import { type Referable, referenceFaults } from '../specs/references.ts';
import { type Resource, type ResourceKind, sameSpec } from '../specs/resource.ts';
import { changedFields } from './changed-fields.ts';
import { type Wish, wishedNode, wishedSecret, wishName } from './wish.ts';

/** Something that is there, at the version that compare-and-set goes by. */
export interface Standing {
  readonly version: number;
  readonly resource: Resource;
}

/** What is there, as of one index. */
export interface Current {
  find(kind: ResourceKind, name: string): Standing | undefined;
  /** The name of the service that has a published port, or undefined. */
  publisher(hostPort: number, protocol: string): string | undefined;
}

/** The keyed digest of a secret's value, 32 bytes. The key is the managers'. */
export type FingerprintOf = (name: string, value: Uint8Array) => Uint8Array;

/** One change to be asked for. */
export interface ApplyRequest {
  readonly resource: Resource;
  /** 0: create, there must be none; else update, the version must still be this. */
  readonly version: number;
  /** Of a secret whose value is new, else null. To be sealed before it goes anywhere. */
  readonly value: Uint8Array | null;
}

export interface PlanStep {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly action: 'create' | 'update' | 'unchanged';
  /** What differs, by the names of the specification; a secret's value is `fingerprint`. */
  readonly changes: readonly string[];
}

export interface PlanFault {
  /** Which wish, from 0. */
  readonly at: number;
  readonly fault: SpecFault;
}

/** What applying comes down to. With faults there is nothing to do at all. */
export interface ApplyPlan {
  /** In the order of the wishes. */
  readonly steps: readonly PlanStep[];
  /** What others refer to stands first. To be committed together, so that half of it never is. */
  readonly requests: readonly ApplyRequest[];
  readonly faults: readonly PlanFault[];
}

/** Services refer to everything else, volumes to nodes. A quota counts for services that come with it. */
const order: readonly ResourceKind[] = ['node', 'secret', 'volume', 'quota', 'service'];

/**
 * Compares what is wanted with what is there. What is there and not wanted stays: a file says what it
 * says, and is silent about the rest. Planned again after it was applied, a plan has no request.
 */
export function planApply(
  wishes: readonly Wish[],
  current: Current,
  fingerprintOf: FingerprintOf,
): ApplyPlan {
  const resources = wishes.map((wish) => desired(wish, current, fingerprintOf));
  const together = new Together(resources, current);
  const faults: PlanFault[] = [];
  const steps: PlanStep[] = [];
  const requests: ApplyRequest[] = [];
  for (const [at, wish] of wishes.entries()) {
    const resource = resources[at]!;
    const standing = current.find(wish.kind, wishName(wish));
    const wrong = [
      ...presenceFaults(wish, standing),
      ...referenceFaults(resource, together),
      ...(standing === undefined ? [] : changeFaults(standing.resource, resource)),
    ];
    for (const fault of wrong) faults.push({ at, fault });
    steps.push(stepFor(wish, resource, standing));
    if (standing !== undefined && sameSpec(standing.resource, resource)) continue;
    requests.push({
      resource,
      version: standing?.version ?? 0,
      value: newValue(wish, resource, standing),
    });
  }
  if (faults.length > 0) return { steps: [], requests: [], faults };
  const rank = (request: ApplyRequest): number => order.indexOf(request.resource.kind);
  return { steps, requests: requests.sort((a, b) => rank(a) - rank(b)), faults };
}

function desired(wish: Wish, current: Current, fingerprintOf: FingerprintOf): Resource {
  if (wish.kind === 'secret') return wishedSecret(wish, fingerprintOf(wish.name, wish.value));
  if (wish.kind !== 'node') return wish;
  const standing = current.find('node', wish.name)?.resource;
  return wishedNode(wish, standing?.kind === 'node' ? standing.spec.role : 'worker');
}

function presenceFaults(wish: Wish, standing: Standing | undefined): readonly SpecFault[] {
  if (wish.kind !== 'node' || standing !== undefined) return [];
  const what = `there is no node ${wish.name}`;
  return [{ field: 'metadata.name', what, right: 'a node comes by joining, not by a manifest' }];
}

function stepFor(wish: Wish, resource: Resource, standing: Standing | undefined): PlanStep {
  const about = { kind: wish.kind, name: wishName(wish) };
  if (standing === undefined) return { ...about, action: 'create', changes: [] };
  const changes = changedFields(standing.resource.spec, resource.spec);
  return { ...about, action: changes.length === 0 ? 'unchanged' : 'update', changes };
}

function newValue(
  wish: Wish,
  resource: Resource,
  standing: Standing | undefined,
): Uint8Array | null {
  if (wish.kind !== 'secret' || resource.kind !== 'secret') return null;
  const before = standing?.resource;
  if (before?.kind !== 'secret') return wish.value;
  const changes = changedFields(before.spec.fingerprint, resource.spec.fingerprint);
  return changes.length > 0 ? wish.value : null;
}

/** What will be there when all wishes are granted. */
class Together implements Referable {
  private readonly current: Current;
  private readonly wished: ReadonlyMap<string, Resource>;
  private readonly publishers: Map<string, string> = new Map();

  constructor(resources: readonly Resource[], current: Current) {
    this.current = current;
    this.wished = new Map(resources.map((one) => [`${one.kind} ${one.spec.name}`, one]));
    for (const { kind, spec } of resources) {
      if (kind !== 'service') continue;
      for (const { publish, hostPort, protocol } of spec.template.ports) {
        const key = `${hostPort}/${protocol}`;
        const taken = publish !== 'ingress' || hostPort === 0 || this.publishers.has(key);
        if (!taken) this.publishers.set(key, spec.name);
      }
    }
  }

  private find(kind: ResourceKind, name: string): Resource | undefined {
    return this.wished.get(`${kind} ${name}`) ?? this.current.find(kind, name)?.resource;
  }

  hasSecret(name: string): boolean {
    return this.find('secret', name) !== undefined;
  }

  /** A wish brings no node. */
  hasNode(name: string): boolean {
    return this.current.find('node', name) !== undefined;
  }

  volume(name: string): (Resource & { readonly kind: 'volume' })['spec'] | undefined {
    const found = this.find('volume', name);
    return found?.kind === 'volume' ? found.spec : undefined;
  }

  publisher(hostPort: number, protocol: string): string | undefined {
    const standing = this.current.publisher(hostPort, protocol);
    // A service that is wished for has the ports that its wish says, no more.
    if (standing !== undefined && !this.wished.has(`service ${standing}`)) return standing;
    return this.publishers.get(`${hostPort}/${protocol}`);
  }
}
