import type { Component } from '../../src/sim/component.ts';
import type { Env } from '../../src/sim/env.ts';
import type {
  Answer,
  Ask,
  CacheKey,
  Call,
  Granted,
  PartsReady,
  Query,
  WriteFailed,
} from '../../src/systems/storage/messages/metadata-messages.ts';
import {
  type StorageWireMessage,
  storageCodec,
} from '../../src/systems/storage/messages/storage-codec.ts';
import type { Command } from '../../src/systems/storage/metadata/command.ts';
import { encodeEnvelope } from '../../src/systems/storage/metadata/command-codec.ts';
import { MetadataMachine } from '../../src/systems/storage/metadata/machine.ts';
import type { GrantReply, Reply } from '../../src/systems/storage/metadata/reply.ts';
import type { StorageSettings } from '../../src/systems/storage/metadata/settings.ts';
import {
  type StorageClass,
  totalParts,
} from '../../src/systems/storage/placement/storage-class.ts';
import { givenForUs, type StorageTimings } from '../../src/systems/storage/timings.ts';
import { answerQuery } from './fake-answers.ts';
import { type FakeDisk, fragmentKey } from './fake-chunkserver.ts';

interface Keeper {
  readonly node: string;
  readonly untilUs: number;
  /** The last recall before. */
  readonly since: number;
}

type Request = Call | Ask | PartsReady | WriteFailed;

/** A master that never fails: a machine in memory that answers at once, with recalls as a real one. */
export class FakeMaster {
  readonly machine: MetadataMachine;
  /** All calls that came, copies too. */
  readonly calls: Call[] = [];
  /** Says what becomes of a request instead of being carried out. */
  trouble: (request: Request) => 'silence' | 'unavailable' | 'not-leader' | undefined = () =>
    undefined;
  /** What becomes of an answer. */
  mute: (request: Request) => boolean = () => false;
  private readonly disks: ReadonlyMap<string, FakeDisk>;
  private readonly timings: StorageTimings;
  private readonly nodeOf: (server: number) => string;
  /** By key: who may keep an answer, and until when. */
  private readonly kept: Map<string, Map<number, Keeper>> = new Map();
  private readonly granted: Map<number, { node: string; untilUs: number }> = new Map();
  private readonly nodeOfSession: Map<number, string> = new Map();
  private waiting: { from: string; call: Call }[] = [];
  private recall: number = 0;

  constructor(
    settings: StorageSettings,
    timings: StorageTimings,
    classes: readonly StorageClass[],
    disks: ReadonlyMap<string, FakeDisk>,
  ) {
    this.machine = new MetadataMachine(settings);
    this.timings = timings;
    this.disks = disks;
    const names = [...disks.keys()];
    this.nodeOf = (server) => (server === 0 ? '' : names[server - 1]!);
    for (const storageClass of classes) this.lead({ kind: 'define-class', storageClass });
    names.forEach((_, at) => {
      const place = { region: 1, zone: at + 1, host: at + 1, weight: 1, capacityBytes: 2 ** 40 };
      this.lead({ kind: 'register-server', server: at + 1, ...place });
    });
    const opened = this.lead({ kind: 'open-session', owner: 1, leaseUs: 1_000, role: 'client' });
    const session = opened.kind === 'session' ? opened.session : 0;
    this.apply(session, 1, 1, 0, { kind: 'set-class', inode: 1, classId: classes[0]!.id });
    this.apply(session, 2, 2, 0, { kind: 'close-session' });
  }

  component(): Component<object, StorageWireMessage> {
    return {
      name: 'fake-master',
      codec: storageCodec,
      create: () => ({}),
      message: (_state, env, from, message) => this.receive(env, from, message),
    };
  }

  lead(command: Command, timeUs: number = 0): Reply {
    return this.apply(0, 0, 0, timeUs, command);
  }

  /** A copy of a call that comes late. */
  replay({ session, sequence, oldest, command }: Call): Reply {
    return this.apply(session, sequence, oldest, 0, command);
  }

  /** Ends a session that nobody has renewed for too long, as far as the master knows. */
  expire(session: number): void {
    const { renewals } = this.machine.state.sessions.get(session)!;
    this.lead({ kind: 'expire-session', expired: session, renewals });
  }

  private apply(
    session: number,
    sequence: number,
    oldest: number,
    timeUs: number,
    command: Command,
  ): Reply {
    const data = encodeEnvelope({ session, sequence, oldest, timeUs, command });
    const { machine } = this;
    return machine.apply({ index: machine.applied + 1, kind: 'command', data })!;
  }

  private receive(env: Env<StorageWireMessage>, from: string, message: StorageWireMessage): void {
    if (message.kind === 'recalled') {
      this.recalledDone(env, message.recall);
      return;
    }
    const isRequest =
      message.kind === 'call' ||
      message.kind === 'ask' ||
      message.kind === 'parts-ready' ||
      message.kind === 'write-failed';
    if (!isRequest) return;
    if (message.kind === 'call') this.calls.push(message);
    const trouble = this.trouble(message);
    if (trouble === 'silence') return;
    if (trouble !== undefined) this.refuse(env, from, message, trouble);
    else if (message.kind === 'call') this.call(env, from, message);
    else if (message.kind === 'ask') this.ask(env, from, message);
    else if (message.kind === 'parts-ready') this.partsReady(env, from, message);
    else this.writeFailed(env, from, message);
  }

  private refuse(
    env: Env<StorageWireMessage>,
    from: string,
    { kind, request }: Request,
    outcome: 'unavailable' | 'not-leader',
  ): void {
    const head = { request, outcome, leader: env.id, index: 0 } as const;
    env.network.send(
      from,
      kind === 'ask'
        ? { kind: 'answered', ...head, answer: null, leaseUs: 0 }
        : { kind: 'call-done', ...head, reply: null, granted: null },
    );
  }

  // ------------------------------------------------------------ recalls

  private readonly recalls: Map<number, { keys: string[]; session: number }> = new Map();

  private recalledDone(env: Env<StorageWireMessage>, recall: number): void {
    const known = this.recalls.get(recall);
    if (known === undefined) return;
    this.recalls.delete(recall);
    for (const key of known.keys) {
      // An answer that was given after the recall went out was not given back by it.
      const keeper = this.kept.get(key)?.get(known.session);
      if (keeper !== undefined && keeper.since < recall) this.kept.get(key)!.delete(known.session);
    }
    const waiting = this.waiting;
    this.waiting = [];
    for (const { from, call } of waiting) this.call(env, from, call);
  }

  /** Whether others may have old answers about what a command changes; recalls them if so. */
  private conflicts(env: Env<StorageWireMessage>, call: Call): boolean {
    const nowUs = env.clock.monotonicUs();
    const bySession = new Map<number, { node: string; keys: CacheKey[] }>();
    for (const key of keysOf(this.machine, call.command)) {
      for (const [session, { node, untilUs }] of this.kept.get(textOf(key)) ?? []) {
        if (session === call.session || untilUs <= nowUs) continue;
        const entry = bySession.get(session) ?? { node, keys: [] };
        entry.keys.push(key);
        bySession.set(session, entry);
      }
    }
    for (const [session, { node, keys }] of bySession) {
      const recall = ++this.recall;
      this.recalls.set(recall, { keys: keys.map(textOf), session });
      env.network.send(node, { kind: 'recall', recall, term: 1, session, keys, chunkIndex: null });
    }
    return bySession.size > 0;
  }

  // ------------------------------------------------------------ calls

  private call(env: Env<StorageWireMessage>, from: string, call: Call): void {
    if (this.conflicts(env, call)) {
      // Tried again when something is given back, and when the leases are over.
      this.waiting.push({ from, call });
      env.timers.set('waiting', 20_000, () => {
        const waiting = this.waiting;
        this.waiting = [];
        for (const one of waiting) this.call(env, one.from, one.call);
      });
      return;
    }
    const { session, sequence, oldest } = call;
    const command = this.withMembers(call.command);
    if (command.kind === 'grant-write') this.expireOther(env, session, command);
    const reply = this.apply(session, sequence, oldest, env.clock.wallUs(), command);
    const index = this.machine.applied;
    if (reply.kind === 'session') this.nodeOfSession.set(reply.session, from);
    const granted = reply.kind === 'grant' ? this.grant(env, from, reply) : null;
    const refused = reply.kind === 'error' && reply.errno === 'EAGAIN';
    if (refused) this.recallWriters(env, call.command);
    if (this.mute(call)) return;
    const head = { request: call.request, outcome: 'done', leader: env.id } as const;
    env.network.send(from, { kind: 'call-done', ...head, index, reply, granted });
  }

  private withMembers(command: Command): Command {
    if (command.kind !== 'grant-write') return command;
    const { state } = this.machine;
    const file = state.inodes.get(command.inode);
    const slot = state.slots.get(command.inode, command.index);
    const classId = state.chunks.get(slot?.chunk ?? 0)?.classId ?? file?.classId ?? 0;
    const shared = (state.chunks.get(slot?.chunk ?? 0)?.references ?? 1) > 1;
    const storageClass = state.classes.get(shared ? (file?.classId ?? 0) : classId);
    const total = storageClass === undefined ? 0 : totalParts(storageClass.redundancy);
    return { ...command, members: Array.from({ length: total }, (_, at) => at + 1) };
  }

  private chunkOf(inode: number, index: number): number {
    const slot = this.machine.state.slots.get(inode, index);
    return slot === undefined ? 0 : slot.born || slot.chunk;
  }

  /** A lease of another session ends by time here; then its chunk is recovered at once. */
  private expireOther(
    env: Env<StorageWireMessage>,
    session: number,
    { inode, index }: { inode: number; index: number },
  ): void {
    const chunk = this.chunkOf(inode, index);
    const grant = this.machine.state.chunks.get(chunk)?.grant;
    if (!grant || grant.session === session) return;
    if ((this.granted.get(grant.fence)?.untilUs ?? 0) > env.clock.monotonicUs()) return;
    this.lead({ kind: 'expire-lease', chunk, fence: grant.fence });
    this.recover(chunk);
  }

  /** Makes one replica of all, from the longest. */
  private recover(chunk: number): void {
    const row = this.machine.state.chunks.get(chunk);
    if (row?.unsettled !== true || row.grant !== null) return;
    const reply = this.lead({ kind: 'recover-chunk', chunk });
    if (reply.kind !== 'grant') throw new Error(JSON.stringify(reply));
    this.setVersions(reply);
    const { fence, members } = reply;
    this.lead({ kind: 'commit-version', chunk, fence, members });
  }

  private recallWriters(env: Env<StorageWireMessage>, command: Command): void {
    const { chunks } = this.machine.state;
    for (const chunk of chunks.keys()) {
      const grant = chunks.get(chunk)!.grant;
      const about = 'inode' in command ? command.inode : (command as { source?: number }).source;
      if (grant === null || (grant.inode !== about && command.kind !== 'clone')) continue;
      if ((this.granted.get(grant.fence)?.untilUs ?? 0) <= env.clock.monotonicUs()) {
        this.lead({ kind: 'expire-lease', chunk, fence: grant.fence });
        this.recover(chunk);
        continue;
      }
      const node = this.nodeOfSession.get(grant.session);
      if (node === undefined) continue;
      const keys = [{ inode: grant.inode, name: '' }];
      const head = { recall: ++this.recall, term: 1, session: grant.session, keys };
      env.network.send(node, { kind: 'recall', ...head, chunkIndex: grant.index });
    }
  }

  /** Tells the members of a grant, and commits it at once unless parts have to come first. */
  private grant(env: Env<StorageWireMessage>, node: string, reply: GrantReply): Granted | null {
    const { chunk, fence, version, generation, members, validBytes } = reply;
    const row = this.machine.state.chunks.get(chunk);
    const current = row?.grant?.fence === fence ? row : undefined;
    const storageClass = this.machine.state.classes.get(row?.classId ?? 0);
    const leaseUs = this.timings.writeLeaseUs;
    const untilUs = env.clock.monotonicUs() + givenForUs(leaseUs, this.timings.driftBoundPpm);
    if (current === undefined || storageClass === undefined) return null;
    this.granted.set(fence, { node, untilUs });
    const committed = storageClass.redundancy.kind === 'replicated';
    if (committed && !current.grant!.open) {
      this.setVersions(reply);
      this.lead({ kind: 'commit-version', chunk, fence, members });
    }
    const nodes = members.map(this.nodeOf);
    const { id: classId } = storageClass;
    const rest = { nodes, validBytes, committed, leaseUs };
    return { chunk, version, fence, generation, classId, ...rest };
  }

  private setVersions({ chunk, fence, version, generation, members, copyOf }: GrantReply): void {
    const key = fragmentKey(chunk, generation, 0);
    const all = members.map((member) => this.disks.get(this.nodeOf(member))!.fragments);
    const longest = all
      .map((fragments) => fragments.get(key))
      .reduce((best, one) => ((one?.last ?? -1) > (best?.last ?? -1) ? one : best), undefined);
    for (const fragments of all) {
      const before = fragments.get(key);
      const source = copyOf === 0 ? longest : fragments.get(fragmentKey(copyOf, 0, 0));
      const blocks = new Map(source?.blocks ?? []);
      if (copyOf !== 0) for (const [at, block] of blocks) blocks.set(at, { ...block, version });
      const oldVersion = before?.version ?? version;
      fragments.set(key, { version, oldVersion, fence, last: 0, committed: 0, tail: '', blocks });
    }
  }

  private partsReady(env: Env<StorageWireMessage>, from: string, message: PartsReady): void {
    const { chunk, fence, stored, request } = message;
    const row = this.machine.state.chunks.get(chunk);
    const grant = row?.grant?.fence === fence ? row.grant : null;
    const before = grant?.open === true;
    const members = (grant?.members ?? []).map((member, at) => (stored[at] ? member : 0));
    const reply: Reply = before
      ? { kind: 'version', version: grant.version, fence }
      : this.lead({ kind: 'commit-version', chunk, fence, members });
    const head = { request, outcome: 'done', leader: env.id, index: this.machine.applied } as const;
    env.network.send(from, { kind: 'call-done', ...head, reply, granted: null });
  }

  /** All members are alive here: the same ones go on, with what the longest has. */
  private writeFailed(env: Env<StorageWireMessage>, from: string, message: WriteFailed): void {
    const { chunk, fence, request } = message;
    const grant = this.machine.state.chunks.get(chunk)?.grant ?? null;
    const members = grant?.members ?? [];
    const at = this.machine.state.chunks.get(chunk)?.generation ?? 0;
    const reply = this.lead({ kind: 'reform-members', chunk, fence, members });
    let granted: Granted | null = null;
    if (reply.kind === 'version' && grant !== null) {
      const { validBytes } = this.machine.state.slots.get(grant.inode, grant.index)!;
      const copy = { copyOf: 0, copyVersion: 0, validBytes };
      const made = { ...reply, chunk, generation: at, members, ...copy };
      this.setVersions({ ...made, kind: 'grant' });
      granted = this.grant(env, from, { ...made, kind: 'grant' });
    }
    const head = { request, outcome: 'done', leader: env.id, index: this.machine.applied } as const;
    env.network.send(from, { kind: 'call-done', ...head, reply, granted });
  }

  // ------------------------------------------------------------ questions

  private ask(env: Env<StorageWireMessage>, from: string, message: Ask): void {
    const { query, session, request, wantsLease } = message;
    const { state } = this.machine;
    const alive = state.sessions.get(session) !== undefined;
    const answer: Answer = alive ? this.answerTo(query) : { kind: 'error', errno: 'ENOTCONN' };
    const leaseUs = wantsLease && alive ? this.timings.cacheLeaseUs : 0;
    if (leaseUs > 0 && query.kind !== 'region' && query.kind !== 'list-trash') {
      const key = query.kind === 'lookup' ? [query.parent, query.name] : [query.inode, ''];
      const text = textOf({ inode: key[0] as number, name: key[1] as string });
      const keepers = this.kept.get(text) ?? new Map();
      const untilUs = env.clock.monotonicUs() + givenForUs(leaseUs, this.timings.driftBoundPpm);
      keepers.set(session, { node: from, untilUs, since: this.recall });
      this.kept.set(text, keepers);
    }
    if (this.mute(message)) return;
    const head = { request, outcome: 'done', leader: env.id, index: this.machine.applied } as const;
    env.network.send(from, { kind: 'answered', ...head, answer, leaseUs });
  }

  private answerTo(query: Query): Answer {
    const { state } = this.machine;
    if (query.kind === 'locate')
      this.recover(state.slots.get(query.inode, query.index)?.chunk ?? 0);
    return answerQuery(state, query, this.nodeOf);
  }
}

function textOf({ inode, name }: CacheKey): string {
  return `${inode}/${name}`;
}

/** What a command changes the answers about. */
function keysOf({ state }: MetadataMachine, command: Command): CacheKey[] {
  const keys: CacheKey[] = [];
  const add = (parent: number, name: string) => {
    keys.push({ inode: parent, name: '' }, { inode: parent, name });
    const inode = state.dentries.get(parent, name)?.inode;
    if (inode !== undefined) keys.push({ inode, name: '' });
  };
  const silent = ['open', 'close', 'lock', 'unlock', 'release-write'];
  if ('parent' in command) add(command.parent, command.name);
  if (command.kind === 'rename') add(command.newParent, command.newName);
  if ('inode' in command && !silent.includes(command.kind)) {
    keys.push({ inode: command.inode, name: '' });
  }
  return keys;
}
