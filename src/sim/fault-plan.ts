/**
 * The fault plan: a flat list of plain data, drawn before the run, readable, editable and
 * shrinkable. The nemesis carries it out.
 */

import type { MemberTransition } from './operator.ts';

/** Picks a node when the fault begins. */
export type Target =
  | { readonly node: string }
  /**
   * The node that has this role by the component's own words; the most recent one if several.
   * `@struck` is the node that a fault struck last.
   */
  | { readonly role: string }
  /** The n-th node (from 0, wrapping) among those that have not this role. */
  | { readonly notRole: string; readonly nth: number };

/** When a fault begins. */
export type When =
  /** At a true time since the start of the run. */
  | { readonly atUs: number }
  /**
   * At a meaning: `afterUs` after the `nth` (from 1) occurrence of `event` at the node that
   * `of` picks, counted from `notBeforeUs` on and, with `since`, anew from each occurrence of `since`.
   * Events: `write`, `append`, `sync`, `rename`, `sync-directory`, `truncate`, `remove` (completions),
   * `send:<kind>`, `receive:<kind>`, `role:<role>` (the node took that role), `probe:<name>`,
   * `start` (a life begins), `submit:<operation>` (a disk operation was handed in), `fault` (a fault
   * struck the node).
   * "third sync of the leader after its win" is
   * `{ event: 'sync', of: { role: 'leader' }, nth: 3, since: 'role:leader' }`.
   * Never reached: the fault does not happen, and the census says so.
   */
  | {
      readonly event: string;
      /** Default: any node; the fault's target may then be `{ role: '@event' }`, the node it happened at. */
      readonly of?: Target;
      readonly nth: number;
      readonly since?: string;
      readonly notBeforeUs?: number;
      readonly afterUs: number;
    };

/** What an operator may want with the target. */
export type MembershipChange =
  /** It becomes a learner, and a voter when it has caught up. */
  | 'add'
  | 'remove'
  /** A voter goes on as a learner. */
  | 'demote'
  /** Another server votes in its place, by one joint step. */
  | 'replace'
  /** All servers become learners; then a drawn set of them votes, by one joint step. */
  | 'reshape';

/** Shapes of a partition. All but `bridge` and `ring` cut every link between two groups. */
export type PartitionShape =
  /** Two groups of (nearly) equal size. */
  | 'halves'
  /** The target alone. */
  | 'isolate'
  /** The target and the others that make a minority, apart from a majority. */
  | 'minority'
  /** Two groups that cannot talk, and the target, which reaches both. */
  | 'bridge'
  /** Each node reaches a majority, no two the same one. */
  | 'ring'
  /** One link, both ways, between the target and the next node. */
  | 'one-link'
  /** Every node apart from every other: no majority anywhere. Always both ways. */
  | 'shatter'
  /**
   * The target apart from those servers that are of its kind, by the name of their component, or from
   * those that are of another: whoever speaks to both kinds believes other things of it than they do.
   * Clients reach all.
   */
  | 'own-kind'
  | 'other-kinds';

interface FaultBase {
  readonly when: When;
  /** How long it lasts; the nemesis undoes it afterwards. */
  readonly durationUs: number;
}

export type Fault = FaultBase &
  (
    | {
        readonly kind: 'partition';
        readonly shape: PartitionShape;
        readonly target: Target;
        /** Cuts only what comes towards the target's side, what goes out of it, or both. */
        readonly direction: 'both' | 'inbound' | 'outbound';
        /** Above 0: the cut comes and goes with this period. */
        readonly flapUs: number;
        /** Picks the order of nodes into groups. */
        readonly arrangement: number;
        /**
         * The links break where messages enter them: what is under way still arrives. Default: they
         * break where messages leave them, and all that is under way is lost.
         */
        readonly sparesUnderWay?: boolean;
      }
    /** Worse links from and to the target (or, with `all`, everywhere). */
    | {
        readonly kind: 'degrade';
        readonly target: Target;
        readonly all: boolean;
        readonly lossPerMillion: number;
        readonly duplicatePerMillion: number;
        readonly reorderPerMillion: number;
        readonly corruptPerMillion: number;
        readonly extraLatencyUs: number;
        /** Links of clients stay as they are; default: they get worse too. */
        readonly serversOnly?: boolean;
        /** Which links of the target get worse: those towards it, those from it, or both (default). */
        readonly direction?: 'both' | 'inbound' | 'outbound';
      }
    /** Messages on the target's links wait until the end, then all arrive. */
    | {
        readonly kind: 'clog';
        readonly target: Target;
        readonly direction: 'both' | 'inbound' | 'outbound';
        /** Links of clients are not clogged; default: they are. */
        readonly serversOnly?: boolean;
      }
    /** The process dies and is started again after `durationUs`. */
    | { readonly kind: 'kill'; readonly target: Target }
    /** The machine loses power and is started again after `durationUs`. */
    | { readonly kind: 'power-loss'; readonly target: Target }
    /** All machines of the target's zone lose power. */
    | { readonly kind: 'zone-power-loss'; readonly target: Target }
    /** Every node goes down at once (by power loss or kill) and comes back. */
    | {
        readonly kind: 'whole-cluster';
        readonly powerLoss: boolean;
        /** The switches go down too: what is wrong with links is over. Default: it goes on. */
        readonly linksToo?: boolean;
        /**
         * A bare majority is started again so much later, the others at the end: whatever any
         * majority has on its disks must be enough. Default: all come back at the end.
         */
        readonly majority?: {
          readonly afterUs: number;
          /** Picks who is in it. */
          readonly arrangement: number;
        };
      }
    /** Killed again and again, `upUs` after each start, until the end. */
    | {
        readonly kind: 'restart-loop';
        readonly target: Target;
        readonly upUs: number;
        readonly powerLoss: boolean;
      }
    /** The process stands still while its monotonic clock runs on (garbage collection). */
    | { readonly kind: 'stall'; readonly target: Target }
    /** The machine stands still, its monotonic clock too (virtual machine moved). */
    | { readonly kind: 'suspend'; readonly target: Target }
    /** Each handler's outputs and each delivery come later by up to `delayUs`. */
    | { readonly kind: 'slow'; readonly target: Target; readonly delayUs: number }
    /** Loses all files while down; the identity stays. */
    | { readonly kind: 'wipe'; readonly target: Target }
    /** The wall clock jumps; it is not set back at the end. */
    | { readonly kind: 'clock-step'; readonly target: Target; readonly stepUs: number }
    /** The wall clock stands still until the end. */
    | { readonly kind: 'clock-freeze'; readonly target: Target }
    /** The monotonic clock runs faster (positive) or slower until the end. */
    | { readonly kind: 'clock-drift'; readonly target: Target; readonly partsPerMillion: number }
    /** A fault of the disk while it lasts: see `DiskFaultMode`. */
    | {
        readonly kind: 'disk';
        readonly target: Target;
        readonly mode: DiskFaultMode;
        /** Share of the operations concerned, per million. */
        readonly perMillion: number;
        /** Restricts it to files whose name contains this; empty: all. */
        readonly file: string;
      }
    /** An operator changes who the members are, as far as it gets in that time. */
    | {
        readonly kind: 'membership';
        readonly target: Target;
        readonly change: MembershipChange;
        readonly transition: MemberTransition;
        /** Picks servers and sets of them. */
        readonly arrangement: number;
      }
    /** An operator wants the target to lead. */
    | { readonly kind: 'transfer'; readonly target: Target }
    /** All servers are stopped and started, one after the other, within the duration. */
    | {
        readonly kind: 'rolling-restart';
        /** Share of its turn that each is down. */
        readonly downPercent: number;
      }
    /** Damages bytes at rest, once. */
    | {
        readonly kind: 'bit-flip';
        readonly target: Target;
        readonly file: string;
        /** Where, as a share of the permitted range, per million. */
        readonly positionPerMillion: number;
        readonly bit: number;
      }
    /** By hand: ends every fault in force that keeps the target down or still, and starts it if it is down. */
    | { readonly kind: 'restart'; readonly target: Target }
    /** By hand: every fault in force ends. Those that have not begun stay in the plan. */
    | { readonly kind: 'heal' }
    /** By hand: one message on its way from the target to `to` never arrives. */
    | {
        readonly kind: 'lose-message';
        readonly target: Target;
        readonly to: string;
        /** Content key of the message: see `Codec.identity`. */
        readonly message: number;
      }
  );

/** Kinds that a person at the terminal adds to a plan; storms never draw them. */
export type HandFaultKind = 'restart' | 'heal' | 'lose-message';

export type DiskFaultMode =
  | 'read-error'
  | 'write-error'
  /** The sync fails; each dirty sector is dropped or marked clean (drawn), and the next sync succeeds. */
  | 'sync-error'
  | 'full'
  /** Operations wait until the end. */
  | 'stall'
  | 'slow'
  /** The sync succeeds and keeps nothing: silent, beyond tolerance. */
  | 'lying-sync'
  /** The write is acknowledged and never happens: silent, beyond tolerance. */
  | 'phantom-write'
  /** The write lands at another offset of the file: silent, beyond tolerance. */
  | 'misdirected-write';

export type FaultKind = Fault['kind'];
