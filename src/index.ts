/**
 * What scenarios, rungs and components of one's own are written with. `docs/your-first-scenario.md`
 * shows most of it at work.
 */

export { ladder } from './checkers/ladder.ts';
export type { Ladder } from './checkers/ladder-contract.ts';
export { broken, held, type Outcome, premiseFalse, unknown } from './checkers/outcome.ts';
export { type PlainMoment, plainLedger } from './checkers/plain-ledger.ts';
export { type Moment, probe, type Rung, rung } from './checkers/rung.ts';
export type { RunRecord } from './record/run-record.ts';
export { UsageError } from './record/usage-error.ts';
export { between, milliseconds, oneOf, seconds } from './run/domains.ts';
export { type RunSeedOptions, run } from './run/run.ts';
export { type ScenarioDefinition, scenario } from './run/scenario.ts';
export type { Scenario } from './run/scenario-contract.ts';
export type { Component } from './sim/component.ts';
export { type Disk, DiskError } from './sim/disk-contract.ts';
export type { Env } from './sim/env.ts';
export type { Fault } from './sim/fault-plan.ts';
export type { Address, Codec, Message, NodeId } from './sim/message.ts';
export type { Config, Domain, SystemDefinition } from './sim/system-definition.ts';
export type { WorldView } from './sim/world-view.ts';
export type { ClientsDefinition } from './workload/clients-definition.ts';
export { kvClients } from './workload/kv-clients.ts';
export { type RequestClientsOptions, requestClients } from './workload/request-clients.ts';
export type { StormDefinition } from './workload/storm-definition.ts';
export {
  beyondTolerance,
  calm,
  clocks,
  crashes,
  disks,
  everything,
  partitions,
} from './workload/storms/storms.ts';
