import type { OfKind } from '../../common/fields.ts';
import type { Backup } from '../backup/backup.ts';
import type { StepKind } from '../deployments/decide.ts';
import type { Assignment } from '../scheduler/schedule.ts';
import type { NodeDescription, NodeSpec } from '../specs/node-spec.ts';
import type { QuotaSpec } from '../specs/quota-spec.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import type { VolumeSpec } from '../specs/volume-spec.ts';
import type { TaskState } from '../tasks/task-states.ts';
import type { ClientTrustCommand, LeaderTrustCommand } from '../trust/trust-commands.ts';
import type { Health, NodeStatus } from './rows.ts';

/** What a log entry carries. */
export interface Envelope {
  /** The client's session, or 0 for the leader itself and for opening a session. */
  readonly session: number;
  /** Number of the request within the session; 0 without a session. */
  readonly sequence: number;
  /** The client has the answers to all requests below. */
  readonly oldest: number;
  /** The term of the leader that proposes it; one from an earlier leader is refused. */
  readonly term: number;
  /** The leader's wall clock; state machine time is the greatest of all so far. */
  readonly timeUs: number;
  readonly command: Command;
}

/** What an agent says about a task. */
export interface TaskReport {
  readonly task: string;
  /** Counts the agent's reports on the task: an older one changes nothing. */
  readonly sequence: number;
  readonly observed: TaskState;
  readonly health: Health;
  readonly exitCode: number;
  readonly reason: string;
}

export interface SlotName {
  readonly service: string;
  readonly slot: string;
}

export interface NodeEdge {
  readonly node: string;
  /** The registration that the leader has judged; a newer one has come back meanwhile. */
  readonly registration: number;
  readonly status: Exclude<NodeStatus, 'up'>;
}

export const deploymentActions = ['pause', 'resume', 'promote', 'rollback'] as const;
export type DeploymentAction = (typeof deploymentActions)[number];

/** What clients ask for. A version of 0 stands for whatever there is, any other must be the present. */
type SingleCommand =
  | { readonly kind: 'create-service'; readonly spec: ServiceSpec }
  | {
      readonly kind: 'update-service';
      readonly service: string;
      readonly version: number;
      readonly spec: ServiceSpec;
    }
  | { readonly kind: 'remove-service'; readonly service: string; readonly version: number }
  | {
      readonly kind: 'control-deployment';
      readonly service: string;
      readonly action: DeploymentAction;
    }
  | {
      readonly kind: 'update-node';
      readonly node: string;
      readonly version: number;
      readonly spec: NodeSpec;
    }
  | { readonly kind: 'remove-node'; readonly node: string }
  | { readonly kind: 'create-volume'; readonly spec: VolumeSpec }
  | { readonly kind: 'remove-volume'; readonly volume: string }
  | { readonly kind: 'create-quota'; readonly spec: QuotaSpec }
  | {
      readonly kind: 'update-quota';
      readonly quota: string;
      readonly version: number;
      readonly spec: QuotaSpec;
    }
  | { readonly kind: 'remove-quota'; readonly quota: string; readonly version: number }
  | { readonly kind: 'renew-session' }
  | { readonly kind: 'close-session' }
  | ClientTrustCommand;

/** What a manifest comes down to. */
export type ApplyPart = OfKind<
  SingleCommand,
  | 'create-service'
  | 'update-service'
  | 'update-node'
  | 'create-volume'
  | 'put-secret'
  | 'create-quota'
  | 'update-quota'
>;

export type ClientCommand =
  | SingleCommand
  /** All of it in their order, or nothing when one of them is refused. */
  | { readonly kind: 'together'; readonly parts: readonly ApplyPart[] }
  /** What was asked for as of a backup, and nothing that was asked for since. */
  | { readonly kind: 'restore'; readonly backup: Backup };

/** What the leader proposes: for others, or because it is time. */
export type LeaderCommand =
  | { readonly kind: 'open-session'; readonly owner: string }
  /** Refused when something came from it after the entry `activeIndex`. */
  | { readonly kind: 'expire-session'; readonly expired: number; readonly activeIndex: number }
  /** An empty id makes a node; any other must be known: what is gone does not come back. */
  | {
      readonly kind: 'register-node';
      readonly node: string;
      readonly spec: NodeSpec;
      readonly description: NodeDescription;
    }
  | { readonly kind: 'node-edges'; readonly edges: readonly NodeEdge[] }
  | {
      readonly kind: 'report';
      readonly node: string;
      readonly registration: number;
      readonly reports: readonly TaskReport[];
    }
  | {
      readonly kind: 'unmounted';
      readonly node: string;
      readonly volume: string;
      readonly epoch: number;
    }
  /** Brings slots to what they should be, as it is found when the entry is applied. */
  | { readonly kind: 'reconcile'; readonly slots: readonly SlotName[] }
  | { readonly kind: 'allocate'; readonly tasks: readonly string[] }
  | { readonly kind: 'assign'; readonly assignments: readonly Assignment[] }
  | {
      readonly kind: 'step-deployment';
      readonly deployment: string;
      readonly version: number;
      readonly step: StepKind;
    }
  /** Gives up the tasks of a node that has been down for too long. */
  | { readonly kind: 'orphan'; readonly node: string }
  /** Nothing but term and time: a new leader's first entry. */
  | { readonly kind: 'barrier' }
  | LeaderTrustCommand;

export type Command = ClientCommand | LeaderCommand;

/** The command of a kind. */
export type CommandOf<Kind extends Command['kind']> = OfKind<Command, Kind>;
