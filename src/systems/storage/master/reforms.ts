import type { WriteFailed } from '../messages/metadata-messages.ts';
import { type Reply, refuse } from '../metadata/reply.ts';
import type { Chunk, Grant } from '../metadata/rows.ts';
import { minimumDurable } from '../placement/storage-class.ts';
import { prove } from './proofs.ts';
import { Round, type RoundAim } from './set-versions.ts';
import {
  type ChunkWork,
  type GrantDone,
  grantReply,
  mayWrite,
  type WriteGrants,
} from './write-grants.ts';

/** A chunk whose writer could not reach a member. */
interface Reform {
  readonly chunk: number;
  readonly waiters: GrantDone[];
  /** The fence under which the members are now to agree. */
  fence: number;
  round: Round | null;
  /** Servers that get no serve-lease meanwhile. */
  readonly withheld: Set<number>;
}

/**
 * Goes on writing after a member failed. The survivors take a new version and a new fence, and whoever
 * was left out can serve nobody by then: it has said so itself, or its serve-lease is over and it got
 * no other.
 */
export class Reforms {
  private readonly work: ChunkWork;
  private readonly grants: WriteGrants;
  private readonly running: Map<number, Reform> = new Map();
  /** Who was named for a chunk already, and is left out when it is named again under a later fence. */
  private readonly named: Map<number, { readonly fence: number; readonly server: number }> =
    new Map();

  /** The fence on which the members of a chunk were brought to agree in this term. */
  private readonly agreedOn: Map<number, number> = new Map();

  constructor(work: ChunkWork, grants: WriteGrants) {
    this.work = work;
    this.grants = grants;
  }

  writeFailed(failed: WriteFailed, done: GrantDone): void {
    const { lead } = this.work;
    const row = lead.state.chunks.get(failed.chunk);
    const grant = row?.grant ?? null;
    const isHeld = grant?.session === failed.session && grant.open;
    if (row === undefined || grant === null || !isHeld || grant.fence < failed.fence) {
      done(refuse('ESTALE'), null);
      return;
    }
    const { redundancy } = lead.state.classes.get(row.classId)!;
    if (redundancy.kind !== 'replicated') {
      done(refuse('EINVAL'), null);
      return;
    }
    const running = this.running.get(failed.chunk);
    if (running !== undefined) {
      running.waiters.push(done);
      return;
    }
    if (grant.fence === failed.fence) {
      this.begin(failed, row, done);
    } else if (this.agreedOn.get(failed.chunk) === grant.fence) {
      // The answer to an earlier copy of this was lost.
      this.answer([done], failed.chunk, grant.fence);
    } else {
      // An earlier leader formed it anew: nobody knows whether its members have heard of it.
      const reform = this.start(failed.chunk, grant.fence, done);
      this.agree(reform, row.version);
    }
  }

  private start(chunk: number, fence: number, done: GrantDone): Reform {
    const reform: Reform = { chunk, waiters: [done], fence, round: null, withheld: new Set() };
    this.running.set(chunk, reform);
    return reform;
  }

  /** The row of a chunk has changed: without its writer nothing is remembered of it. */
  chunkChanged(chunk: number): void {
    if ((this.work.lead.state.chunks.get(chunk)?.grant ?? null) !== null) return;
    this.agreedOn.delete(chunk);
    this.named.delete(chunk);
  }

  /** Whether the members of a chunk are being changed. */
  isRunning(chunk: number): boolean {
    return this.running.has(chunk);
  }

  private begin(failed: WriteFailed, row: Readonly<Chunk>, done: GrantDone): void {
    const { lead, servers } = this.work;
    const { chunk, fence } = failed;
    const reform = this.start(chunk, fence, done);
    lead.env.probe('a chain is formed anew');
    const at = row.members.find((member) => member !== 0 && lead.nodeOf(member) === failed.at) ?? 0;
    const named = this.named.get(chunk);
    // Its node lives and its disk may too, and yet the chain does not get through to it.
    const twice = at !== 0 && named?.server === at && named.fence < fence;
    if (at !== 0) this.named.set(chunk, { fence, server: at });
    const survivors = row.members.map((member) =>
      servers.isAlive(member) && !(twice && member === at) ? member : 0,
    );
    this.leaveOut(reform, survivors);
  }

  /** Waits until nobody who is left out can serve, then commits the survivors. */
  private leaveOut(reform: Reform, survivors: readonly number[]): void {
    const { lead, servers } = this.work;
    const row = lead.state.chunks.get(reform.chunk);
    const grant = row?.grant ?? null;
    if (row === undefined || grant === null || grant.fence !== reform.fence) {
      this.end(reform, refuse('ESTALE'));
      return;
    }
    if (!mayWrite(lead.state.classes.get(row.classId)!, survivors)) {
      this.end(reform, refuse('EIO'));
      return;
    }
    const out = row.members.filter((member) => member !== 0 && !survivors.includes(member));
    for (const server of out) this.withhold(reform, server);
    if (out.every((server) => servers.cannotServe(server))) {
      if (out.length === 0) this.propose(reform, survivors);
      else this.prove(reform, row, survivors);
    } else {
      const againUs = lead.timings.taskTimeoutUs / 4;
      lead.alarms.after(againUs, () => this.leaveOut(reform, survivors));
    }
  }

  private prove(reform: Reform, row: Readonly<Chunk>, survivors: readonly number[]): void {
    const { lead } = this.work;
    const { chunk } = reform;
    prove(this.work, { chunk, ...row }, survivors, (proven) => {
      const isSame = lead.state.chunks.get(chunk)?.grant?.fence === reform.fence;
      // Who is left out for its damage must not serve either.
      if (isSame && proven.every((server, at) => server === survivors[at])) {
        this.propose(reform, proven);
      } else this.leaveOut(reform, proven);
    });
  }

  private propose(reform: Reform, members: readonly number[]): void {
    const { lead } = this.work;
    const { chunk, fence } = reform;
    const from = lead.state.chunks.get(chunk)!.version;
    lead.propose({ kind: 'reform-members', chunk, fence, members }, (reply) => {
      if (reply?.kind !== 'version') {
        this.end(reform, reply);
        return;
      }
      reform.fence = reply.fence;
      this.agree(reform, from);
    });
  }

  private agree(reform: Reform, from: number): void {
    const { lead, tasks, servers } = this.work;
    const { chunk } = reform;
    const row = lead.state.chunks.get(chunk);
    const grant = row?.grant ?? null;
    if (row === undefined || grant === null || grant.fence !== reform.fence) {
      this.end(reform, refuse('ESTALE'));
      return;
    }
    const { taskTimeoutUs, serverLeaseUs } = lead.timings;
    const patience = {
      minimum: minimumDurable(lead.state.classes.get(row.classId)!.redundancy),
      patienceUs: Number.POSITIVE_INFINITY,
      limitUs: 3 * serverLeaseUs,
      isLost: (server: number) => servers.cannotServe(server),
    };
    const done = (durable: readonly number[]) => this.agreed(reform, row.members, durable);
    const round = new Round(lead, tasks, aimOf(chunk, row, grant, from), patience, done);
    reform.round = round;
    lead.alarms.after(taskTimeoutUs, () => {
      if (reform.round !== round) return;
      for (const server of round.silent) this.withhold(reform, server);
    });
    round.begin();
  }

  private agreed(reform: Reform, members: readonly number[], durable: readonly number[]): void {
    reform.round = null;
    if (members.every((member, position) => durable[position] === member)) {
      this.agreedOn.set(reform.chunk, reform.fence);
      this.end(reform, null);
    } else this.leaveOut(reform, durable);
  }

  private withhold(reform: Reform, server: number): void {
    if (reform.withheld.has(server)) return;
    reform.withheld.add(server);
    this.work.servers.withhold(server, 1);
  }

  /** `refusal` null: the members agree, or nobody knows, which the tables tell. */
  private end(reform: Reform, refusal: Reply | null): void {
    this.running.delete(reform.chunk);
    for (const server of reform.withheld) this.work.servers.withhold(server, -1);
    reform.withheld.clear();
    if (refusal === null) this.answer(reform.waiters, reform.chunk, reform.fence);
    else for (const waiter of reform.waiters) waiter(refusal, null);
  }

  /** A lease is given again, so this node has to lead still. */
  private answer(waiters: readonly GrantDone[], chunk: number, fence?: number): void {
    this.work.lead.confirmed(() => {
      const row = this.work.lead.state.chunks.get(chunk);
      const grant = row?.grant ?? null;
      const isCurrent = grant !== null && (fence === undefined || grant.fence === fence);
      for (const waiter of waiters) {
        if (row === undefined || !isCurrent) waiter(refuse('ESTALE'), null);
        else waiter(grantReply(chunk, row, grant), this.grants.granted(chunk));
      }
    });
  }
}

function aimOf(chunk: number, row: Readonly<Chunk>, grant: Grant, from: number): RoundAim {
  const none = { copyOf: 0, copyVersion: 0, copyGeneration: 0 };
  const { version, fence } = grant;
  return { chunk, version, fence, generation: row.generation, from, ...none, members: row.members };
}
