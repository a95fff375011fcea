/**
 * What scenarios, rungs and components of one's own are written with. `docs/your-first-scenario.md`
 * shows most of it at work.
 */

// For ladders whose rungs share derived facts in a ledger of their own.
export { hashBytes, hashString, hashText, mix } from './checkers/hash.ts';
export { checkHistory } from './checkers/history/check-history.ts';
export type { Model } from './checkers/history/model.ts';
export { kv as kvModel } from './checkers/history/models/kv.ts';
export { OnlineChecker } from './checkers/history/online.ts';
export type { HistoryOperation } from './checkers/history/operation.ts';
// Rungs and ladders.
export { type FactsOf, ladder } from './checkers/ladder.ts';
export type { Ladder, LadderOptions, LadderRun, Phase } from './checkers/ladder-contract.ts';
export {
  type Ledger,
  type LedgerDefinition,
  type NoteBroken,
  triggerBits,
} from './checkers/ledger.ts';
export {
  type Broken,
  broken,
  held,
  type Outcome,
  premiseFalse,
  unknown,
} from './checkers/outcome.ts';
export { type PlainMoment, plainLedger } from './checkers/plain-ledger.ts';
export { type AnyRung, type Moment, probe, type Rung, rung } from './checkers/rung.ts';
export { stackLadders } from './checkers/stacked-ladders.ts';
export type { GateRecord } from './record/gate-record.ts';
export { HarnessFault } from './record/harness-fault.ts';
export type { RunRecord, ViolationRecord } from './record/run-record.ts';
export type { SweepRecord } from './record/sweep-record.ts';
// Scenarios, and how to run them from any test runner.
export { UsageError } from './record/usage-error.ts';
// Reporters of one's own.
export type { Reporter, ReporterFactory, ReporterOutput } from './report/reporter.ts';
export { doctor } from './run/doctor.ts';
export { between, milliseconds, oneOf, seconds } from './run/domains.ts';
export { defineConfig, type GateConfig } from './run/gate/gate-config.ts';
export { type RunSeedOptions, run } from './run/run.ts';
export type { DoctorOptions, DoctorReport, SweepOptions } from './run/run-contract.ts';
export { type ScenarioDefinition, scenario } from './run/scenario.ts';
export type { Scenario } from './run/scenario-contract.ts';
export { sweep } from './run/sweep.ts';
// Components, and what they touch the outside with.
export type { AnyComponent, Component } from './sim/component.ts';
export { type Disk, DiskError } from './sim/disk-contract.ts';
export type { Env } from './sim/env.ts';
export type { Fault } from './sim/fault-plan.ts';
export { StableCoreTracker } from './sim/faults/stable-core.ts';
export type { Address, Codec, Folder, Message, NodeId } from './sim/message.ts';
export type { Lifecycle, Step, WorldObserver } from './sim/observer.ts';
export type { Config, Domain, SystemDefinition } from './sim/system-definition.ts';
export type { WorldView } from './sim/world-view.ts';
// Clients and storms.
export type { ClientsDefinition, HistoryLike } from './workload/clients-definition.ts';
export { clusterClients } from './workload/cluster-clients.ts';
export type { ClusterHistory } from './workload/cluster-history.ts';
export type { ClusterAction, ClusterIntent } from './workload/cluster-intents.ts';
export { fileClients } from './workload/file-clients.ts';
export type { FileHistory } from './workload/file-history.ts';
export type { FileAnswer, FileCall } from './workload/file-protocol.ts';
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
  operations,
  partitions,
  reigns,
  rot,
} from './workload/storms/storms.ts';
