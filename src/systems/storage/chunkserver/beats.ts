import type { NodeId } from '../../../sim/message.ts';
import type { BeatHeard, HeldFragment } from '../messages/control-messages.ts';
import { heldForUs } from '../timings.ts';
import type { ServerCore } from './server-core.ts';

const beatsPerLease = 8;
/** Beats without an answer after which all masters are asked who leads. */
const patience = 3;
const pieceFragments = 32;
/** Bad fragments that are told again with one beat. */
const toldAgain = 4;

/** Tells the masters that this server lives, what it has, and what has gone bad. */
export class Beats {
  private readonly core: ServerCore;
  private heardBeat = 0;
  /** The last answer that let this life serve. */
  private takenTerm = 0;
  private takenBeat = 0;
  private reports = 0;
  private isFloorWritten = false;

  constructor(core: ServerCore) {
    this.core = core;
  }

  /** Beats now, and every eighth of the lease from now on. */
  start(): void {
    const { env, options } = this.core;
    this.beat();
    const everyUs = Math.max(1, Math.floor(options.timings.serverLeaseUs / beatsPerLease));
    env.timers.set('beat', everyUs, () => this.start());
  }

  private beat(): void {
    const { core } = this;
    const { server, life, index, options, lease, phase, table } = core;
    if (lease.beat - this.heardBeat >= patience) core.leader = '';
    const message = {
      kind: 'beat',
      ...{ server, life, index, ...options.place },
      beat: lease.nextBeat(),
      usedBytes: table.usedBytes,
      ready: phase === 'serving',
      heardTerm: this.takenTerm,
      heardBeat: this.takenBeat,
    } as const;
    if (core.leader !== '') core.send(core.leader, message);
    else for (const master of options.masters) core.send(master, message);
    if (table.bad.size > 0) this.tellBadAgain();
  }

  /** A leader answered. */
  heard(from: NodeId, message: BeatHeard): void {
    const { core } = this;
    if (message.server !== core.server || message.life !== core.life) return;
    if (message.term < core.term) return;
    core.note(message);
    core.leader = from;
    if (message.beat > this.heardBeat) this.heardBeat = message.beat;
    if (core.phase !== 'serving') return;
    if (core.owesFloor) {
      this.writeFloor(message.index);
      return;
    }
    core.obeying = true;
    // Before the lease: a server that comes back must not show what went on without it.
    for (const name of message.leftOut) core.leaveOut(name);
    if (message.serveUs > 0 && (message.term > this.takenTerm || message.beat > this.takenBeat)) {
      this.takenTerm = message.term;
      this.takenBeat = message.beat;
    }
    core.lease.heard(message.beat, heldForUs(message.serveUs, core.options.timings.driftBoundPpm));
    if (message.wantsReport) this.report(from, message);
  }

  /**
   * Files were lost, and with them it is forgotten which fences were promised. The leader has applied
   * this index, and no fence that was ever promised to it is higher.
   */
  private writeFloor(fence: number): void {
    if (this.isFloorWritten) return;
    this.isFloorWritten = true;
    const { core } = this;
    core.journal.append(0, { kind: 'floor', fence }, (fault) => {
      this.isFloorWritten = false;
      if (fault === null) core.owesFloor = false;
    });
  }

  private report(to: NodeId, { term, beat }: BeatHeard): void {
    const { core } = this;
    const { server, life } = core;
    const fragments = heldFragments(core);
    const report = ++this.reports;
    const pieces = Math.max(1, Math.ceil(fragments.length / pieceFragments));
    for (let piece = 0; piece < pieces; piece++) {
      const from = piece * pieceFragments;
      core.send(to, {
        kind: 'report',
        ...{ server, life, term, beat, report, piece },
        last: piece === pieces - 1,
        fragments: fragments.slice(from, from + pieceFragments),
      });
    }
    for (const fragment of core.table.bad) core.tellBad(fragment);
  }

  /** The message about it may have been lost, or the leader with it. */
  private tellBadAgain(): void {
    const { core } = this;
    if (core.leader === '' || this.core.lease.beat % beatsPerLease !== 0) return;
    let left = Math.min(toldAgain, core.table.bad.size);
    for (const fragment of core.table.bad) {
      if (left-- === 0) return;
      core.tellBad(fragment);
      // Behind all others, for its next turn.
      core.table.bad.delete(fragment);
      core.table.bad.add(fragment);
    }
  }
}

/** All fragments that can be used, in the order of their names. One with two versions is there twice. */
export function heldFragments({ table }: Pick<ServerCore, 'table'>): HeldFragment[] {
  const held: HeldFragment[] = [];
  for (const fragment of table.byNumber.values()) {
    if (fragment.fault !== null) continue;
    const { chunk, version, previousVersion, generation, part, fence, bytes } = fragment;
    held.push({ chunk, version, generation, part, fence, bytes });
    if (fragment.isStill(previousVersion)) {
      held.push({ chunk, version: previousVersion, generation, part, fence, bytes });
    }
  }
  return held.sort(
    (a, b) =>
      a.chunk - b.chunk || a.version - b.version || a.generation - b.generation || a.part - b.part,
  );
}
