/** Raft with a key-value state machine: a real system, and the first to be stormed. */
export { raftKvProtocol } from './kv-client-adapter.ts';
export { raftKvCodec } from './message-codec.ts';
export { raftKv, raftKvComponent } from './raft-kv.ts';
export { type RaftSettings, raftKnobs, settingsFrom } from './settings.ts';
export type * from './types.ts';
export { maxKeyLength, maxValueLength, outcomeOf } from './types.ts';
export type * from './view.ts';
