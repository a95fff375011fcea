import type { Component } from '../../../src/sim/component.ts';
import type { Env } from '../../../src/sim/env.ts';
import type { FragmentName } from '../../../src/systems/storage/block-checksum.ts';
import {
  type StorageMessage,
  type StorageWireMessage,
  storageCodec,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import type { StorageTimings } from '../../../src/systems/storage/timings.ts';

interface Held {
  version: number;
  fence: number;
  lastFence: number;
  lastSequence: number;
}

/** What a chunkserver of these tests remembers: names of fragments and no bytes. */
export interface PlainServer {
  /** By chunk, generation and part. */
  held: Record<string, Held>;
  life: number;
  beats: number;
  heardTerm: number;
  heardBeat: number;
  ready: boolean;
  index: number;
  term: number;
  reports: number;
  erased: number;
  /** Copies, rebuilt parts and encoded stripes. */
  made: number;
  puts: number;
  readonly putting: Map<number, () => void>;
  saving: boolean;
  /** Whom to tell when what they changed is durable. */
  readonly unsaved: (() => void)[];
}

export interface PlainServerOptions {
  readonly server: number;
  readonly masters: readonly string[];
  readonly timings: StorageTimings;
  readonly region: number;
  readonly zone: number;
}

const file = 'held';
const newFile = 'held-new';
const piece = 3;

function keyOf({ chunk, generation, part }: Omit<FragmentName, 'version'>): string {
  return `${chunk}/${generation}/${part}`;
}

type ServerEnv = Env<StorageWireMessage>;

/**
 * A chunkserver that does as it is told, durably, and tells the truth about it: all that masters see of
 * one, without the data.
 */
export function plainChunkserver(
  options: PlainServerOptions,
): Component<PlainServer, StorageWireMessage> {
  const { server, masters, timings } = options;

  /** Durable as a whole or not at all. What comes meanwhile goes with the next time. */
  const save = (state: PlainServer, env: ServerEnv, done: () => void): void => {
    state.unsaved.push(done);
    if (!state.saving) saveNext(state, env);
  };

  const saveNext = (state: PlainServer, env: ServerEnv): void => {
    const told = state.unsaved.splice(0);
    state.saving = told.length > 0;
    if (!state.saving) return;
    const { disk } = env;
    disk.write(newFile, JSON.stringify(state.held), () => {
      disk.sync(newFile, (failed) => {
        if (failed !== null) return;
        disk.rename(newFile, file, () => {
          disk.syncDirectory('', (error) => {
            if (error !== null) return;
            for (const done of told) done();
            saveNext(state, env);
          });
        });
      });
    });
  };

  const beat = (state: PlainServer, env: ServerEnv): void => {
    state.beats += 1;
    const { region, zone } = options;
    const place = { region, zone, host: server, weight: 1, capacityBytes: 400_000 };
    const now = { beat: state.beats, life: state.life, index: state.index, ready: state.ready };
    const heard = { heardTerm: state.heardTerm, heardBeat: state.heardBeat };
    const usedBytes = Object.keys(state.held).length * 1_000;
    for (const master of masters) {
      env.network.send(master, { kind: 'beat', server, ...place, ...now, ...heard, usedBytes });
    }
    env.timers.set('beat', timings.serverLeaseUs / 8, () => beat(state, env));
  };

  type Asked = { readonly term: number; readonly beat: number };
  const report = (state: PlainServer, env: ServerEnv, to: string, { term, beat }: Asked): void => {
    state.reports += 1;
    const all = Object.entries(state.held).map(([key, { version, fence }]) => {
      const [chunk = 0, generation = 0, part = 0] = key.split('/').map(Number);
      return { chunk, version, generation, part, fence, bytes: 1_000 };
    });
    all.sort((a, b) => a.chunk - b.chunk || a.generation - b.generation || a.part - b.part);
    for (let from = 0, number = 0; from === 0 || from < all.length; from += piece, number++) {
      const fragments = all.slice(from, from + piece);
      const last = from + piece >= all.length;
      const name = { term, beat, report: state.reports, piece: number, last };
      env.network.send(to, { kind: 'report', server, life: state.life, ...name, fragments });
    }
  };

  const order = (
    state: PlainServer,
    env: ServerEnv,
    from: string,
    message: Extract<StorageMessage, { task: number; index: number }>,
  ): void => {
    if (!state.ready || message.term < state.term) return;
    state.term = message.term;
    const seen = state.index;
    state.index = Math.max(seen, message.index);
    const answer = (fault: 'stale' | 'absent' | null): void => {
      const { task, term, chunk } = message;
      const end = { fault, failed: [] };
      env.network.send(from, { kind: 'task-done', task, server, term, chunk, ...end });
    };
    switch (message.kind) {
      case 'set-version':
        setVersion(state, env, from, message);
        return;
      case 'encode':
        encode(state, env, message, answer);
        return;
      case 'erase-fragment': {
        const held = state.held[keyOf(message)];
        if (message.index < seen) answer('stale');
        else if (held?.version !== message.version) answer('absent');
        else {
          delete state.held[keyOf(message)];
          state.erased += 1;
          save(state, env, () => answer(null));
        }
        return;
      }
      case 'adopt': {
        const held = state.held[keyOf(message)];
        if (held === undefined || held.fence > message.fence) answer('stale');
        else save(state, env, () => answer(null));
        return;
      }
      default:
        state.held[keyOf(message)] = {
          version: message.version,
          fence: 0,
          lastFence: 0,
          lastSequence: 0,
        };
        state.made += 1;
        save(state, env, () => answer(null));
    }
  };

  const encode = (
    state: PlainServer,
    env: ServerEnv,
    message: Extract<StorageMessage, { kind: 'encode' }>,
    answer: (fault: 'absent' | null) => void,
  ): void => {
    const { chunk, version, generation, fence, targets, index } = message;
    state.made += 1;
    let left = targets.length;
    for (const { node, part } of targets) {
      state.puts += 1;
      state.putting.set(state.puts, () => {
        left -= 1;
        if (left === 0) answer(null);
      });
      const name = { chunk, version, generation, part };
      const request = state.puts;
      env.network.send(node, { kind: 'put-part', request, ...name, fence, index, blocks: [] });
    }
  };

  const putPart = (
    state: PlainServer,
    env: ServerEnv,
    from: string,
    message: Extract<StorageMessage, { kind: 'put-part' }>,
  ): void => {
    const { request, chunk, version, generation, part, fence } = message;
    const held = state.held[keyOf(message)];
    const name = { request, chunk, version, generation, part };
    const isOld = held !== undefined && (held.fence > fence || held.version > version);
    if (!isOld) state.held[keyOf(message)] = { version, fence, lastFence: 0, lastSequence: 0 };
    const fault = isOld ? 'stale' : null;
    save(state, env, () => env.network.send(from, { kind: 'part-put', ...name, fault }));
  };

  const setVersion = (
    state: PlainServer,
    env: ServerEnv,
    to: string,
    message: Extract<StorageMessage, { kind: 'set-version' }>,
  ): void => {
    const { task, chunk, version, generation, part, fence, from } = message;
    const key = keyOf(message);
    const held = state.held[key];
    const answer = (fault: 'stale' | 'absent' | null, at: number, last: Held | undefined): void => {
      const name = { task, chunk, version: at, generation, part, fence, server };
      const { lastFence = 0, lastSequence = 0 } = last ?? {};
      env.network.send(to, { kind: 'version-set', ...name, fault, lastFence, lastSequence });
    };
    if (held === undefined && from > 0) {
      answer('absent', version, undefined);
      return;
    }
    const isSet = held?.version === version && held.fence === fence;
    if (held !== undefined && !isSet && (held.fence > fence || held.version !== from)) {
      answer('stale', held.version, held);
      return;
    }
    const last = { ...(held ?? { lastFence: 0, lastSequence: 0 }) };
    // Some writes under the fence before have come further here than elsewhere.
    if (!isSet && held !== undefined) {
      last.lastFence = held.fence;
      last.lastSequence = env.random.below(3, 'came so far', fence);
    }
    state.held[key] = { version, fence, ...pick(last) };
    const now = state.held[key];
    save(state, env, () => answer(null, version, now));
  };

  return {
    name: 'plain-chunkserver',
    codec: storageCodec,
    create: (env) => ({
      held: {},
      life: Math.max(0, env.clock.wallUs()),
      beats: 0,
      heardTerm: 0,
      heardBeat: 0,
      ready: false,
      index: 0,
      term: 0,
      reports: 0,
      erased: 0,
      made: 0,
      puts: 0,
      putting: new Map(),
      saving: false,
      unsaved: [],
    }),
    start(state, env) {
      env.disk.read(file, (_error, bytes) => {
        state.held = parse(bytes);
        state.ready = true;
      });
      beat(state, env);
    },
    message(state, env, from, message) {
      if (message.kind === 'beat-heard') {
        state.index = Math.max(state.index, message.index);
        state.heardTerm = message.term;
        state.heardBeat = message.beat;
        if (message.wantsReport && message.life === state.life) report(state, env, from, message);
      } else if (message.kind === 'put-part') {
        if (state.ready) putPart(state, env, from, message);
      } else if (message.kind === 'part-put') {
        if (message.fault === null) state.putting.get(message.request)?.();
        state.putting.delete(message.request);
      } else if ('task' in message && 'index' in message) order(state, env, from, message);
    },
    role: () => 'chunkserver',
    card: ({ held, beats }) => ({
      role: 'chunkserver',
      tone: 'plain',
      rows: [{ label: 'holds', value: `${Object.keys(held).length}, ${beats} beats` }],
    }),
  };
}

function pick({ lastFence, lastSequence }: Pick<Held, 'lastFence' | 'lastSequence'>) {
  return { lastFence, lastSequence };
}

function parse(bytes: Uint8Array | undefined): Record<string, Held> {
  if (bytes === undefined) return {};
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, Held>;
}
