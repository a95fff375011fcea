import type { AnyComponent } from '../../sim/component.ts';
import type { Env } from '../../sim/env.ts';
import type { Config, Domain, SystemDefinition } from '../../sim/system-definition.ts';
import { noticedDamage, partialRaftOperator, raftKnobs, settingsFrom } from '../raft/index.ts';
import { Installer } from './client/installer.ts';
import type { Ciphers } from './crypto/ciphers.ts';
import {
  eventsKeptFrom,
  orchestratorSettingsFrom,
  orchestratorTimingsFrom,
  settingKnobs,
} from './drawn-settings.ts';
import { managerComponent } from './manager/manager-component.ts';
import type { OrchestratorWireMessage } from './messages/orchestrator-codec.ts';
import type { ImageBook } from './runtime/image.ts';
import type { KeyEncryptionKey } from './secrets/data-keys.ts';
import type { NodeDescription } from './specs/node-spec.ts';
import { topologyKnobs, topologyOf, workerName } from './topology.ts';
import { workerComponent } from './worker/component.ts';

/** Raft's own knobs that mean something to managers: sessions, spares and reads are not Raft's here. */
const managerKnobs: Readonly<Record<string, Domain>> = {
  ...Object.fromEntries(
    Object.entries(raftKnobs).filter(
      ([path]) => path !== 'raft.spares' && path !== 'raft.sessions' && path !== 'raft.leaseReads',
    ),
  ),
  // Entries are larger than those of a key-value store: a specification is some 300 bytes.
  'raft.maxUncommitted': { kind: 'one of', values: [1_000, 8, 30] },
  'raft.maxUncommittedBytes': { kind: 'one of', values: [1_000_000, 10_000] },
  'raft.chunkBytes': { kind: 'one of', values: [4_096, 256] },
};

/** What the cluster is given beside its settings. */
export interface OrchestratorOptions {
  readonly ciphers: Ciphers;
  /** What containers of an image do. */
  readonly images: ImageBook;
  /** What the worker at an index says about its machine. Default: `standardMachine`. */
  readonly machine?: (config: Config, worker: number) => NodeDescription;
  /** Key-encryption keys of every manager, the newest last. Default: one. */
  readonly keys?: readonly KeyEncryptionKey[];
  /** Knobs in place of, or besides, those of the system. */
  readonly knobs?: Readonly<Record<string, Domain>>;
}

const firstKey: KeyEncryptionKey = {
  id: 1,
  key: Uint8Array.from({ length: 32 }, (_, at) => at + 1),
};

/** Most machines are alike; every fourth has another architecture, and half the room. */
export function standardMachine(_config: Config, worker: number): NodeDescription {
  const isSmall = worker % 4 === 3;
  const capacity = { cpuMillis: isSmall ? 4_000 : 8_000, memoryBytes: isSmall ? 2 ** 32 : 2 ** 33 };
  return { architecture: isSmall ? 'arm64' : 'amd64', capacity };
}

/** The orchestrator as a system under test: managers, and workers that join them by themselves. */
export function orchestrator(options: OrchestratorOptions): SystemDefinition {
  return {
    name: 'orchestrator',
    knobs: { ...topologyKnobs, ...settingKnobs, ...managerKnobs, ...options.knobs },
    node(config, peers, index) {
      const managers = peers.slice(0, topologyOf(config).managers);
      return index < managers.length
        ? managerAt(options, config, managers, index)
        : workerAt(options, config, managers, index);
    },
    noticedDamage: (file, promised) =>
      file.includes('/') ? undefined : noticedDamage(file, promised),
    operator: partialRaftOperator,
    // Leases of workers.
    countsOnClocks: () => true,
  };
}

function managerAt(
  { ciphers, keys }: OrchestratorOptions,
  config: Config,
  managers: readonly string[],
  index: number,
): AnyComponent {
  return managerComponent({
    managers,
    index,
    raft: settingsFrom(config),
    settings: orchestratorSettingsFrom(config),
    timings: orchestratorTimingsFrom(config),
    trust: { ciphers, keys: keys ?? [firstKey] },
    eventsKept: eventsKeptFrom(config),
  });
}

function workerAt(
  { ciphers, images, machine = standardMachine }: OrchestratorOptions,
  config: Config,
  managers: readonly string[],
  index: number,
): AnyComponent {
  const topology = topologyOf(config);
  const timings = orchestratorTimingsFrom(config);
  const name = workerName(topology, index);
  const window = orchestratorSettingsFrom(config).requestWindow;
  const about = { managers, timings, ciphers, first: index, patienceUs: 10_000_000, window };
  return workerComponent({
    managers,
    name,
    token: (env: Env<OrchestratorWireMessage>) => new Installer(env, name, about),
    description: machine(config, index - topology.managers),
    ...{ timings, ciphers, images },
  });
}
