import type { AnyComponent } from './component.ts';
import type { Narrator } from './narrator.ts';
import type { OperatorDefinition } from './operator.ts';
import type { WorldView } from './world-view.ts';

export type * from './narrator.ts';
export type { Step } from './observer.ts';
export type * from './operator.ts';
export type { WorldView } from './world-view.ts';

/** A setting that is drawn per seed. The first value is the calm one. */
export type Domain =
  | {
      readonly kind: 'one of';
      readonly values: readonly (number | string | boolean)[];
      /** True: another text may be given by hand, the path of a file for instance. Never drawn. */
      readonly open?: true;
    }
  /** Integers from `low` to `high`, both included, calm at `low` unless `calm` says otherwise. */
  | {
      readonly kind: 'between';
      readonly low: number;
      readonly high: number;
      readonly calm?: number;
    };

/** A drawn value. */
export type Setting = number | string | boolean;

/** The settings of one run: path to value, for example `nodes` or `raft.electionTimeoutUs`. */
export type Config = Readonly<Record<string, Setting>>;

/** What a fault would take from a node's disk. */
export interface DiskLoss {
  readonly node: number;
  /** Undefined: everything. */
  readonly file?: string;
  /** The bytes of that file, `from` included, `to` excluded. */
  readonly from?: number;
  readonly to?: number;
}

/** How to make the nodes of a system under test. */
export interface SystemDefinition {
  /** For example `raft-kv`. */
  readonly name: string;
  /** Everything that may be drawn, by path; `nodes` must be among them. */
  readonly knobs: Readonly<Record<string, Domain>>;
  /** The component of one node. `peers` are the names of all server nodes in order. */
  node(config: Config, peers: readonly string[], index: number): AnyComponent;
  /** Files and offsets that the system notices when they are damaged at rest; none: no bit flips in tolerance. */
  noticedDamage?(
    file: string,
    promised: Uint8Array,
  ): { readonly from: number; readonly to: number } | undefined;
  /**
   * Records that a file holds, so that the fault budget can count good copies: copies of one record
   * on several nodes have the same key. None: the budget counts nodes alone.
   */
  records?(
    file: string,
    promised: Uint8Array,
  ): readonly { readonly key: string; readonly from: number; readonly to: number }[];
  /**
   * Why data that the cluster promised would be lost beyond its redundancy if these disks lost this
   * now, in words; undefined when enough is left. Asked besides the rules on who decides, so that
   * redundancy other than by majorities counts. None: those rules alone.
   */
  lossRefusal?(world: WorldView, losses: readonly DiskLoss[]): string | undefined;
  /**
   * How the cluster is operated while it runs. None: storms change no members and hand over no
   * leadership.
   */
  readonly operator?: OperatorDefinition;
  /**
   * Whether the system counts on the bound of its monotonic clocks, for leases for instance; then a
   * suspended machine, whose clock stands still, is beyond tolerance. Default: no.
   */
  countsOnClocks?(config: Config): boolean;
  /**
   * Who tells a run in the words of the system's field, a new one for each run. `names` are those of
   * all nodes, servers first. None: stories tell roles, messages and faults.
   */
  narrator?(config: Config, names: readonly string[]): Narrator;
  /** Zone of a node, by default one of three in turn. */
  zone?(config: Config, index: number): string;
}

/** True times at which phases begin, in microseconds. */
export interface PhaseTimes {
  readonly stormUs: number;
  readonly healUs: number;
  readonly endUs: number;
}

/** Damage under which a rung is still owed. */
export type OwedUnder = 'no damage' | 'noticeable damage' | 'any damage';
