import type { SpecFault } from '../specs/fault.ts';
import type { Labels } from '../specs/labels.ts';
import type { NodeRole, NodeSpec } from '../specs/node-spec.ts';
import type { QuotaSpec } from '../specs/quota-spec.ts';
import { type Resource, specFaults } from '../specs/resource.ts';
import { fingerprintBytes } from '../specs/secret-spec.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import type { VolumeSpec } from '../specs/volume-spec.ts';

/** What somebody wants to be there: a specification, as far as a manifest can say it. */
export type Wish =
  | { readonly kind: 'service'; readonly spec: ServiceSpec }
  | ({ readonly kind: 'node' } & Omit<NodeSpec, 'role'>)
  | {
      readonly kind: 'secret';
      readonly name: string;
      readonly labels: Labels;
      readonly value: Uint8Array;
    }
  | { readonly kind: 'volume'; readonly spec: VolumeSpec }
  | { readonly kind: 'quota'; readonly spec: QuotaSpec };

export function wishName(wish: Wish): string {
  return 'spec' in wish ? wish.spec.name : wish.name;
}

/** All that is wrong with a wish by itself. */
export function wishFaults(wish: Wish): readonly SpecFault[] {
  switch (wish.kind) {
    case 'service':
    case 'volume':
    case 'quota':
      return specFaults(wish);
    case 'node':
      return specFaults(wishedNode(wish, 'worker'));
    case 'secret':
      return specFaults(wishedSecret(wish, new Uint8Array(fingerprintBytes)));
  }
}

/** A node as it is wished; its role is no matter of manifests. */
export function wishedNode(wish: Wish & { readonly kind: 'node' }, role: NodeRole): Resource {
  const { name, labels, availability, drainDeadlineUs } = wish;
  return { kind: 'node', spec: { name, labels, role, availability, drainDeadlineUs } };
}

/** What of a wished secret may be known. */
export function wishedSecret(
  { name, labels }: Wish & { readonly kind: 'secret' },
  fingerprint: Uint8Array,
): Resource {
  return { kind: 'secret', spec: { name, labels, fingerprint } };
}
