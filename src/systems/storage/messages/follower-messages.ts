import { type Fields, integer, type OfKind, text } from '../../common/fields.ts';

/** A follower of the log tells the leader the hash of its tables at an index. */
export interface HashProbe {
  readonly kind: 'hash-probe';
  readonly index: number;
  readonly hash: string;
}

/** The leader's own at that index; empty when it does not remember it any more, or not yet. */
export interface HashTold {
  readonly kind: 'hash-told';
  readonly index: number;
  readonly hash: string;
}

/** What metaloggers and masters say to each other. */
export type FollowerMessage = HashProbe | HashTold;

export const followerMessageFields: {
  readonly [Kind in FollowerMessage['kind']]: Fields<Omit<OfKind<FollowerMessage, Kind>, 'kind'>>;
} = {
  'hash-probe': { index: integer, hash: text },
  'hash-told': { index: integer, hash: text },
};
