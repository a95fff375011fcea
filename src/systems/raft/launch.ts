import type { NodeId } from '../../sim/message.ts';
import { firstConfiguration } from './confchange.ts';
import { RaftCore } from './raft-core.ts';
import type { RaftEnv } from './raft-env.ts';
import type { Recovered } from './recovery.ts';
import { Repair } from './repair.ts';
import type { ReplicatedMachine } from './replicated-machine.ts';
import type { RaftSettings } from './settings.ts';
import { type Snapshot, snapshotName } from './snapshot-format.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { type StartPoint, Startup } from './startup.ts';
import type { Entry, Member } from './types.ts';
import { Wal, type WalPosition } from './wal.ts';

/** What a life runs on. */
export interface Launched {
  readonly core: RaftCore;
  readonly wal: Wal;
  readonly snapshots: SnapshotStore;
}

/** How a start goes. */
export interface LaunchEvents {
  /** The disk is damaged, and what is lost will be fetched; undefined: nothing has to be. */
  repairing(repair: Repair | undefined): void;
  /** This life takes no part. */
  withdrawn(probe: string, reason: string): void;
  launched(launched: Launched): void;
}

/**
 * From an unread disk to a node that may take part: reads, repairs where something is lost, and
 * makes durable what is not proved to be. Disk errors are waited out.
 */
export class Launch {
  private readonly env: RaftEnv;
  private readonly settings: RaftSettings;
  private readonly peers: readonly NodeId[];
  private readonly self: Member;
  private readonly machine: ReplicatedMachine;
  private readonly events: LaunchEvents;
  private repairs = false;

  constructor(
    env: RaftEnv,
    settings: RaftSettings,
    peers: readonly NodeId[],
    self: Member,
    machine: ReplicatedMachine,
    events: LaunchEvents,
  ) {
    this.env = env;
    this.settings = settings;
    this.peers = peers;
    this.self = self;
    this.machine = machine;
    this.events = events;
  }

  begin(): void {
    new Startup(this.env, (point) => this.startFrom(point)).begin();
  }

  private startFrom(point: StartPoint): void {
    const { env, events } = this;
    const { recovered } = point;
    if (recovered.tornTail) env.probe('restart with a torn log tail');
    if (recovered.lostWrite) env.probe('lost unsynced write noticed at restart');
    if (recovered.verdict === 'damaged') {
      events.withdrawn('damage noticed', recovered.reason);
    } else if (recovered.verdict === 'empty' && !env.firstBoot) {
      events.withdrawn('empty disk noticed', 'no trace of earlier lives');
    } else if (recovered.verdict === 'repairable') {
      this.repairFrom(point);
    } else {
      this.build(point, recovered.snapshot, recovered.entries);
    }
  }

  /** Fetches what is lost; this life goes on as any other once all is durable again. */
  private repairFrom(point: StartPoint): void {
    const { env, peers, settings } = this;
    const { recovered } = point;
    const { loss, snapshot, entries } = recovered;
    this.repairs = true;
    env.probe('damage noticed');
    env.log('repairing', { reason: recovered.reason });
    if (loss === undefined) {
      this.events.repairing(undefined);
      this.build(point, snapshot, entries);
      return;
    }
    const others = peers.filter((_, index) => index + 1 !== this.self);
    const lost = { snapshot, entries, loss };
    const repair = new Repair(env, settings, others, lost, (repaired) => {
      this.keepRepaired(point, repaired);
    });
    this.events.repairing(repair);
    repair.begin();
  }

  private again(step: () => void): void {
    this.env.timers.set('start', this.settings.heartbeatUs, step);
  }

  /** A snapshot that was fetched is durable before the log that begins behind it. */
  private keepRepaired(point: StartPoint, repaired: Repair): void {
    const { snapshot, entries } = repaired;
    if (snapshot === undefined || snapshot === point.recovered.snapshot) {
      this.build(point, snapshot, entries);
      return;
    }
    new SnapshotStore(this.env.disk, []).save(snapshot, (error) => {
      if (error === null) this.build(point, snapshot, entries);
      else this.again(() => this.keepRepaired(point, repaired));
    });
  }

  /** Makes this life's machines and begins its own segment. */
  private build(
    point: StartPoint,
    snapshot: Snapshot | undefined,
    entries: readonly Entry[],
  ): void {
    const { env } = this;
    const { recovered } = point;
    // A snapshot that was fetched may be of a later term: then that term has come.
    const isLater = snapshot !== undefined && snapshot.term > recovered.term;
    const term = isLater ? snapshot.term : recovered.term;
    const votedFor = isLater ? 0 : recovered.votedFor;
    if (snapshot !== undefined) this.machine.restore(snapshot.machine);
    const options = {
      ...this.settings,
      self: this.self,
      members: this.peers.length,
      drawElectionTimeout: (inTerm: number, campaign: number) => this.drawTimeout(inTerm, campaign),
      probe: (name: string) => env.probe(name),
    };
    const configuration = firstConfiguration(this.peers.length, this.settings);
    const initial = { term, votedFor, configuration, snapshot, entries };
    const core = new RaftCore(options, initial, env.clock.monotonicUs());
    const names = snapshot === undefined ? [] : [snapshotName(snapshot.index)];
    const snapshots = new SnapshotStore(env.disk, names);
    const drawSalt = (sequence: number) => env.random.below(4_294_967_296, 'wal-salt', sequence);
    const proved = this.repairs ? nothingProved(recovered) : recovered.proved;
    const wal = new Wal(env.disk, this.settings.segmentBytes, drawSalt, proved);
    this.openLog({ core, wal, snapshots }, point);
  }

  /** Begins this life's own segment, with what is not proved to be durable: see `Startup`. */
  private openLog(launched: Launched, point: StartPoint): void {
    const { core, wal } = launched;
    // After a repair the new segment stands by itself: nothing of the damaged ones counts.
    const repeatFrom = this.repairs ? 0 : point.recovered.repeatFrom;
    const { log, snapshot } = core;
    const resets = repeatFrom === 0 && snapshot !== undefined;
    const write = {
      term: core.term,
      votedFor: core.votedFor,
      resetIndex: resets ? snapshot.index : 0,
      resetTerm: resets ? snapshot.term : 0,
      log,
      fromIndex: repeatFrom === 0 ? log.firstIndex : repeatFrom,
    };
    wal.commit(write, (error) => {
      if (error === null) this.replaceFiles(launched, point);
      else this.again(() => this.openLog(launched, point));
    });
  }

  /** Removes what this life's segment has replaced; damage is repaired once it is gone for good. */
  private replaceFiles(launched: Launched, point: StartPoint): void {
    const { env } = this;
    const { snapshot } = launched.core;
    const kept = snapshot === undefined ? '' : snapshotName(snapshot.index);
    for (const name of point.replaced) if (name !== kept) env.disk.remove(name, ignore);
    if (!this.repairs) {
      this.events.launched(launched);
      return;
    }
    env.disk.syncDirectory('', (error) => {
      if (error !== null) {
        this.again(() => this.replaceFiles(launched, point));
        return;
      }
      env.probe('damage repaired');
      this.events.launched(launched);
    });
  }

  private drawTimeout(term: number, campaign: number): number {
    const { electionTimeoutUs } = this.settings;
    const key = term * 16 + (campaign & 15);
    return this.env.random.between(
      electionTimeoutUs,
      2 * electionTimeoutUs,
      'election-timeout',
      key,
    );
  }
}

function nothingProved({ proved }: Recovered): WalPosition {
  const { highestSequence } = proved;
  return { segments: [], end: 0, highestSequence, lastIndex: 0, lastTerm: 0 };
}

/** What could not be removed is found again at the next start. */
function ignore(): void {}
