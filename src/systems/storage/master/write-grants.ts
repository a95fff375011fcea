import type { Granted } from '../messages/metadata-messages.ts';
import { fragmentBytes, presentCount } from '../metadata/chunk-life.ts';
import type { CommandOf } from '../metadata/command.ts';
import { type GrantReply, type Reply, refuse } from '../metadata/reply.ts';
import type { Chunk, Grant } from '../metadata/rows.ts';
import { writtenClass } from '../metadata/write-leases.ts';
import { place } from '../placement/place.ts';
import { minimumDurable, type StorageClass, totalParts } from '../placement/storage-class.ts';
import type { Leadership } from './leadership.ts';
import type { LeaseClock } from './lease-clock.ts';
import type { PassedOver } from './passed-over.ts';
import { prove } from './proofs.ts';
import type { Servers } from './servers.ts';
import { patienceOf, Round, type RoundAim } from './set-versions.ts';
import type { Tasks } from './tasks.ts';

/** Told how a grant ended: with what the holder needs, or with the refusal. */
export type GrantDone = (reply: Reply | null, granted: Granted | null) => void;

/** What the parts about chunks work with. */
export interface ChunkWork {
  readonly lead: Leadership;
  readonly tasks: Tasks;
  readonly servers: Servers;
  readonly leases: LeaseClock;
  readonly passedOver: PassedOver;
}

/** The servers that get a new chunk or stripe, by part; zeros where there is no room. */
export function placeChunk(
  { lead, servers }: ChunkWork,
  storageClass: StorageClass,
  key: number,
  held: readonly number[],
  excluded: readonly number[],
): readonly number[] {
  const { state } = lead;
  const places = servers.places();
  const placement = place({
    places,
    storageClass,
    key,
    held,
    partBytes: fragmentBytes(state, storageClass),
    excluded: [...servers.unfit(), ...excluded],
    homeRegion: state.settings.region,
  });
  servers.placed = { chunk: key, places, placement };
  return placement.members;
}

/** Carries out the grants of write leases, from the entry to members that are ready for writes. */
export class WriteGrants {
  private readonly work: ChunkWork;
  /** Grants whose members are being made ready, by chunk. */
  private readonly rounds: Map<number, { readonly round: Round; readonly waiters: GrantDone[] }> =
    new Map();

  constructor(work: ChunkWork) {
    this.work = work;
  }

  /** The members that the leader proposes for a grant, as the tables and the servers are now. */
  membersFor({ inode, index }: CommandOf<'grant-write'>): readonly number[] {
    const { state } = this.work.lead;
    const slot = state.slots.get(inode, index);
    const current = slot === undefined ? undefined : state.chunks.get(slot.chunk);
    const isFresh = current === undefined || current.references > 1;
    const storageClass = writtenClass(state, inode, current);
    if (storageClass === undefined) return [];
    const key = isFresh ? state.nextChunk : slot!.chunk;
    const members = placeChunk(this.work, storageClass, key, [], []);
    const total = totalParts(storageClass.redundancy);
    return members.length === total ? members : Array.from({ length: total }, () => 0);
  }

  /** A grant was committed, now or long ago: makes its members ready, or tells that it is over. */
  carryOut(reply: GrantReply, done: GrantDone): void {
    const { lead } = this.work;
    const row = lead.state.chunks.get(reply.chunk);
    const grant = row?.grant ?? null;
    if (row === undefined || grant === null || grant.fence !== reply.fence) {
      lead.env.probe('a grant was over before its members were ready');
      done(reply, null);
      return;
    }
    const storageClass = lead.state.classes.get(row.classId)!;
    if (grant.open || storageClass.redundancy.kind === 'erasure') {
      done(reply, this.granted(reply.chunk));
      return;
    }
    const running = this.rounds.get(reply.chunk);
    if (running?.round.aim.fence === grant.fence) {
      running.waiters.push(done);
      return;
    }
    running?.round.callOff();
    for (const waiter of running?.waiters ?? []) waiter(refuse('ESTALE'), null);
    this.begin(reply, row, storageClass, [done]);
  }

  private begin(
    reply: GrantReply,
    row: Readonly<Chunk>,
    storageClass: StorageClass,
    waiters: GrantDone[],
  ): void {
    const { lead, tasks, servers } = this.work;
    const { taskTimeoutUs } = lead.timings;
    const { copyOf, copyVersion } = reply;
    const aim: RoundAim = {
      chunk: reply.chunk,
      version: reply.version,
      fence: reply.fence,
      generation: reply.generation,
      from: row.version,
      copyOf,
      copyVersion,
      copyGeneration: lead.state.chunks.get(copyOf)?.generation ?? 0,
      members: row.grant!.members,
    };
    const minimum = minimumDurable(storageClass.redundancy);
    // So that whose order was lost gets a second one.
    const patience = patienceOf(servers, minimum, 2 * taskTimeoutUs, 4 * taskTimeoutUs);
    const formed = (durable: readonly number[]): void => {
      const isFormed = row.version > 0 && presentCount(durable) >= minimum;
      const out = isFormed ? aim.members.filter((one) => one !== 0 && !durable.includes(one)) : [];
      for (const server of out) servers.withhold(server, 1);
      this.leaveOut(reply, durable, out);
    };
    const round = new Round(lead, tasks, aim, patience, (durable) => {
      const isLess = presentCount(durable) < presentCount(aim.members);
      // Replicas of a chunk that was in order are alike, whoever of them counts as the longest.
      if (row.unsettled && round.passedOver.length > 0) this.recoverFirst(reply, round.passedOver);
      else if (row.version > 0 && isLess) prove(this.work, aim, durable, formed);
      else formed(durable);
    });
    this.rounds.set(reply.chunk, { round, waiters });
    round.begin();
  }

  /** Nobody can say what the members have: they are brought into line before anybody writes. */
  private recoverFirst(reply: GrantReply, passedOver: readonly number[]): void {
    const { lead, passedOver: known } = this.work;
    const { chunk, fence } = reply;
    known.note(chunk, passedOver);
    const members = reply.members.map(() => 0);
    lead.propose({ kind: 'commit-version', chunk, fence, members }, () => {
      const running = this.rounds.get(chunk);
      if (running?.round.aim.fence !== fence) return;
      this.rounds.delete(chunk);
      // Who gets no grant with the answer asks again.
      for (const waiter of running.waiters) waiter(reply, null);
    });
  }

  /** Waits until nobody who is left out can serve what was before, then commits the others. */
  private leaveOut(reply: GrantReply, members: readonly number[], out: readonly number[]): void {
    const { lead, servers } = this.work;
    const isRunning = this.rounds.get(reply.chunk)?.round.aim.fence === reply.fence;
    if (!isRunning || out.every((server) => servers.cannotServe(server))) {
      this.commit(reply, members, out);
      return;
    }
    const againUs = lead.timings.taskTimeoutUs / 4;
    lead.alarms.after(againUs, () => this.leaveOut(reply, members, out));
  }

  private commit(reply: GrantReply, members: readonly number[], out: readonly number[]): void {
    const { chunk, fence } = reply;
    this.work.lead.propose({ kind: 'commit-version', chunk, fence, members }, (committed) => {
      for (const server of out) this.work.servers.withhold(server, -1);
      const running = this.rounds.get(chunk);
      if (running?.round.aim.fence !== fence) return;
      this.rounds.delete(chunk);
      if (committed?.kind === 'error') this.work.lead.env.probe('a grant found too few members');
      for (const waiter of running.waiters) {
        if (committed?.kind === 'version') waiter(reply, this.granted(chunk));
        else waiter(committed, null);
      }
    });
  }

  /** The current grant of a chunk, for its holder, whose lease begins anew with the answer. */
  granted(chunk: number): Granted | null {
    const { lead, leases } = this.work;
    const row = lead.state.chunks.get(chunk);
    const grant = row?.grant ?? null;
    if (row === undefined || grant === null) return null;
    leases.extend(chunk, grant.fence);
    return {
      chunk,
      version: grant.version,
      fence: grant.fence,
      generation: row.generation,
      classId: row.classId,
      nodes: lead.namesOf(grant.open ? row.members : grant.members),
      validBytes: lead.state.slots.get(grant.inode, grant.index)?.validBytes ?? 0,
      committed: grant.open,
      leaseUs: lead.timings.writeLeaseUs,
    };
  }

  /** The holder of a grant for a stripe has these parts durable on their servers. */
  partsReady(
    session: number,
    chunk: number,
    fence: number,
    stored: readonly boolean[],
    done: (reply: Reply | null) => void,
  ): void {
    const { lead } = this.work;
    const grant = lead.state.chunks.get(chunk)?.grant ?? null;
    if (grant === null || grant.fence !== fence || grant.session !== session) {
      done(refuse('ESTALE'));
      return;
    }
    if (grant.open) {
      done({ kind: 'version', version: grant.version, fence });
      return;
    }
    const members = grant.members.map((member, position) => (stored[position] ? member : 0));
    lead.propose({ kind: 'commit-version', chunk, fence, members }, done);
  }
}

/** What a grant's entry replied, told again from the tables. */
export function grantReply(chunk: number, row: Readonly<Chunk>, grant: Grant): GrantReply {
  const { version, fence, members } = grant;
  const none = { copyOf: 0, copyVersion: 0, validBytes: 0 };
  return { kind: 'grant', chunk, version, fence, generation: row.generation, members, ...none };
}

/** Whether so many members may go on writing. */
export function mayWrite(storageClass: StorageClass, members: readonly number[]): boolean {
  return presentCount(members) >= minimumDurable(storageClass.redundancy);
}
