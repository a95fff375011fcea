import type { Fault } from '../fault-plan.ts';
import type { DiskLoss, SystemDefinition } from '../system-definition.ts';
import type { WorldView } from '../world-view.ts';
import { DamageAtlas, type DiskPlace } from './atlas.ts';
import { QuorumsInForce } from './quorums.ts';

/** A range of bytes, `from` included, `to` excluded. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Decides which faults a world may still take. */
export interface FaultBudget {
  /** Why the fault may not strike these nodes now, in words; undefined when it may. */
  refusal(fault: Fault, nodes: readonly number[]): string | undefined;
  /** Where a bit of this file may be flipped; undefined: nowhere. */
  flipRange(file: string, promised: Uint8Array): ByteRange | undefined;
  /** Why this very byte may not be flipped; undefined when it may. */
  flipRefusal(place: DiskPlace): string | undefined;
  /**
   * Why the members may not be changed so that these groups decide, in words; undefined when they
   * may.
   */
  changeRefusal(groups: readonly (readonly number[])[]): string | undefined;
  /** The members may be others now: finds out who decides. */
  look(): void;
  /** Enters what a fault costs that begins now. The function that it returns ends a passing cost. */
  spend(fault: Fault, nodes: readonly number[]): () => void;
  /** Enters a flipped bit. */
  spendFlip(place: DiskPlace): void;
}

/** What a budget has to know besides the world. */
export interface BudgetOptions {
  readonly system: Pick<SystemDefinition, 'noticedDamage' | 'records' | 'operator' | 'lossRefusal'>;
  /** Whether the system counts on the bound of monotonic clocks. Default: no. */
  readonly countsOnClocks?: boolean;
  /**
   * Damage that is noticed may strike any number of nodes, and any copy: progress may end, but what
   * is answered must be right. Default: false.
   */
  readonly anyNumber?: boolean;
  /** The declared bound of monotonic drift, parts per million: `Environment.clockDriftPpm`. */
  readonly driftBoundPpm: number;
}

const nothing = (): void => {};

/**
 * The budget of runs within tolerance. What it counts, and why:
 *
 * **Lost** nodes are those with *noticeable damage*: promised bytes or names are gone or wrong, and
 * a checksum or a missing file tells. Such a node must stand aside until its disk holds again all
 * that it promised; then it is as good as before. A wiped node is lost to the end of the run. So is
 * a node that crashes before it has promised any file: its next life finds an empty disk at a boot
 * that is not its first, which it cannot tell from a wipe.
 *
 * **Aside** nodes have a disk that gives EIO now (reads, writes or syncs), or have met EIO in their
 * present life. They have lost nothing that they promised, but a component may refuse to go on with
 * a disk that failed it, until it is started anew on a healthy one. They count as long as that.
 *
 * Lost and aside nodes together may be at most floor((n - 1) / 2) of every group that decides, at a
 * time: of all servers, or of the voters of each configuration in force, both halves while it is
 * joint. An operator may not bring about a group of which more are lost. Then a majority remains
 * that lacks no promise, it meets every majority that ever promised a record, and so a good copy of
 * each committed record is left and the cluster can go on once the weather allows. Where the system
 * says which records its files hold, the atlas checks the copies one by one as well. A system whose
 * data are redundant in another way (copies or coded parts on servers that do not decide) is asked
 * itself whether enough would be left (`SystemDefinition.lossRefusal`).
 *
 * **Down** nodes do not count. A crash, a power loss of an honest disk, a stall or a partition
 * takes back no promise: a correct system must survive all nodes being down at once, and only
 * progress waits for them (see `stable-core.ts`). Neither do a full, slow or standing disk: the
 * system is told or kept waiting, and must go on by itself when the trouble is over.
 *
 * **Silent forgetting** (a sync that lies, a write that is acknowledged and missing or elsewhere, a
 * flip that looks like a torn tail) takes back a promise and nobody can tell. It breaks every
 * correct consensus protocol whose records are kept once per node, so it is refused here and lives
 * in runs beyond tolerance. For flips the system names the bytes whose damage it notices.
 *
 * Clocks: steps and freezes of the wall clock are always lawful; drift of the monotonic clock is
 * lawful up to the declared bound, all that overlaps taken together. The clock of a suspended
 * machine stands still, which is no drift within a bound: lawful where the system does not count
 * on its clocks.
 */
export class ToleranceBudget implements FaultBudget {
  readonly #world: WorldView;
  readonly #options: BudgetOptions;
  readonly #atlas: DamageAtlas;
  readonly #failing: Int32Array;
  readonly #driftPpm: Float64Array;
  readonly #quorums: QuorumsInForce;

  constructor(world: WorldView, options: BudgetOptions) {
    this.#world = world;
    this.#options = options;
    this.#atlas = new DamageAtlas(world, options.system);
    this.#failing = new Int32Array(world.serverCount);
    this.#driftPpm = new Float64Array(world.serverCount);
    this.#quorums = new QuorumsInForce(world, options.system.operator);
  }

  /** What is damaged so far. */
  get atlas(): DamageAtlas {
    return this.#atlas;
  }

  /** Nodes that are lost or stand aside now: see the class. */
  impaired(): readonly number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.#world.serverCount; node++) {
      if (this.#isImpaired(node)) nodes.push(node);
    }
    return nodes;
  }

  refusal(fault: Fault, nodes: readonly number[]): string | undefined {
    switch (fault.kind) {
      case 'disk':
        return this.#diskRefusal(fault.mode, nodes);
      case 'wipe':
        return this.#limitRefusal(nodes) ?? this.#lossRefusal(nodes.map((node) => ({ node })));
      case 'bit-flip':
        return this.#limitRefusal(nodes);
      case 'kill':
      case 'power-loss':
      case 'zone-power-loss':
      case 'whole-cluster':
      case 'restart-loop':
      case 'rolling-restart':
        return this.#limitRefusal(nodes.filter((node) => this.#promisedNothing(node)));
      case 'clock-drift':
        return this.#driftRefusal(fault.partsPerMillion, nodes);
      case 'suspend':
        return this.#options.countsOnClocks === true
          ? 'its clock would stand still, and the system counts on the bound of its clocks'
          : undefined;
      default:
        return undefined;
    }
  }

  flipRange(file: string, promised: Uint8Array): ByteRange | undefined {
    const range = this.#options.system.noticedDamage?.(file, promised);
    if (range === undefined) return undefined;
    const to = Math.min(range.to, promised.length);
    return range.from < to ? { from: range.from, to } : undefined;
  }

  flipRefusal(place: DiskPlace): string | undefined {
    if (this.#options.anyNumber === true) return undefined;
    const record = this.#atlas.lastCopyAt(place);
    if (record !== undefined) return `it would damage the last good copy of ${record}`;
    return this.#lossRefusal([place]);
  }

  spend(fault: Fault, nodes: readonly number[]): () => void {
    switch (fault.kind) {
      case 'wipe':
        for (const node of nodes) this.#atlas.addWhole(node);
        return nothing;
      case 'kill':
      case 'power-loss':
      case 'zone-power-loss':
      case 'whole-cluster':
      case 'restart-loop':
      case 'rolling-restart':
        for (const node of nodes) if (this.#promisedNothing(node)) this.#atlas.addWhole(node);
        return nothing;
      case 'disk':
        return isIoError(fault.mode) ? this.#spendIoError(nodes) : nothing;
      case 'clock-drift':
        return this.#spendDrift(fault.partsPerMillion, nodes);
      default:
        return nothing;
    }
  }

  spendFlip(place: DiskPlace): void {
    this.#atlas.addPlace(place);
  }

  changeRefusal(groups: readonly (readonly number[])[]): string | undefined {
    const impaired = this.impaired();
    for (const group of groups) {
      const lost = group.filter((node) => impaired.includes(node));
      if (lost.length > limitOf(group)) return `${this.#names(lost)} could not help to decide`;
    }
    return undefined;
  }

  look(): void {
    this.#quorums.look();
  }

  #lossRefusal(losses: readonly DiskLoss[]): string | undefined {
    if (this.#options.anyNumber === true) return undefined;
    return this.#options.system.lossRefusal?.(this.#world, losses);
  }

  /** Drifts that overlap add up. */
  #driftRefusal(byPpm: number, nodes: readonly number[]): string | undefined {
    const { driftBoundPpm } = this.#options;
    const isTooMuch = nodes.some((node) => Math.abs(this.#driftPpm[node]! + byPpm) > driftBoundPpm);
    return isTooMuch ? `drift beyond the declared ${driftBoundPpm} parts per million` : undefined;
  }

  #spendDrift(byPpm: number, nodes: readonly number[]): () => void {
    for (const node of nodes) this.#driftPpm[node]! += byPpm;
    return () => {
      for (const node of nodes) this.#driftPpm[node]! -= byPpm;
    };
  }

  #spendIoError(nodes: readonly number[]): () => void {
    for (const node of nodes) this.#failing[node]!++;
    return () => {
      for (const node of nodes) this.#failing[node]!--;
    };
  }

  #diskRefusal(mode: string, nodes: readonly number[]): string | undefined {
    if (mode === 'lying-sync' || mode === 'phantom-write' || mode === 'misdirected-write') {
      return 'it would forget promises silently, and no record is kept twice';
    }
    return isIoError(mode) ? this.#limitRefusal(nodes) : undefined;
  }

  #limitRefusal(nodes: readonly number[]): string | undefined {
    if (this.#options.anyNumber === true) return undefined;
    const impaired = this.impaired();
    const fresh = nodes.filter((node) => !this.#isImpaired(node));
    if (fresh.length === 0) return undefined;
    for (const group of this.#quorums.groups()) {
      const isIn = (node: number): boolean => group.includes(node);
      const limit = limitOf(group);
      const lost = impaired.filter(isIn);
      const more = fresh.filter(isIn).length;
      if (more === 0 || lost.length + more <= limit) continue;
      const already = lost.length === 0 ? 'none is yet' : `${this.#names(lost)} already`;
      const voters = this.#quorums.isOperated ? ` of ${this.#names(group)}` : '';
      return `at most ${limit}${voters} may be damaged or stand aside, ${already}`;
    }
    return undefined;
  }

  #names(nodes: readonly number[]): string {
    return nodes.map((node) => this.#world.nodeId(node)).join(' ');
  }

  #isImpaired(node: number): boolean {
    return this.#failing[node]! > 0 || this.#world.metIoError(node) || this.#atlas.isDamaged(node);
  }

  #promisedNothing(node: number): boolean {
    return this.#world.disk(node).promisedFiles().length === 0;
  }
}

/** How many of a group may be lost while it still decides, and remembers. */
function limitOf(group: readonly number[]): number {
  return (group.length - 1) >> 1;
}

function isIoError(mode: string): boolean {
  return mode === 'read-error' || mode === 'write-error' || mode === 'sync-error';
}

/** No budget: everything may strike, anywhere. For runs beyond tolerance. */
export class OpenBudget implements FaultBudget {
  refusal(): undefined {
    return undefined;
  }

  flipRange(_file: string, promised: Uint8Array): ByteRange | undefined {
    return promised.length === 0 ? undefined : { from: 0, to: promised.length };
  }

  flipRefusal(): undefined {
    return undefined;
  }

  changeRefusal(): undefined {
    return undefined;
  }

  look(): void {}

  spend(): () => void {
    return nothing;
  }

  spendFlip(): void {}
}
