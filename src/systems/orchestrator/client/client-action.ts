import type { NodeId } from '../../../sim/message.ts';
import type { Query, Watched } from '../messages/client-messages.ts';
import type { ClientCommand, DeploymentAction } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import type { CallEnd, ReadEnd, SecretValue } from './manager-client.ts';

/** What is asked for, as workloads say it: `ClusterAction` there says the same. */
export type ClientAction =
  | {
      readonly do: 'create-service' | 'deploy' | 'deploy-bad' | 'tune';
      readonly service: string;
      readonly draw: number;
    }
  | { readonly do: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly do: DeploymentAction; readonly service: string }
  | {
      readonly do: 'remove-service' | 'read-service' | 'read-deployment' | 'list-tasks';
      readonly service: string;
    }
  | { readonly do: 'drain' | 'pause-node' | 'activate' | 'read-node'; readonly node: number }
  | { readonly do: 'create-volume'; readonly volume: string; readonly draw: number }
  | { readonly do: 'remove-volume' | 'read-volume'; readonly volume: string }
  | { readonly do: 'put-quota'; readonly quota: string; readonly draw: number }
  | { readonly do: 'remove-quota' | 'read-quota'; readonly quota: string }
  | { readonly do: 'put-secret'; readonly secret: string; readonly draw: number }
  | { readonly do: 'remove-secret'; readonly secret: string }
  | { readonly do: 'list-services' | 'list-nodes' | 'list-secrets' | 'metrics' }
  | { readonly do: 'create-token' | 'rotate-token' | 'rotate-root' | 'rotate-keys' | 'watch' }
  /** The backup that this client has taken last comes back. */
  | { readonly do: 'take-backup' | 'restore' };

/** Of a client: a command, a value for a secret, a read, or a look at the events. */
export type ClientQuestion =
  | { readonly kind: 'command'; readonly command: ClientCommand }
  | { readonly kind: 'secret'; readonly secret: SecretValue }
  | {
      readonly kind: 'read';
      readonly query: Query;
      readonly fresh: boolean;
      readonly minIndex: number;
    }
  | { readonly kind: 'watch'; readonly after: number };

/** What came of it; null: nobody knows. */
export type ClientEnd =
  | { readonly kind: 'call'; readonly end: CallEnd; readonly reply: Reply }
  | { readonly kind: 'read'; readonly end: ReadEnd }
  | { readonly kind: 'watch'; readonly watched: Watched; readonly from: NodeId };

/** Takes down questions and answers. */
export interface Recorder {
  begin(about: {
    readonly operation: string;
    readonly option: string;
    readonly consistency: 'command' | 'read' | 'watch';
    readonly key: string;
    readonly asked: string | null;
    readonly question: ClientQuestion;
  }): number;
  end(
    operation: number,
    answer: {
      readonly outcome: 'ok' | 'fail' | 'info';
      readonly reason: string;
      readonly index: number;
      readonly told: string | null;
      readonly answer: ClientEnd | null;
      readonly session: number;
      readonly sequence: number;
    },
  ): void;
}
