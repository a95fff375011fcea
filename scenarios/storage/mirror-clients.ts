import {
  MirrorHistory,
  type MirrorOperation,
  mirrorHistory,
} from '../../invariants/storage-mirror/history.ts';
import {
  type AnyComponent,
  type ClientsDefinition,
  type Component,
  type Env,
  mix,
} from '../../src/index.ts';
import { FileError } from '../../src/systems/storage/client/file-error.ts';
import type { OperationStep } from '../../src/systems/storage/client/operation.ts';
import {
  type StorageWireMessage,
  storageCodec,
} from '../../src/systems/storage/messages/storage-codec.ts';
import { mirroredTree, sideSettings } from '../../src/systems/storage/mirror/mirrored-storage.ts';
import type { RegionClient } from '../../src/systems/storage/mirror/region-client.ts';
import { Side } from '../../src/systems/storage/mirror/side.ts';

/** What a client wants to do, and when at the earliest. */
interface MirrorIntent {
  readonly client: number;
  readonly atUs: number;
  readonly does: MirrorOperation['does'];
  readonly file: number;
  readonly sizeBytes: number;
  readonly stamp: number;
}

/** Around the borders of chunks, and none. */
const largestBytes = 9_000;
const sizes = [0, 1, 255, 1_024, 1_025, 4_096, 4_097, largestBytes] as const;

/** What questions leave behind changes nothing. */
const questions: ReadonlySet<string> = new Set([
  'lookup',
  'attributes',
  'read-directory',
  'read-link',
  'get-attribute',
  'list-attributes',
  'locate',
  'test-lock',
  'quota',
  'region',
]);

/**
 * A client of two regions: goes on with the other one when the one at hand does not serve, and then
 * looks at all its files.
 */
class MirrorClient {
  private readonly env: Env<StorageWireMessage>;
  private readonly sides: readonly [Side, Side];
  private readonly intents: readonly MirrorIntent[];
  private readonly history: MirrorHistory;
  private at: 0 | 1 = 0;
  /** Where something succeeded last. */
  private served: 0 | 1 = 0;

  constructor(
    env: Env<StorageWireMessage>,
    sides: readonly [Side, Side],
    intents: readonly MirrorIntent[],
    history: MirrorHistory,
  ) {
    this.env = env;
    this.sides = sides;
    this.intents = intents;
    this.history = history;
  }

  receive(from: string, message: StorageWireMessage): void {
    for (const side of this.sides) if (side.receive(from, message)) return;
  }

  async run(): Promise<void> {
    for (const side of this.sides) side.start();
    for (const intent of this.intents) {
      const waitUs = intent.atUs - this.env.clock.monotonicUs();
      if (waitUs > 0) await this.env.sleep(waitUs);
      for (let attempt = 0; attempt < 4; attempt++) {
        const { outcome, errno } = await this.perform(intent);
        if (outcome === 'ok') {
          await this.lookAround(intent);
          break;
        }
        // Where there is no tree, or nothing may be changed, or nobody answers, another region leads.
        if (errno !== 'EAGAIN') this.at = this.at === 0 ? 1 : 0;
        await this.env.sleep(200_000);
      }
    }
  }

  /** Reads all files that it ever changed once another region serves than before. */
  private async lookAround(last: MirrorIntent): Promise<void> {
    if (this.served === this.at) return;
    this.served = this.at;
    const own = this.intents.slice(0, this.intents.indexOf(last) + 1);
    for (const file of new Set(own.map((intent) => intent.file))) {
      await this.perform({ ...last, does: 'read', file });
    }
  }

  private async perform(intent: MirrorIntent): Promise<MirrorOperation> {
    const { client, does, file, sizeBytes, stamp } = intent;
    const operation: MirrorOperation = {
      client,
      path: `/c${client}-f${file}`,
      does,
      sizeBytes,
      stamp,
      side: this.at,
      firstIndex: 0,
      lastIndex: 0,
      indexes: [],
      firstSeen: 0,
      lastSeen: 0,
      found: null,
      outcome: 'open',
      errno: '',
    };
    this.history.operations.push(operation);
    const steps: OperationStep[] = [];
    let outcome: MirrorOperation['outcome'] = 'ok';
    try {
      await this.work(operation, this.sides[this.at].files, steps);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      operation.errno = error.errno;
      outcome = 'unknown';
    }
    const told = steps.filter(({ index }) => index > 0);
    operation.indexes.push(
      ...told.filter(({ kind }) => !questions.has(kind)).map(({ index }) => index),
    );
    operation.firstSeen = told[0]?.index ?? 0;
    operation.lastSeen = told.at(-1)?.index ?? 0;
    operation.firstIndex = operation.indexes[0] ?? 0;
    operation.lastIndex = operation.indexes.at(-1) ?? 0;
    operation.outcome = outcome;
    return operation;
  }

  private async work(
    operation: MirrorOperation,
    files: RegionClient,
    steps: OperationStep[],
  ): Promise<void> {
    const { path, does, sizeBytes, stamp } = operation;
    const full = mirroredTree + path;
    if (does === 'delete' || does === 'check' || does === 'read') {
      try {
        if (does === 'delete') await files.unlink(full, steps);
        else if (does === 'check') await files.stat(full, true, steps);
        else operation.found = await this.contentOf(full, files, steps);
      } catch (error) {
        if (!(error instanceof FileError) || error.errno !== 'ENOENT' || error.unknown) throw error;
        // Without the tree it says nothing about the file.
        await files.stat(mirroredTree);
      }
      return;
    }
    const flags = { read: true, write: true, create: true, truncate: does === 'put' };
    const handle = await files.open(full, flags, steps);
    try {
      const bytes = new Uint8Array(sizeBytes).fill(stamp);
      for (let at = 0; at < sizeBytes; ) {
        at += await files.write(handle, at, bytes.subarray(at), steps);
      }
    } finally {
      await files.close(handle, steps);
    }
  }

  private async contentOf(
    path: string,
    files: RegionClient,
    steps: OperationStep[],
  ): Promise<Uint8Array> {
    const handle = await files.open(path, { read: true }, steps);
    try {
      // No file is longer.
      return await files.read(handle, 0, largestBytes + 1, steps);
    } finally {
      await files.close(handle, steps);
    }
  }
}

function nodeOf(address: string): string {
  const colon = address.indexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}

function below(seed: number, salt: number, bound: number): number {
  return (mix(mix(seed | 0, salt), 0x5bd1e995) >>> 0) % bound;
}

/** Times between which clients work, and what at. */
export interface MirrorLoad {
  readonly fromUs: number;
  readonly toUs: number;
  readonly intents: number;
  /** Of ten intents: how many put, overwrite and delete. The others read files, or look whether they are there. */
  readonly shares?: readonly [puts: number, overwrites: number, deletions: number];
}

/** Clients that put, replace and delete files of their own in the mirrored tree. */
export function mirrorClients({
  fromUs,
  toUs,
  intents: most,
  shares: [puts, overwrites, deletions] = [4, 3, 2],
}: MirrorLoad): ClientsDefinition {
  const does = (kind: number, question: number): MirrorOperation['does'] => {
    if (kind < puts) return 'put';
    if (kind < puts + overwrites) return 'overwrite';
    if (kind < puts + overwrites + deletions) return 'delete';
    return question === 0 ? 'check' : 'read';
  };
  return {
    name: 'mirror-clients',
    knobs: {
      'clients.count': { kind: 'one of', values: [3, 1, 5] },
      'clients.files': { kind: 'one of', values: [4, 2, 8] },
    },
    drawIntents(config, seed): MirrorIntent[] {
      const count = Number(config['clients.count'] ?? 3);
      const files = Number(config['clients.files'] ?? 4);
      const drawn: MirrorIntent[] = [];
      for (let nth = 0; nth < most; nth++) {
        const draw = (salt: number, bound: number) => below(seed, nth * 8 + salt, bound);
        drawn.push({
          client: draw(0, count),
          atUs: Math.floor(fromUs + ((toUs - fromUs) * nth) / most),
          does: does(draw(1, 10), draw(5, 4)),
          file: draw(2, files),
          sizeBytes: sizes[draw(3, sizes.length)]!,
          stamp: 1 + draw(4, 255),
        });
      }
      return drawn;
    },
    count: (config) => Number(config['clients.count'] ?? 3),
    newHistory: () => new MirrorHistory(),
    client(config, peers, index, intents, history): AnyComponent {
      const own = (intents as readonly MirrorIntent[]).filter(({ client }) => client === index);
      const component: Component<MirrorClient, StorageWireMessage> = {
        name: 'mirror-client',
        codec: storageCodec,
        create: (env) => {
          const sides = ([0, 1] as const).map((side) => {
            const settings = sideSettings(config, peers, side);
            return new Side(env, {
              ...settings,
              client: { ...settings.client, owner: index + 10 },
            });
          }) as [Side, Side];
          return new MirrorClient(env, sides, own, mirrorHistory(history));
        },
        start: (client) => client.run(),
        message: (client, _env, from, message) => client.receive(nodeOf(from), message),
      };
      return component;
    },
    census(history): Record<string, number> {
      const counts: Record<string, number> = {};
      for (const { does, outcome, errno, side } of mirrorHistory(history).operations) {
        for (const label of [`${does}/${outcome}:${errno}`, `region-${side + 1}/${outcome}`]) {
          counts[label] = (counts[label] ?? 0) + 1;
        }
      }
      return counts;
    },
  };
}
