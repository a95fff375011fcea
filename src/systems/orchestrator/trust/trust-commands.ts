import {
  blob,
  type Field,
  type Fields,
  integer,
  listOf,
  type OfKind,
  oneOf,
  structure,
  text,
} from '../../common/fields.ts';
import type { ShownToken, TokenRow } from '../identity/join-tokens.ts';
import { tokenField } from '../identity/join-tokens.ts';
import { type WrappedKey, wrappedKeyField } from '../secrets/data-keys.ts';
import { type SealedValue, sealedValueField } from '../secrets/sealed-secret.ts';
import { type NodeDescription, nodeDescriptionField, nodeRoles } from '../specs/node-spec.ts';
import { type SecretSpec, secretField } from '../specs/secret-spec.ts';
import { type HeldRoot, heldRootField } from './trust-rows.ts';

/** What of trust clients ask for, as the gateway proposes it: sealed, and with digests for tokens. */
export type ClientTrustCommand =
  /** A version of a secret. `version` is the newest that there is: 0 for none. */
  | {
      readonly kind: 'put-secret';
      readonly version: number;
      readonly spec: SecretSpec;
      readonly value: SealedValue;
    }
  /** All versions. */
  | { readonly kind: 'remove-secret'; readonly name: string }
  /** `lifetimeUs` from the entry on. `rotate`: all older tokens of the role go. */
  | {
      readonly kind: 'create-token';
      readonly row: TokenRow;
      readonly lifetimeUs: number;
      readonly rotate: 0 | 1;
    }
  | { readonly kind: 'remove-token'; readonly id: number }
  /** Announces a root that is to take over. */
  | { readonly kind: 'rotate-root'; readonly roots: readonly HeldRoot[] }
  /** Brings in a new data key, with which the leader then seals all secrets anew. */
  | { readonly kind: 'rotate-keys'; readonly keys: readonly WrappedKey[] };

export const rootSteps: readonly ['switch', 'finish'] = ['switch', 'finish'] as const;

/** What the leader proposes for trust. */
export type LeaderTrustCommand =
  /** The first keys and the first root. */
  | {
      readonly kind: 'found-trust';
      readonly keys: readonly WrappedKey[];
      readonly root: HeldRoot;
    }
  /** A new data key, or a known one wrapped with another key. */
  | { readonly kind: 'put-key'; readonly key: WrappedKey }
  /** A value sealed anew, in place of the one that was sealed with `before`. */
  | {
      readonly kind: 'reseal-secret';
      readonly name: string;
      readonly version: number;
      readonly before: number;
      readonly value: SealedValue;
    }
  /** Drops the data keys for secrets that nothing needs. */
  | { readonly kind: 'retire-keys' }
  | {
      readonly kind: 'join-node';
      readonly token: ShownToken;
      readonly subject: string;
      readonly publicKey: string;
      readonly description: NodeDescription;
      readonly meshKey: Uint8Array;
    }
  | { readonly kind: 'renew-certificate'; readonly node: string; readonly publicKey: string }
  /** What a member has shown with a registration or a beat. */
  | {
      readonly kind: 'update-member';
      readonly node: string;
      readonly serial: number;
      readonly meshKey: Uint8Array;
      readonly trusts: number;
    }
  | { readonly kind: 'root-step'; readonly step: (typeof rootSteps)[number] };

const shownField: Field<ShownToken> = structure<ShownToken>({
  id: integer,
  role: oneOf(nodeRoles),
  digest: blob,
});

const bit: Field<0 | 1> = {
  write: (writer, value) => writer.u8(value),
  read: (reader) => (reader.flag() ? 1 : 0),
  fold: (into, value) => into.int(value),
};

type TrustCommand = ClientTrustCommand | LeaderTrustCommand;

export const trustCommandFields: {
  readonly [Kind in TrustCommand['kind']]: Fields<Omit<OfKind<TrustCommand, Kind>, 'kind'>>;
} = {
  'put-secret': { version: integer, spec: secretField, value: sealedValueField },
  'remove-secret': { name: text },
  'create-token': { row: tokenField, lifetimeUs: integer, rotate: bit },
  'remove-token': { id: integer },
  'rotate-root': { roots: listOf(heldRootField) as Field<readonly HeldRoot[]> },
  'found-trust': {
    keys: listOf(wrappedKeyField) as Field<readonly WrappedKey[]>,
    root: heldRootField,
  },
  'put-key': { key: wrappedKeyField },
  'reseal-secret': { name: text, version: integer, before: integer, value: sealedValueField },
  'retire-keys': {},
  'join-node': {
    token: shownField,
    subject: text,
    publicKey: text,
    description: nodeDescriptionField,
    meshKey: blob,
  },
  'renew-certificate': { node: text, publicKey: text },
  'update-member': { node: text, serial: integer, meshKey: blob, trusts: integer },
  'root-step': { step: oneOf(rootSteps) },
  'rotate-keys': { keys: listOf(wrappedKeyField) as Field<readonly WrappedKey[]> },
};
