import { workingDrain } from '../../src/run/host.ts';
import type { AnyComponent } from '../../src/sim/component.ts';
import { calmEnvironment } from '../../src/sim/environment.ts';
import { KeyedChoices } from '../../src/sim/keyed-choices.ts';
import type { Config } from '../../src/sim/system-definition.ts';
import { World } from '../../src/sim/world.ts';
import { RaftNode } from '../../src/systems/raft/driver.ts';
import {
  type FileClientLife,
  fileClientComponent,
} from '../../src/systems/storage/client/client-component.ts';
import { simulationClient } from '../../src/systems/storage/client/client-settings.ts';
import type { FileSystem } from '../../src/systems/storage/client/file-system.ts';
import {
  storageSettingsFrom,
  storageTimingsFrom,
} from '../../src/systems/storage/drawn-settings.ts';
import { DisksNow } from '../../src/systems/storage/ground-truth.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { classesFrom } from '../../src/systems/storage/standard-classes.ts';
import { storage } from '../../src/systems/storage/storage.ts';
import { topologyOf } from '../../src/systems/storage/topology.ts';
import { Running } from './fake-cluster.ts';

/** Masters and chunkservers as they are, in calm weather, and clients that a test steers. */
export class RealCluster {
  readonly world: World;
  private readonly config: Config;
  private readonly lives: FileClientLife[] = [];
  private readonly wake: (() => void)[] = [];
  private readonly errors: unknown[] = [];

  /** To be made inside `inSlice`. The config says what is not calm. */
  constructor(config: Config, clients = 1) {
    this.config = config;
    const drain = workingDrain();
    if (drain === undefined) throw new Error('make clusters inside `inSlice`');
    const { nodes } = topologyOf(config);
    const system = storage();
    const peers = Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
    this.world = new World({
      nodes: [
        ...peers.map((id, at) => ({
          ...{ id, component: system.node(config, peers, at), server: true },
          zone: system.zone!(config, at),
        })),
        ...Array.from({ length: clients }, (_, at) => ({
          ...{ id: `c${at + 1}`, component: this.steered(peers, at), server: false },
          zone: 'clients',
        })),
      ],
      choices: new KeyedChoices({ kind: 'seed', seed: 1, overrides: [], forks: [] }),
      environment: calmEnvironment,
      observer: {
        threw: (_node, error) => {
          this.errors.push(error);
        },
      },
      drain,
    });
    this.world.begin();
    // A leader is elected, and the servers are registered.
    this.run(3_000_000);
  }

  private steered(peers: readonly string[], at: number): AnyComponent {
    const { config } = this;
    const settings = {
      ...simulationClient,
      masters: peers.slice(0, topologyOf(config).masters),
      classes: classesFrom(config),
      storage: storageSettingsFrom(config),
      timings: storageTimingsFrom(config),
      mode: 'strict',
      owner: at + 1,
    } as const;
    return fileClientComponent({ settings, begin: (life) => this.join(at, life) });
  }

  /** Each client looks for work now and then: only within steps may it send. */
  private join(at: number, life: FileClientLife): void {
    this.lives[at] = life;
    const poll = () => {
      this.wake[at]?.();
      life.env.timers.set('test', 1_000, poll);
    };
    poll();
  }

  /** Runs work on a client until it is done, in virtual time. */
  do<T>(work: (files: FileSystem) => Promise<T>, client = 0): T {
    const running = new Running<T>();
    this.wake[client] = () => {
      delete this.wake[client];
      running.follow(work(this.lives[client]!.fileSystem));
    };
    for (let waited = 0; !running.done; waited += 10_000) {
      if (waited > 60_000_000) throw new Error('nothing came of it in time');
      this.run(10_000);
    }
    return running.result();
  }

  /** Does something within a step of a client, for what its file system would not do. */
  step(work: (life: FileClientLife) => void, client = 0): void {
    let done = false;
    this.wake[client] = () => {
      delete this.wake[client];
      done = true;
      work(this.lives[client]!);
    };
    while (!done) this.run(1_000);
  }

  run(forUs: number): void {
    this.world.runUntil(this.world.timeUs + forUs);
    if (this.errors.length > 0) throw this.errors[0];
  }

  /** A client stands still for a while, and its leases run out. */
  standStill(client: number, forUs: number): void {
    const node = topologyOf(this.config).nodes + client;
    this.world.stall(node);
    this.run(forUs);
    this.world.resume(node);
  }

  /** The masters that take part. */
  masters(): readonly RaftNode[] {
    const all = Array.from({ length: topologyOf(this.config).masters }, (_, node) =>
      this.world.state(node),
    );
    return all.filter((one) => one instanceof RaftNode).filter(({ phase }) => phase === 'running');
  }

  /** The tables of the master that has applied most. */
  get metadata(): MetadataState {
    let newest: MetadataState | undefined;
    for (const { machine } of this.masters()) {
      const metadata = (machine as unknown as { readonly state: MetadataState }).state;
      if (newest === undefined || metadata.applied > newest.applied) newest = metadata;
    }
    return newest!;
  }

  /** Names of all fragments on disks, by chunkserver. */
  fragments(): readonly string[] {
    const { firstServer, nodes } = topologyOf(this.config);
    const disks = new DisksNow(this.world, storageSettingsFrom(this.config).blockBytes);
    const found: string[] = [];
    for (let node = firstServer; node < nodes; node++) {
      for (const { chunk, version, generation, part } of disks.of(node)) {
        found.push(`n${node + 1}: ${chunk}/${version}/${generation}/${part}`);
      }
    }
    return found;
  }
}
