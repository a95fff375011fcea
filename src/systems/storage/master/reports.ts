import type { FragmentName } from '../block-checksum.ts';
import type { FragmentBad, HeldFragment, Report } from '../messages/control-messages.ts';
import { isAgreed, partAt } from '../metadata/chunk-life.ts';
import { isMeant } from '../metadata/conversion.ts';
import type { Chunk } from '../metadata/rows.ts';
import type { BadFragments } from './bad-fragments.ts';
import { proposeAgainUs } from './leadership.ts';
import { isOutdated } from './left-out.ts';
import type { ChunkWork } from './write-grants.ts';

/** Chunks of a server that are compared in one go, and the time between. */
const sliceChunks = 64;
const sliceUs = 2_000;

/** A report that comes in, piece by piece. */
interface Incoming {
  readonly life: number;
  readonly report: number;
  nextPiece: number;
  /** Chunks of which the server has what the tables want it to have. */
  readonly held: Set<number>;
  /** Names of one part of a member, up to that of the tables, in the order in which they came. */
  names: HeldFragment[];
  /** Replicas of versions that newer ones were formed after, without this server. */
  readonly outdated: HeldFragment[];
  /** Something that nothing means could not be planned for deletion yet. */
  unfinished: boolean;
}

/** What the last complete report of a server lacked. */
interface Suspects {
  readonly life: number;
  /** The last beat that was answered when it had ended: what later ones ask for is begun after it. */
  readonly afterBeat: number;
  /** Chunks, and what they were called. */
  readonly names: Map<number, string>;
}

/**
 * Compares what servers report with the tables. What nothing means is planned for deletion. What is
 * missing from a complete report is looked for in a second one, asked for after the first has ended: it
 * may have been made while the first was under way. Missing there too, it counts as lost.
 */
export class Reports {
  private readonly work: ChunkWork;
  private readonly badOnes: BadFragments;
  private readonly incoming: Map<number, Incoming> = new Map();
  private readonly suspects: Map<number, Suspects> = new Map();
  /** Deletions that found no room in the log, and that are proposed anew before long. */
  private readonly waiting: Set<string> = new Set();

  constructor(work: ChunkWork, bad: BadFragments) {
    this.work = work;
    this.badOnes = bad;
  }

  take(report: Report): void {
    const { lead, servers } = this.work;
    const { server, life, piece, last } = report;
    const news = servers.of(server);
    if (news.life !== life || lead.state.servers.get(server) === undefined) return;
    // Nobody knows how old it is when another term asked, or a time before the server was lost.
    if (report.term !== lead.term || report.beat < news.backSinceBeat) return;
    let incoming = this.incoming.get(server);
    if (piece === 0) {
      const number = report.report;
      const nothing = { nextPiece: 0, unfinished: false };
      incoming = { life, report: number, held: new Set(), outdated: [], names: [], ...nothing };
      this.incoming.set(server, incoming);
      // Unless all of it comes, it is asked for again after this.
      const { serverLeaseUs } = lead.timings;
      news.reportDueUs = lead.nowUs + (news.compared ? serverLeaseUs : serverLeaseUs / 4);
    }
    if (incoming === undefined || incoming.life !== life || incoming.report !== report.report) {
      return;
    }
    if (incoming.nextPiece !== piece) return;
    incoming.nextPiece += 1;
    for (const fragment of report.fragments) this.compare(server, fragment, incoming);
    if (!last) return;
    this.incoming.delete(server);
    const { scrubCycleUs, serverLeaseUs } = lead.timings;
    news.reportDueUs = lead.nowUs + (incoming.unfinished ? serverLeaseUs : scrubCycleUs);
    if (!incoming.unfinished) servers.reported(server, incoming.outdated);
    this.findMissing(report, incoming.held);
  }

  private compare(server: number, fragment: HeldFragment, incoming: Incoming): void {
    const { lead } = this.work;
    const { chunk, version, generation, part } = fragment;
    const row = lead.state.chunks.get(chunk);
    if (row !== undefined) {
      if (this.isPart(server, row, generation, part)) {
        this.compareMember(server, fragment, row, incoming);
        return;
      }
      if (isMeant(lead.state, row, { server, version, generation, part })) return;
      if (this.mayBeNeeded(row, version, generation)) return;
      if (isOutdated(lead.state, row, fragment)) incoming.outdated.push(fragment);
    }
    this.planDeletion(server, fragment, incoming);
  }

  /**
   * Reports are in the order of names: older versions of a fragment come before newer ones. A fragment
   * with two names has one fence under both. Beside the one that the tables have, others are of no use: the
   * server became a member once more and an older name was left, or a grant of a newer name was
   * given up, and no version is given out twice.
   */
  private compareMember(
    server: number,
    fragment: HeldFragment,
    row: Readonly<Chunk>,
    incoming: Incoming,
  ): void {
    const { chunk, version, generation, part, fence } = fragment;
    // Under an older name only while its members are being brought into line.
    if (version >= row.version || !isAgreed(row)) incoming.held.add(chunk);
    const names = incoming.names.filter(
      (one) => one.chunk === chunk && one.generation === generation && one.part === part,
    );
    incoming.names = version <= row.version ? [...names, fragment] : names;
    if (!isAgreed(row)) return;
    if (version === row.version) {
      for (const one of names) if (one.fence !== fence) this.planDeletion(server, one, incoming);
    } else if (version > row.version) {
      const present = names.find((one) => one.version === row.version);
      const isAnother = present !== undefined && present.fence !== fence;
      if (isAnother) this.planDeletion(server, fragment, incoming);
    }
  }

  /**
   * A server holds something back in quarantine, which no report tells. Unless it is a member's, or is
   * to become one's, nothing will ask for it again: not even a repair, as it cannot be read.
   */
  bad(fragment: FragmentBad): void {
    const { lead, servers } = this.work;
    const { server, life, chunk, version, generation, part } = fragment;
    if (servers.of(server).life !== life || lead.state.servers.get(server) === undefined) return;
    const row = lead.state.chunks.get(chunk);
    // Of version 0 is what lost its name: no plan for a member names it.
    if (row !== undefined && version > 0) {
      // Under an older name than the chunk has, nobody asks for it once all members have heard of the
      // newer one: the server has that as another fragment, or lacks it.
      const isOlder = isAgreed(row) && version < row.version;
      if (this.isPart(server, row, generation, part) && !isOlder) return;
      if (isMeant(lead.state, row, fragment)) return;
    }
    this.planDeletion(server, fragment, null);
  }

  /** Whether a server is a member with that part of the present generation. */
  private isPart(server: number, row: Readonly<Chunk>, generation: number, part: number): boolean {
    const position = row.members.indexOf(server);
    if (position < 0 || row.generation !== generation) return false;
    return partAt(this.work.lead.state.classes.get(row.classId)!, position) === part;
  }

  private planDeletion(server: number, name: FragmentName, incoming: Incoming | null): void {
    const { lead } = this.work;
    const { chunk, version, generation, part } = name;
    if (chunk >= lead.state.nextChunk || this.isPlanned(server, name)) return;
    const key = `${server}/${chunk}/${version}/${generation}/${part}`;
    const isWaiting = this.waiting.has(key);
    if (isWaiting && incoming !== null) incoming.unfinished = true;
    if (isWaiting) return;
    lead.env.probe('a fragment that nothing means');
    lead.propose({ kind: 'plan-delete', chunk, server, version, generation, part }, (reply) => {
      if (reply !== null) return;
      if (incoming !== null) incoming.unfinished = true;
      this.waiting.add(key);
      lead.alarms.after(proposeAgainUs, () => {
        this.waiting.delete(key);
        this.planAgain(server, name);
      });
    });
  }

  /**
   * Without this the next report would have to find room for all of it at once, in a log that others
   * keep full. The tables refuse what means something by then.
   */
  private planAgain(server: number, name: FragmentName): void {
    const row = this.work.lead.state.chunks.get(name.chunk);
    const isNeeded = row !== undefined && this.mayBeNeeded(row, name.version, name.generation);
    if (!isNeeded) this.planDeletion(server, name, null);
  }

  /** A part of what a chunk is now, which lacks some: nobody throws that away in a hurry. */
  private mayBeNeeded(row: Readonly<Chunk>, version: number, generation: number): boolean {
    if (row.version !== version || row.generation !== generation) return false;
    return row.members.some((member) => !this.work.servers.isAlive(member));
  }

  private isPlanned(server: number, fragment: FragmentName): boolean {
    const { plans } = this.work.lead.state;
    return plans.keys(fragment.chunk).some((id) => {
      const plan = plans.get(fragment.chunk, id)!;
      return (
        plan.server === server &&
        plan.version === fragment.version &&
        plan.generation === fragment.generation &&
        plan.part === fragment.part
      );
    });
  }

  private findMissing({ server, life, beat }: Report, held: ReadonlySet<number>): void {
    const known = this.suspects.get(server);
    const isSameLife = known?.life === life;
    // One that was asked for before the other had ended is no second one, however late it comes.
    if (isSameLife && beat <= known.afterBeat) {
      this.work.lead.env.probe('a report comes late');
      return;
    }
    const before = isSameLife ? known.names : new Map<number, string>();
    const now: Map<number, string> = new Map();
    const afterBeat = this.work.servers.of(server).answeredBeat;
    this.suspects.set(server, { life, afterBeat, names: now });
    const chunks = this.work.lead.indexes.chunksOf.get(server);
    if (chunks !== undefined) this.slice(server, chunks.values(), held, before, now);
  }

  private slice(
    server: number,
    chunks: IterableIterator<number>,
    held: ReadonlySet<number>,
    before: ReadonlyMap<number, string>,
    now: Map<number, string>,
  ): void {
    const { lead, servers } = this.work;
    for (let left = sliceChunks; left > 0; left--) {
      const { done, value: chunk } = chunks.next();
      if (done === true) {
        if (now.size > 0) servers.of(server).reportDueUs = lead.nowUs;
        return;
      }
      const row = lead.state.chunks.get(chunk);
      if (row === undefined || held.has(chunk)) continue;
      if (!isAgreed(row)) continue;
      const name = `${row.version}/${row.generation}`;
      if (before.get(chunk) !== name) {
        now.set(chunk, name);
        continue;
      }
      lead.env.probe('a report lacks a fragment');
      this.badOnes.lacks(chunk, server);
    }
    lead.alarms.after(sliceUs, () => this.slice(server, chunks, held, before, now));
  }
}
