import type { Wish } from '../apply/wish.ts';
import type { Backup } from '../backup/backup.ts';
import type { Availability } from '../specs/node-spec.ts';
import type { ResourceKind } from '../specs/resource.ts';
import type { DeploymentAction } from '../state/command.ts';

/** What a manifest or a person wishes for, as plain data: bytes of a secret's value are numbers. */
export type PlainWish =
  | Exclude<Wish, { kind: 'secret' }>
  | (Omit<Wish & { kind: 'secret' }, 'value'> & { readonly value: readonly number[] });

/** One command of whoever operates a cluster, as plain data. Everything has a name, nothing an id. */
export type OperatorAction =
  /** All of it, or nothing when one part of it is wrong. */
  | { readonly do: 'apply'; readonly wishes: readonly PlainWish[] }
  /** As `apply`, but it must not be there. */
  | { readonly do: 'create'; readonly wish: PlainWish }
  | {
      readonly do: 'update-service';
      readonly name: string;
      readonly image: string | null;
      readonly replicas: number | null;
    }
  | { readonly do: 'control'; readonly name: string; readonly action: DeploymentAction }
  | { readonly do: 'availability'; readonly name: string; readonly availability: Availability }
  | { readonly do: 'remove'; readonly kind: ResourceKind; readonly name: string }
  /** Volumes are known by their names alone: those that may be there have to be given. */
  | { readonly do: 'list'; readonly kind: ResourceKind; readonly names?: readonly string[] }
  | { readonly do: 'inspect'; readonly kind: ResourceKind; readonly name: string }
  /** Tasks of a service. */
  | { readonly do: 'tasks'; readonly name: string }
  /** All that was asked for, to be kept. */
  | { readonly do: 'backup' }
  /** What was asked for as of a backup, and nothing since. */
  | { readonly do: 'restore'; readonly backup: Backup }
  /** Nothing but time goes by. */
  | { readonly do: 'wait' };

/** An action at its time, as workloads carry it. */
export type OperatorIntent = OperatorAction & {
  readonly client: number;
  /** Not before this time, and not before the last one has ended. */
  readonly atUs: number;
  readonly fresh: boolean;
};

/** What is wrong with one wish: of which, which field, what, and what would be right. */
export interface WishFault {
  readonly at: number;
  readonly field: string;
  readonly what: string;
  readonly right: string;
}

/** What came of an action. */
export type OperatorResult =
  | { readonly kind: 'done'; readonly what: string }
  | {
      readonly kind: 'applied';
      readonly steps: readonly {
        readonly kind: string;
        readonly name: string;
        readonly action: string;
      }[];
    }
  | { readonly kind: 'rows'; readonly rows: readonly Readonly<Record<string, string>>[] }
  | { readonly kind: 'object'; readonly object: unknown }
  | { readonly kind: 'refused'; readonly why: string; readonly faults: readonly WishFault[] }
  /** Nobody answered, or nobody knows what became of it. */
  | { readonly kind: 'unknown' };

export function wishOf(plain: PlainWish): Wish {
  return plain.kind === 'secret' ? { ...plain, value: Uint8Array.from(plain.value) } : plain;
}

export function plainWish(wish: Wish): PlainWish {
  return wish.kind === 'secret' ? { ...wish, value: [...wish.value] } : wish;
}
