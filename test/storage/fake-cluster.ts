import { nodeHost, workingDrain } from '../../src/run/host.ts';
import type { AnyComponent } from '../../src/sim/component.ts';
import { calmEnvironment, type Environment } from '../../src/sim/environment.ts';
import { KeyedChoices } from '../../src/sim/keyed-choices.ts';
import { World } from '../../src/sim/world.ts';
import type { FileClientLife } from '../../src/systems/storage/client/client-component.ts';
import { fileClientComponent } from '../../src/systems/storage/client/client-component.ts';
import {
  type CacheMode,
  type ClientSettings,
  simulationClient,
} from '../../src/systems/storage/client/client-settings.ts';
import type { FileSystem } from '../../src/systems/storage/client/file-system.ts';
import {
  type StorageSettings,
  simulationSettings,
} from '../../src/systems/storage/metadata/settings.ts';
import { capsFor, type StorageClass } from '../../src/systems/storage/placement/storage-class.ts';
import { type StorageTimings, simulationTimings } from '../../src/systems/storage/timings.ts';
import { FakeDisk, fakeChunkserver } from './fake-chunkserver.ts';
import { FakeMaster } from './fake-master.ts';

const copies = { kind: 'replicated', copies: 3 } as const;
const coded = { kind: 'erasure', dataParts: 4, parityParts: 2 } as const;

export const fakeClasses: readonly StorageClass[] = [
  {
    id: 1,
    name: 'copies',
    redundancy: copies,
    caps: capsFor(copies, 'host'),
    strategy: 'spread',
    whenInfeasible: 'flag',
    landing: 0,
  },
  {
    id: 2,
    name: 'coded',
    redundancy: coded,
    caps: capsFor(coded, 'host'),
    strategy: 'spread',
    whenInfeasible: 'flag',
    landing: 0,
  },
];

export interface FakeClusterOptions {
  readonly seed?: number;
  /** Modes of the clients; one client of strict mode by default. */
  readonly modes?: readonly CacheMode[];
  readonly environment?: Partial<Environment>;
  readonly settings?: Partial<StorageSettings>;
  readonly client?: Partial<ClientSettings>;
  readonly timings?: Partial<StorageTimings>;
  readonly servers?: number;
  /** Clients in place of those that a test steers. */
  readonly clients?: readonly AnyComponent[];
}

/** Clients of the file store in a simulated world, over a master and chunkservers in memory. */
export class FakeCluster {
  readonly world: World;
  readonly master: FakeMaster;
  readonly disks: ReadonlyMap<string, FakeDisk>;
  readonly errors: unknown[] = [];
  readonly probes: Map<string, number> = new Map();
  readonly settings: StorageSettings;
  private readonly lives: FileClientLife[] = [];
  private readonly wake: (() => void)[] = [];

  constructor(options: FakeClusterOptions = {}) {
    const { seed = 1, modes = ['strict'], servers = 6 } = options;
    this.settings = { ...simulationSettings, ...options.settings };
    const names = Array.from({ length: servers }, (_, at) => `n${at + 1}`);
    this.disks = new Map(names.map((name) => [name, new FakeDisk()]));
    const timings = { ...simulationTimings, ...options.timings };
    this.master = new FakeMaster(this.settings, timings, fakeClasses, this.disks);
    const { blockBytes } = this.settings;
    this.world = new World({
      nodes: [
        { id: 'm1', component: this.master.component(), zone: 'z', server: true },
        ...names.map((id) => ({
          id,
          component: fakeChunkserver(this.disks.get(id)!, blockBytes),
          zone: 'z',
          server: true,
        })),
        ...(options.clients ?? modes.map((mode, at) => this.steered(mode, at, options))).map(
          (component, at) => ({ id: `c${at + 1}`, component, zone: 'clients', server: false }),
        ),
      ],
      choices: new KeyedChoices({ kind: 'seed', seed, overrides: [], forks: [] }),
      environment: { ...calmEnvironment, ...options.environment },
      observer: {
        threw: (_node, error) => {
          this.errors.push(error);
        },
        probe: (_node, name) => {
          this.probes.set(name, (this.probes.get(name) ?? 0) + 1);
        },
      },
      ...drainOption(),
    });
    this.world.begin();
  }

  private steered(mode: CacheMode, at: number, options: FakeClusterOptions): AnyComponent {
    return fileClientComponent({
      settings: {
        ...simulationClient,
        masters: ['m1'],
        classes: fakeClasses,
        storage: this.settings,
        mode,
        owner: at + 1,
        timings: { ...simulationTimings, ...options.timings },
        ...options.client,
      },
      begin: (life) => this.join(at, life),
    });
  }

  /** Each client looks for work now and then: only within steps may it send. */
  private join(at: number, life: FileClientLife): void {
    this.lives[at] = life;
    const poll = () => {
      this.wake[at]?.();
      life.env.timers.set('test', 100, poll);
    };
    poll();
  }

  life(client: number = 0): FileClientLife {
    return this.lives[client]!;
  }

  /** Runs work on a client until it is done, in virtual time. Must be called inside `inSlice`. */
  do<T>(work: (files: FileSystem) => Promise<T>, client: number = 0): T {
    const running = this.begin(work, client);
    this.until(() => running.done);
    return running.result();
  }

  /** Begins work on a client; it goes on while the world runs. */
  begin<T>(work: (files: FileSystem) => Promise<T>, client: number = 0): Running<T> {
    const running = new Running<T>();
    const before = this.wake[client];
    this.wake[client] = () => {
      before?.();
      delete this.wake[client];
      running.follow(work(this.life(client).fileSystem));
    };
    return running;
  }

  run(forUs: number): void {
    this.world.runUntil(this.world.timeUs + forUs);
    if (this.errors.length > 0) throw this.errors[0];
  }

  until(condition: () => boolean, withinUs: number = 60_000_000): void {
    const end = this.world.timeUs + withinUs;
    while (!condition()) {
      if (this.world.timeUs >= end) throw new Error('nothing came of it in time');
      this.run(1_000);
    }
  }
}

/** Work that was begun, and how it ended. */
export class Running<T> {
  done: boolean = false;
  value: T | undefined;
  error: unknown;

  follow(promise: Promise<T>): void {
    promise.then(
      (value) => {
        this.done = true;
        this.value = value;
      },
      (error: unknown) => {
        this.done = true;
        this.error = error;
      },
    );
  }

  result(): T {
    if (!this.done) throw new Error('still under way');
    if (this.error !== undefined) throw this.error;
    return this.value as T;
  }
}

/** Runs a test where promises of components can be drained. */
export function inSlice(test: () => void): () => Promise<void> {
  return () => nodeHost.slice(test);
}

function drainOption(): { drain: () => void } {
  const drain = workingDrain();
  if (drain === undefined) throw new Error('make clusters inside `inSlice`');
  return { drain };
}
