import type { Component } from '../../../src/sim/component.ts';
import type { Granted } from '../../../src/systems/storage/messages/metadata-messages.ts';
import {
  type StorageWireMessage,
  storageCodec,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import { heldForUs } from '../../../src/systems/storage/timings.ts';
import {
  type ClientEnv,
  type Expected,
  isRefusal,
  type PlainCallsOptions,
  type PlainClient,
  plainCalls,
} from './plain-calls.ts';

export const intentKinds = [
  'make',
  'make',
  'code',
  'share',
  'share',
  'rename',
  'unlink',
  'look',
  'look',
  'hold',
  'hold',
  'drain',
] as const;
/** Files of this class are coded. */
const codedClass = 2;
/** The server that is emptied now and then. */
export const drained = 9;

export interface Intent {
  readonly client: number;
  readonly kind: (typeof intentKinds)[number];
  readonly draw: number;
}

export interface PlainClientOptions extends PlainCallsOptions {
  readonly intents: readonly Intent[];
}

/** Then clients only keep their sessions, so that masters come to rest. */
const quietAfterUs = 15_000_000;
const root = 1;
const newFile = { parent: root, mode: 0o644, uid: 0, gid: 0, exclusive: false };

/** A client by script: files of its own, chunks that it shares with others, names kept in a cache. */
export function plainClient(
  options: PlainClientOptions,
): Component<PlainClient, StorageWireMessage> {
  const { timings, index, intents } = options;
  const calls = plainCalls(options);
  const { ask, call } = calls;

  const begin = (state: PlainClient, env: ClientEnv): void => {
    state.session = 0;
    state.cache.clear();
    const leaseUs = timings.sessionLeaseUs;
    call(
      state,
      env,
      { kind: 'open-session', owner: index + 1, leaseUs, role: 'client' },
      (reply) => {
        if (reply?.kind !== 'session') {
          env.timers.set('begin', 100_000, () => begin(state, env));
          return;
        }
        state.session = reply.session;
        state.sequence = 0;
        state.renewedUs = env.clock.monotonicUs();
        next(state, env);
      },
    );
  };

  const renew = (state: PlainClient, env: ClientEnv): void => {
    call(state, env, { kind: 'renew-session' }, (reply) => {
      if (reply?.kind !== 'done') begin(state, env);
      else {
        state.renewedUs = env.clock.monotonicUs();
        next(state, env);
      }
    });
  };

  const next = (state: PlainClient, env: ClientEnv): void => {
    const sinceUs = env.clock.monotonicUs() - state.renewedUs;
    if (sinceUs > timings.sessionLeaseUs / 3) {
      renew(state, env);
      return;
    }
    const intent = intents[state.intent];
    if (intent === undefined || env.clock.monotonicUs() > quietAfterUs) {
      env.timers.set('pause', 200_000, () => next(state, env));
      return;
    }
    state.intent += 1;
    const pauseUs = 1_000 + (intent.draw % 50) * 1_000;
    const over = (): void => env.timers.set('pause', pauseUs, () => next(state, env));
    act(state, env, intent, over);
  };

  const act = (state: PlainClient, env: ClientEnv, intent: Intent, over: () => void): void => {
    const { kind, draw } = intent;
    const own = [...state.files.keys()][0];
    if (kind === 'make') make(state, env, `c${index}-${state.intent}`, draw, over);
    else if (kind === 'share') share(state, env, draw, 0, over);
    // For up to a lease and a half: some of them lose it.
    else if (kind === 'hold') share(state, env, draw, draw * 3_000, over);
    else if (kind === 'look') look(state, env, draw, over);
    else if (kind === 'drain') drain(state, env, draw, over);
    else if (kind === 'code') code(state, env, own, draw, over);
    else if (own === undefined) over();
    else if (kind === 'unlink') unlink(state, env, own, over);
    else rename(state, env, own, over);
  };

  const unlink = (state: PlainClient, env: ClientEnv, name: string, over: () => void): void => {
    const before = state.files.get(name);
    state.files.set(name, null);
    call(state, env, { kind: 'unlink', parent: root, name }, (reply) => {
      if (reply?.kind === 'done') state.files.delete(name);
      else if (isRefusal(reply) && before !== undefined) state.files.set(name, before);
      over();
    });
  };

  const rename = (state: PlainClient, env: ClientEnv, name: string, over: () => void): void => {
    const file = state.files.get(name) ?? null;
    const newName = `${name}x`;
    state.files.set(name, null);
    state.files.set(newName, null);
    const command = { parent: root, name, newParent: root, newName, keep: false } as const;
    call(state, env, { kind: 'rename', ...command }, (reply) => {
      if (reply?.kind === 'inode' && file !== null) {
        state.files.delete(name);
        state.files.set(newName, file);
      } else if (isRefusal(reply)) {
        state.files.set(name, file);
        state.files.delete(newName);
      }
      over();
    });
  };

  /** An administrator's wish, which needs no session. */
  const drain = (state: PlainClient, env: ClientEnv, draw: number, over: () => void): void => {
    const now = draw % 3 === 0 ? 'up' : 'draining';
    const command = { kind: 'set-server-state', server: drained, state: now } as const;
    const name = { kind: 'call', session: 0, sequence: 0, oldest: 0 } as const;
    ask(state, env, { ...name, request: state.request, command }, over);
  };

  /** Another class for a file that has chunks, or for a new one. */
  const code = (
    state: PlainClient,
    env: ClientEnv,
    own: string | undefined,
    draw: number,
    over: () => void,
  ): void => {
    const inode = own === undefined ? undefined : state.files.get(own)?.inode;
    if (inode !== undefined && draw % 2 === 0) {
      call(state, env, { kind: 'set-class', inode, classId: codedClass }, over);
      return;
    }
    const name = `e${index}-${state.intent}`;
    call(state, env, { kind: 'create', name, ...newFile }, (reply) => {
      if (reply?.kind !== 'inode') return over();
      const made = reply.inode;
      call(state, env, { kind: 'set-class', inode: made, classId: codedClass }, () =>
        write(state, env, made, 0, draw, over),
      );
    });
  };

  const make = (
    state: PlainClient,
    env: ClientEnv,
    name: string,
    draw: number,
    over: () => void,
  ): void => {
    state.files.set(name, null);
    call(state, env, { kind: 'create', name, ...newFile }, (reply) => {
      if (reply?.kind !== 'inode') return over();
      const file: Expected = { inode: reply.inode, validBytes: 0 };
      write(state, env, file.inode, 0, draw, (validBytes) => {
        if (validBytes !== null) state.files.set(name, { ...file, validBytes });
        over();
      });
    });
  };

  const share = (
    state: PlainClient,
    env: ClientEnv,
    draw: number,
    holdUs: number,
    over: () => void,
  ): void => {
    call(state, env, { kind: 'create', name: 'shared', ...newFile }, (reply) => {
      if (reply?.kind === 'inode') write(state, env, reply.inode, draw % 2, draw, over, holdUs);
      else over();
    });
  };

  /** Gives how many bytes count as written, null when nobody knows. */
  const write = (
    state: PlainClient,
    env: ClientEnv,
    inode: number,
    chunkIndex: number,
    draw: number,
    over: (validBytes: number | null) => void,
    holdUs: number = 0,
  ): void => {
    call(state, env, { kind: 'open', inode }, (opened) => {
      if (opened?.kind !== 'done') return over(opened === null ? null : 0);
      const grant = { kind: 'grant-write', inode, index: chunkIndex, members: [] } as const;
      call(state, env, grant, (reply, whole) => {
        const granted = whole?.granted ?? null;
        const close = (bytes: number | null): void =>
          call(state, env, { kind: 'close', inode, handle: 0, owners: [] }, () => over(bytes));
        if (granted === null) return reply === null ? over(null) : close(0);
        state.granted += 1;
        if (!granted.committed) return partsReady(state, env, granted, close);
        if (draw % 5 === 0) return failed(state, env, inode, chunkIndex, granted, close);
        const goOn = () => settle(state, env, inode, chunkIndex, granted.fence, draw, close);
        if (holdUs === 0) goOn();
        else env.timers.set('hold', holdUs, goOn);
      });
    });
  };

  /** Puts the parts of a stripe, and tells after a while which of them are stored. */
  const partsReady = (
    state: PlainClient,
    env: ClientEnv,
    granted: Granted,
    over: (validBytes: number | null) => void,
  ): void => {
    const { chunk, version, generation, fence, nodes } = granted;
    const stored = nodes.map(() => false);
    state.stored = stored;
    nodes.forEach((node, part) => {
      const name = { request: part, chunk, version, generation, part, fence, index: 0 };
      if (node !== '') env.network.send(node, { kind: 'put-part', ...name, blocks: [] });
    });
    env.timers.set('put', timings.dataTimeoutUs, () => {
      const request = state.request;
      const { session } = state;
      const ready = { kind: 'parts-ready', request, session, chunk, fence, stored } as const;
      ask(state, env, ready, () => over(0));
    });
  };

  const failed = (
    state: PlainClient,
    env: ClientEnv,
    inode: number,
    chunkIndex: number,
    { chunk, fence, nodes }: { chunk: number; fence: number; nodes: readonly string[] },
    over: (validBytes: number | null) => void,
  ): void => {
    const { request } = state;
    const name = { session: state.session, inode, chunkIndex, chunk, fence };
    const at = nodes.find((node) => node !== '') ?? '';
    ask(state, env, { kind: 'write-failed', request, ...name, at }, (answer) => {
      const granted = answer?.kind === 'call-done' ? answer.granted : null;
      if (granted === null) over(0);
      else settle(state, env, inode, chunkIndex, granted.fence, 17, over);
    });
  };

  const settle = (
    state: PlainClient,
    env: ClientEnv,
    inode: number,
    chunkIndex: number,
    fence: number,
    draw: number,
    over: (validBytes: number | null) => void,
  ): void => {
    const validBytes = 1 + (draw % 100);
    const at = { inode, index: chunkIndex, fence };
    call(state, env, { kind: 'settle-write', ...at, validBytes }, (reply) => {
      const bytes = reply?.kind === 'done' ? validBytes : isRefusal(reply) ? 0 : null;
      // Some writers vanish with their lease.
      if (draw % 7 === 0) over(bytes);
      else call(state, env, { kind: 'release-write', ...at }, () => over(bytes));
    });
  };

  const look = (state: PlainClient, env: ClientEnv, draw: number, over: () => void): void => {
    const name = draw % 4 === 0 ? 'shared' : `c${draw % 3}-${1 + (draw % 20)}`;
    const request = ++state.request;
    const query = { kind: 'lookup', parent: root, name } as const;
    const { session } = state;
    ask(state, env, { kind: 'ask', request, session, wantsLease: true, query }, (answer) => {
      const found = answer?.kind === 'answered' ? answer : null;
      if (found?.answer?.kind === 'found' && found.leaseUs > 0 && !recalled.has(state)) {
        const sentUs = state.sentUs.get(found.request)!;
        const untilUs = sentUs + heldForUs(found.leaseUs, timings.driftBoundPpm);
        state.cache.set(name, { inode: found.answer.inode, untilUs });
      }
      recalled.delete(state);
      over();
    });
  };
  /** Something was recalled while a question was under way: its answer may be older than that. */
  const recalled: WeakSet<PlainClient> = new WeakSet();

  return {
    name: 'plain-client',
    codec: storageCodec,
    create: () => ({
      session: 0,
      sequence: 0,
      request: 0,
      renewedUs: 0,
      files: new Map(),
      cache: new Map(),
      done: 0,
      lost: 0,
      intent: 0,
      granted: 0,
      sentUs: new Map(),
      stored: [],
    }),
    start(state, env) {
      calls.begin(state);
      env.timers.set('begin', 200_000, () => begin(state, env));
    },
    message(state, env, from, message) {
      if (message.kind === 'recall') {
        for (const { name } of message.keys) state.cache.delete(name);
        if (calls.waitsFor(state)?.message.kind === 'ask') recalled.add(state);
        const { recall, term, session } = message;
        if (message.chunkIndex === null) {
          env.network.send(from, { kind: 'recalled', recall, term, session });
        }
        return;
      }
      if (message.kind === 'part-put') {
        if (message.fault === null) state.stored[message.request] = true;
        return;
      }
      calls.answered(state, env, message);
    },
  };
}
