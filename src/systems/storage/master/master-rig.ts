import type { Env } from '../../../sim/env.ts';
import type { ProposalOutcome, RaftHost, ReadOutcome } from '../../raft/index.ts';
import type { ControlMessage } from '../messages/control-messages.ts';
import type { CallDone, Query } from '../messages/metadata-messages.ts';
import type { StorageMessage } from '../messages/storage-codec.ts';
import type { Command } from '../metadata/command.ts';
import { encodeEnvelope } from '../metadata/command-codec.ts';
import type { Reply } from '../metadata/reply.ts';
import { type StorageSettings, simulationSettings } from '../metadata/settings.ts';
import type { MetadataState } from '../metadata/state.ts';
import { testClasses } from '../metadata/test-rig.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import { type StorageTimings, simulationTimings } from '../timings.ts';
import { MasterService } from './master-service.ts';

export interface Sent {
  readonly to: string;
  readonly message: StorageMessage;
}

export type MessageOf<Kind extends StorageMessage['kind']> = Extract<
  StorageMessage,
  { readonly kind: Kind }
>;

/** One master whose entries are committed at once, with a clock by hand. For tests. */
export class MasterRig {
  nowUs = 0;
  wallUs = 1_000;
  term = 1;
  leads = true;
  /** The log takes nothing now: too much waits in it. */
  full = false;
  /** Proposals and reads wait until `release`. */
  held = false;
  /** Only reads do. */
  readsHeld = false;
  readonly sent: Sent[] = [];
  readonly probes: Set<string> = new Set();
  readonly commands: Command['kind'][] = [];
  readonly service: MasterService;
  private readonly timers: Map<string, { atUs: number; order: number; callback: () => void }> =
    new Map();
  private armed = 0;
  private readonly waiting: (() => void)[] = [];
  private request = 0;
  private readonly sequences: Map<number, number> = new Map();

  constructor(
    settings: Partial<StorageSettings> = {},
    timings: Partial<StorageTimings> = {},
    classes: readonly StorageClass[] = testClasses,
  ) {
    const peers = Array.from({ length: 9 }, (_, at) => `n${at + 1}`);
    this.service = new MasterService(this.host(), {
      peers,
      settings: { ...simulationSettings, ...settings },
      timings: { ...simulationTimings, cacheLeaseUs: 0, ...timings },
      classes,
    });
    this.service.beginsToLead(this.term);
  }

  get state(): MetadataState {
    return this.service.machine.state;
  }

  private host(): RaftHost<StorageMessage, Reply> {
    const rig = this;
    return {
      env: this.env(),
      running: true,
      get isLeader() {
        return rig.leads;
      },
      get leader() {
        return rig.leads ? 'n1' : 'n2';
      },
      propose(data: Uint8Array, done: (outcome: ProposalOutcome<Reply>) => void) {
        if (!rig.leads) {
          done({ status: 'not-leader', leader: 'n2' });
          return false;
        }
        if (rig.full) {
          done({ status: 'unavailable' });
          return false;
        }
        rig.later(() => rig.commit(data, done));
        return true;
      },
      read(done: (outcome: ReadOutcome) => void) {
        const fresh = () => done({ status: 'fresh' });
        if (rig.leads && rig.readsHeld) rig.waiting.push(fresh);
        else if (rig.leads) rig.later(fresh);
        else done({ status: 'not-leader', leader: 'n2' });
      },
    };
  }

  private env(): Env<never> {
    const rig = this;
    return {
      id: 'n1',
      clock: { monotonicUs: () => rig.nowUs, wallUs: () => rig.wallUs + rig.nowUs },
      timers: {
        set(name: string, delayUs: number, callback: () => void) {
          rig.timers.set(name, { atUs: rig.nowUs + delayUs, order: ++rig.armed, callback });
        },
        cancel: (name: string) => rig.timers.delete(name),
      },
      network: { send: (to: string, message: StorageMessage) => rig.sent.push({ to, message }) },
      probe: (name: string) => rig.probes.add(name),
      log: () => {},
      maybe: () => false,
    } as unknown as Env<never>;
  }

  private commit(data: Uint8Array, done: (outcome: ProposalOutcome<Reply>) => void): void {
    const { machine } = this.service;
    const entry = { index: machine.applied + 1, term: this.term, kind: 'command', data } as const;
    const result = machine.apply(entry)!;
    this.service.applied(entry, result);
    done({ status: 'committed', index: entry.index, result });
  }

  private readonly queue: (() => void)[] = [];
  private running = false;

  /** Never within the call, as with Raft. */
  private later(what: () => void): void {
    if (this.held) this.waiting.push(what);
    else this.queue.push(what);
  }

  /** Carries out what was committed meanwhile. */
  private drain(): void {
    if (this.running) return;
    this.running = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) next();
    this.running = false;
  }

  /** Carries out the oldest of what waits. */
  releaseOne(): void {
    this.waiting.shift()?.();
    this.drain();
  }

  release(): void {
    this.held = false;
    this.readsHeld = false;
    for (const what of this.waiting.splice(0)) this.queue.push(what);
    this.drain();
  }

  /** Lets time pass, timer by timer. */
  pass(us: number): void {
    this.drain();
    const untilUs = this.nowUs + us;
    for (;;) {
      let next: [string, { atUs: number; order: number; callback: () => void }] | null = null;
      for (const timer of this.timers) {
        const [, { atUs, order }] = timer;
        const isNext =
          next === null || atUs < next[1].atUs || (atUs === next[1].atUs && order < next[1].order);
        if (atUs <= untilUs && isNext) next = timer;
      }
      if (next === null) break;
      this.timers.delete(next[0]);
      this.nowUs = Math.max(this.nowUs, next[1].atUs);
      next[1].callback();
      this.drain();
    }
    this.nowUs = untilUs;
  }

  /** Another node led meanwhile; now this one leads again, in a later term. */
  leadAgain(): void {
    this.service.ceasesToLead();
    this.term += 1;
    this.sent.length = 0;
    this.service.beginsToLead(this.term);
    this.drain();
  }

  deliver(from: string, message: StorageMessage): void {
    this.service.message(from, message);
    this.drain();
  }

  /** An entry from nowhere, as of an earlier leader. */
  enter(command: Command, session = 0, sequence = 0): Reply {
    const timeUs = this.wallUs + this.nowUs;
    const data = encodeEnvelope({ session, sequence, oldest: sequence, timeUs, command });
    let reply: Reply | null = null;
    this.commit(data, (outcome) => {
      if (outcome.status === 'committed') reply = outcome.result;
    });
    this.drain();
    return reply!;
  }

  /** Messages of a kind to a node that were sent and not taken yet, oldest first. */
  take<Kind extends StorageMessage['kind']>(kind: Kind, to?: string): MessageOf<Kind>[] {
    const taken: MessageOf<Kind>[] = [];
    for (let at = 0; at < this.sent.length; ) {
      const { message, to: where } = this.sent[at]!;
      if (message.kind === kind && (to === undefined || where === to)) {
        taken.push(message as MessageOf<Kind>);
        this.sent.splice(at, 1);
      } else at += 1;
    }
    return taken;
  }

  // ---------------------------------------------------------------- clients

  call(session: number, command: Command, sequence: number = this.nextSequence(session)): number {
    const request = ++this.request;
    const oldest = session === 0 ? 0 : sequence;
    this.deliver('c1', { kind: 'call', request, session, sequence, oldest, command });
    return request;
  }

  private nextSequence(session: number): number {
    const sequence = session === 0 ? 0 : (this.sequences.get(session) ?? 0) + 1;
    this.sequences.set(session, sequence);
    return sequence;
  }

  /** Servers whose fragments have rotted, which nobody has met yet. */
  readonly rotten: Set<number> = new Set();

  /** The answer to a request, if there was one. */
  ended(request: number): CallDone | undefined {
    const at = this.sent.findIndex(
      ({ message }) => message.kind === 'call-done' && message.request === request,
    );
    return at < 0 ? undefined : (this.sent.splice(at, 1)[0]!.message as CallDone);
  }

  do(session: number, command: Command): Reply {
    const done = this.ended(this.call(session, command));
    if (done?.reply == null) throw new Error(`no reply to ${command.kind}`);
    return done.reply;
  }

  ask(session: number, query: Query, wantsLease = false): MessageOf<'answered'> | undefined {
    const request = ++this.request;
    this.deliver('c1', { kind: 'ask', request, session, wantsLease, query });
    return this.take('answered').find((answered) => answered.request === request);
  }

  session(leaseUs: number = simulationTimings.sessionLeaseUs): number {
    const reply = this.do(0, { kind: 'open-session', owner: 7, leaseUs, role: 'client' });
    if (reply.kind !== 'session') throw new Error('no session');
    return reply.session;
  }

  file(session: number, name: string): number {
    const node = { parent: 1, mode: 0o644, uid: 0, gid: 0, exclusive: false };
    const reply = this.do(session, { kind: 'create', name, ...node });
    if (reply.kind !== 'inode') throw new Error('no file');
    this.do(session, { kind: 'open', inode: reply.inode });
    return reply.inode;
  }

  // ---------------------------------------------------------------- chunkservers

  beat(server: number, fields: Partial<MessageOf<'beat'>> = {}): void {
    const place = { region: 1, zone: Math.ceil(server / 2), host: server, weight: 1 };
    const room = { capacityBytes: 1_000_000, usedBytes: 0 };
    this.deliver(`n${server}`, {
      ...{ kind: 'beat', server, beat: 1, life: 1, index: 0, ready: true },
      ...{ heardTerm: 1, heardBeat: 0 },
      ...place,
      ...room,
      ...fields,
    });
  }

  /** A report in one piece, as asked for by the answer to the first beat. */
  report(server: number, fields: Partial<MessageOf<'report'>> = {}): void {
    const list = { report: 1, piece: 0, last: true, fragments: [] };
    const asked = { life: 1, term: this.term, beat: 1 };
    this.deliver(`n${server}`, { kind: 'report', server, ...asked, ...list, ...fields });
  }

  /** Servers 4 to 9, all heard. */
  furnish(): void {
    for (let server = 4; server <= 9; server++) this.beat(server, { heardTerm: 0 });
    this.take('beat-heard');
  }

  /** A file with one chunk, which was leased for writing and released. */
  writtenFile(): { readonly session: number; readonly inode: number } {
    const session = this.session(10_000_000);
    const inode = this.file(session, 'f');
    this.call(session, { kind: 'grant-write', inode, index: 0, members: [] });
    this.setAll();
    const { fence } = this.state.chunks.get(1)!.grant!;
    this.do(session, { kind: 'release-write', inode, index: 0, fence });
    return { session, inode };
  }

  /** Time passes in which these servers beat. */
  passBeating(us: number, servers: readonly number[] = [4, 5, 6, 7, 8, 9]): void {
    const untilUs = this.nowUs + us;
    while (this.nowUs < untilUs) {
      for (const server of servers) this.beat(server);
      this.pass(Math.min(100_000, untilUs - this.nowUs));
      this.proveAll();
    }
  }

  versionSet(
    order: MessageOf<'set-version'>,
    server: number,
    fields: Partial<MessageOf<'version-set'>> = {},
  ): void {
    const { task, chunk, version, generation, part, fence } = order;
    const name = { task, chunk, version, generation, part, fence, server };
    const end = { fault: null, lastFence: 0, lastSequence: 0 };
    this.deliver(`n${server}`, { kind: 'version-set', ...name, ...end, ...fields });
  }

  taskDone(
    order: Extract<ControlMessage, { task: number; index: number }>,
    server: number,
    fields: Partial<MessageOf<'task-done'>> = {},
  ): void {
    const { task, chunk, term } = order;
    const end = { fault: null, failed: [] };
    this.deliver(`n${server}`, {
      ...{ kind: 'task-done', task, server, term, chunk },
      ...end,
      ...fields,
    });
  }

  /** All orders to set a version are carried out, but on these servers. */
  setAll(except: readonly number[] = []): void {
    for (const { to, message } of [...this.sent]) {
      const server = Number(to.slice(1));
      if (message.kind !== 'set-version' || except.includes(server)) continue;
      this.take('set-version', to);
      this.versionSet(message, server);
    }
    this.proveAll();
  }

  /** All that are asked to read what they have find it whole, but for those in `rotten`. */
  proveAll(): void {
    for (const { to, message } of [...this.sent]) {
      if (message.kind !== 'verify-fragment') continue;
      this.take('verify-fragment', to);
      const server = Number(to.slice(1));
      this.taskDone(message, server, { fault: this.rotten.has(server) ? 'bad' : null });
    }
  }
}
