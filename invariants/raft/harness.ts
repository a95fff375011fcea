/** What the rungs of Raft take from seedstorm, in one place. */
export { HarnessFault } from '../../src/checkers/harness-fault.ts';
export { hashBytes, hashString, hashText, mix } from '../../src/checkers/hash.ts';
export { checkHistory } from '../../src/checkers/history/check-history.ts';
export type { Model } from '../../src/checkers/history/model.ts';
export { kv } from '../../src/checkers/history/models/kv.ts';
export type { HistoryOperation } from '../../src/checkers/history/operation.ts';
export { ladder } from '../../src/checkers/ladder.ts';
export type {
  Ladder,
  LadderOptions,
  LadderRun,
  Phase,
} from '../../src/checkers/ladder-contract.ts';
export {
  type Ledger,
  type LedgerDefinition,
  type NoteBroken,
  triggerBits,
} from '../../src/checkers/ledger.ts';
export {
  type Broken,
  broken,
  held,
  type Outcome,
  premiseFalse,
  unknown,
} from '../../src/checkers/outcome.ts';
export { type AnyRung, type Moment, probe, type Rung, rung } from '../../src/checkers/rung.ts';
export { StableCoreTracker } from '../../src/sim/faults/stable-core.ts';
export type { Lifecycle, Step } from '../../src/sim/observer.ts';
export type { WorldView } from '../../src/sim/world-view.ts';
