/** Raft, what is replicated by it, and a key-value store on it: the first system to be stormed. */

export { type CommandText, raftCard, raftCellState } from './card.ts';
export type { RaftNode } from './driver.ts';
export { type FieldCodecOptions, fieldCodec } from './field-codec.ts';
export { FreshReads } from './fresh-reads.ts';
export { raftKvProtocol } from './kv-client-adapter.ts';
export { raftKvCodec } from './kv-message-codec.ts';
export type * from './kv-messages.ts';
export { maxKeyLength, maxValueLength, outcomeOf } from './kv-messages.ts';
export { type CheckCommand, raftCodec } from './message-codec.ts';
export { identityKey } from './message-fold.ts';
export { partialRaftOperator, raftOperator } from './operator.ts';
export { noticedDamage, type RaftComponentOptions, raftComponent } from './raft-component.ts';
export { raftKv, raftKvComponent } from './raft-kv.ts';
export type * from './replicated-machine.ts';
export { type RaftSettings, raftKnobs, settingsFrom } from './settings.ts';
export type * from './types.ts';
export type * from './view.ts';
