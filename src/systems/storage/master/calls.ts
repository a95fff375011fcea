import type { Address } from '../../../sim/message.ts';
import type { ProposalOutcome } from '../../raft/index.ts';
import type {
  Call,
  CallOutcome,
  Granted,
  PartsReady,
  WriteFailed,
} from '../messages/metadata-messages.ts';
import type { Command } from '../metadata/command.ts';
import { encodeEnvelope, isEnvelope } from '../metadata/command-codec.ts';
import { type Reply, refuse } from '../metadata/reply.ts';
import type { CacheLeases, Change } from './cache-leases.ts';
import { type Leadership, wallUs } from './leadership.ts';
import type { LeaseClock } from './lease-clock.ts';
import { recallWriter } from './recall-writer.ts';
import type { Reforms } from './reforms.ts';
import type { Servers } from './servers.ts';
import { keysTouched } from './touched-keys.ts';
import { TreeCopies } from './tree-copies.ts';
import type { WriteGrants } from './write-grants.ts';
import type { WriterPauses } from './writer-pauses.ts';

/** What may be asked for without a session: to get one, and what an administrator does. */
const withoutSession: ReadonlySet<Command['kind']> = new Set([
  'open-session',
  'define-class',
  'set-server-state',
  'remove-server',
  'set-region-mode',
  'advance-watermark',
]);

/** A call under way, and who is to be told. A later copy of it takes the place of the asker. */
interface Asker {
  from: Address;
  request: number;
  /** A later copy came while it was under way. */
  again: boolean;
}

/** What the calls work with. */
export interface CallWork {
  readonly lead: Leadership;
  readonly leases: LeaseClock;
  readonly cache: CacheLeases;
  readonly grants: WriteGrants;
  readonly reforms: Reforms;
  readonly pauses: WriterPauses;
  readonly servers: Servers;
}

/** Carries out what clients want to be done, and tells them how it ended. */
export class Calls {
  private readonly work: CallWork;
  /** Calls under way, by session and sequence. */
  private readonly open: Map<string, Asker> = new Map();
  private readonly copies: TreeCopies;

  constructor(work: CallWork) {
    this.work = work;
    this.copies = new TreeCopies(work.lead);
  }

  take(from: Address, call: Call): void {
    const { lead } = this.work;
    const { session, sequence, request, command } = call;
    const asker: Asker = { from, request, again: false };
    // Before anything looks at it. A client of ours says so itself, and gets the errno of POSIX.
    if (!isEnvelope({ session, sequence, oldest: call.oldest, timeUs: 0, command })) {
      lead.env.probe('malformed call');
      this.answer(asker, 'done', 0, refuse('EINVAL'));
      return;
    }
    if (session === 0) {
      if (withoutSession.has(command.kind)) this.propose(call, (end) => this.end(asker, end));
      else this.answer(asker, 'done', 0, refuse('ENOTCONN'));
      return;
    }
    const key = `${session}/${sequence}`;
    const underWay = this.open.get(key);
    if (underWay !== undefined) {
      underWay.from = from;
      underWay.request = request;
      underWay.again = true;
      return;
    }
    if (this.copies.mustWait(call) || this.work.pauses.mustWait(call)) {
      this.answer(asker, 'unavailable', 0, null);
      return;
    }
    this.open.set(key, asker);
    this.prepare(call, (end, granted) => {
      this.open.delete(key);
      // A lease is counted from the later copy, which may have been sent when somebody else led: the
      // entry does not prove that this node leads still.
      if (granted === null || !asker.again) this.end(asker, end, granted);
      else lead.confirmed(() => this.end(asker, end, granted));
    });
  }

  /** Waits until the change hurts nobody's cache. What was carried out before changes nothing. */
  private prepare(
    call: Call,
    done: (outcome: ProposalOutcome<Reply>, granted: Granted | null) => void,
  ): void {
    const { lead, cache } = this.work;
    const { session, sequence, command } = call;
    if (lead.state.replies.get(session, sequence) !== undefined) {
      this.carryOut(call, null, done);
      return;
    }
    cache.change(
      session,
      () => keysTouched(lead.state, command),
      (change) => this.carryOut(call, change, done),
    );
  }

  private carryOut(
    call: Call,
    change: Change | null,
    done: (outcome: ProposalOutcome<Reply>, granted: Granted | null) => void,
  ): void {
    this.propose(call, (outcome) => {
      if (change !== null) this.work.cache.finished(change);
      const reply = outcome.status === 'committed' ? outcome.result : null;
      if (outcome.status === 'committed' && reply?.kind === 'grant') {
        this.makeReady(outcome, reply, done);
        return;
      }
      const isHeldUp = reply?.kind === 'error' && reply.errno === 'EAGAIN';
      this.copies.ended(call, isHeldUp);
      if (isHeldUp) this.recallWriters(call);
      done(outcome, null);
    });
  }

  private makeReady(
    outcome: ProposalOutcome<Reply> & { status: 'committed' },
    reply: Reply & { kind: 'grant' },
    done: (outcome: ProposalOutcome<Reply>, granted: Granted | null) => void,
  ): void {
    this.work.grants.carryOut(reply, (result, granted) => {
      if (result === null) done({ status: 'unknown' }, null);
      else done({ ...outcome, result }, granted);
    });
  }

  private propose(call: Call, done: (outcome: ProposalOutcome<Reply>) => void): void {
    const { lead, grants, servers } = this.work;
    const { session, sequence, oldest } = call;
    let { command } = call;
    if (command.kind === 'set-server-state' && command.state === 'up') {
      const { server } = command;
      const isDrained = lead.state.servers.get(server)?.state === 'draining';
      if (isDrained) command = { ...command, state: servers.stateBehindDrain(server) };
    }
    if (command.kind === 'grant-write') {
      command = { ...command, members: grants.membersFor(command) };
    }
    const timeUs = wallUs(lead.env);
    lead.host.propose(encodeEnvelope({ session, sequence, oldest, timeUs, command }), done);
  }

  /** Somebody else holds a write lease that stands in the way: the leader wants it back. */
  private recallWriters({ session, command }: Call): void {
    const { lead, leases } = this.work;
    if (command.kind === 'grant-write') {
      const slot = lead.state.slots.get(command.inode, command.index);
      const chunk = slot === undefined || slot.born === 0 ? slot?.chunk : slot.born;
      recallWriter(lead, leases, chunk ?? 0, session);
    } else if (command.kind === 'truncate' || command.kind === 'clone') {
      const inode = command.kind === 'truncate' ? command.inode : command.source;
      const isFile = lead.state.inodes.get(inode)?.kind !== 'directory';
      // A tree: leases under way are few.
      const chunks = isFile ? lead.indexes.grantsOf.get(inode) : lead.indexes.granted;
      for (const chunk of chunks ?? []) recallWriter(lead, leases, chunk, session);
    }
  }

  // ---------------------------------------------------------------- chunks

  partsReady(from: Address, ready: PartsReady): void {
    const { request, session, chunk, fence, stored } = ready;
    this.work.grants.partsReady(session, chunk, fence, stored, (reply) => {
      const outcome = reply === null ? 'unknown' : 'done';
      this.answer({ from, request, again: false }, outcome, this.work.lead.state.applied, reply);
    });
  }

  writeFailed(from: Address, failed: WriteFailed): void {
    const asker = { from, request: failed.request, again: false };
    this.work.reforms.writeFailed(failed, (reply, granted) => {
      const outcome = reply === null ? 'unknown' : 'done';
      this.answer(asker, outcome, this.work.lead.state.applied, reply, granted);
    });
  }

  // ---------------------------------------------------------------- answers

  private end(asker: Asker, outcome: ProposalOutcome<Reply>, granted: Granted | null = null): void {
    if (outcome.status === 'committed') {
      this.answer(asker, 'done', outcome.index, outcome.result, granted);
    } else {
      this.answer(asker, outcome.status, 0, null);
    }
  }

  private answer(
    { from, request }: Asker,
    outcome: CallOutcome,
    index: number,
    reply: Reply | null,
    granted: Granted | null = null,
  ): void {
    const { lead } = this.work;
    const { leader } = lead.host;
    lead.send(from, { kind: 'call-done', request, outcome, leader, index, reply, granted });
  }
}
