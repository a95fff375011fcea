import { triggerBits } from '../../src/index.ts';

/** What may wake a rung of the storage system, beside messages. */
export const triggers = triggerBits([
  /** The committed log grew: see `MetadataOracle.freshFrom` and `touched`. */
  'chain',
  /** A master or metalogger applied entries, or took a snapshot over. */
  'applied',
  /** A leader has put moves, repairs or places into its log: see `StorageMoment.moves`, `places`. */
  'moves',
  /** A client took the answer to a call. */
  'answered',
  /** A client took the answer to a question. */
  'told',
  /** A client has sent writes to a chain: see `StorageMoment.writes`. */
  'wrote',
  /** Operations of clients are over: see `StorageMoment.finished`. */
  'finished',
  /** What a chunkserver holds changed: see `StorageMoment.changes`. */
  'fragments',
  /** A life begins. */
  'started',
  /** A node was killed, or lost power. */
  'crashed',
  'wiped',
  'phase',
  /** Now and then, in virtual time. */
  'pulse',
  'end',
]);
