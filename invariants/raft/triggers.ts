import { triggerBits } from '../../src/index.ts';

/** What may wake a rung of Raft, beside messages. */
export const triggers = triggerBits([
  /** Any mark of the node changed. */
  'marks',
  'role',
  /** It became a leader. */
  'won',
  'term',
  'vote',
  'leader',
  /** The log in memory changed. */
  'log',
  /** Entries in memory were dropped or replaced. */
  'truncated',
  'commit',
  'applied',
  /** The newest durable snapshot is another one, by the node's word or by the disk's. */
  'snapshot',
  /** Another configuration is in force. */
  'configuration',
  /** What a leader believes of its followers changed. */
  'match',
  /** The canonical chain grew. */
  'chain',
  /** A sync promised records of the log, or a name. */
  'promised',
  /** A life begins. */
  'started',
  /** A life got through recovery, or withdrew. */
  'recovered',
  /** A node was killed, or lost power. */
  'crashed',
  'wiped',
  'threw',
  'stuck',
  'phase',
  /** Now and then, in virtual time. */
  'pulse',
  /** A client took the answer to a call. */
  'answered',
  'end',
]);
