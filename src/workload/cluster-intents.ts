/** What may be asked of a cluster of containers, in the words of whoever draws it. */
export type ClusterAction =
  /** `draw` decides what kind of service it is. */
  | { readonly do: 'create-service'; readonly service: string; readonly draw: number }
  | { readonly do: 'scale'; readonly service: string; readonly replicas: number }
  /** Another image, among the good ones: a deployment. */
  | { readonly do: 'deploy'; readonly service: string; readonly draw: number }
  /** An image that fails, or that no registry has. */
  | { readonly do: 'deploy-bad'; readonly service: string; readonly draw: number }
  /** The way of deploying changes, nothing else. */
  | { readonly do: 'tune'; readonly service: string; readonly draw: number }
  | {
      readonly do:
        | 'remove-service'
        | 'pause'
        | 'resume'
        | 'promote'
        | 'rollback'
        | 'read-service'
        | 'read-deployment'
        | 'list-tasks';
      readonly service: string;
    }
  /** Nodes by number, from 0; wraps. */
  | { readonly do: 'drain' | 'pause-node' | 'activate' | 'read-node'; readonly node: number }
  | { readonly do: 'create-volume'; readonly volume: string; readonly draw: number }
  | { readonly do: 'remove-volume' | 'read-volume'; readonly volume: string }
  /** `draw` decides what it limits; one that is there gets these limits. */
  | { readonly do: 'put-quota'; readonly quota: string; readonly draw: number }
  | { readonly do: 'remove-quota' | 'read-quota'; readonly quota: string }
  | { readonly do: 'put-secret'; readonly secret: string; readonly draw: number }
  | { readonly do: 'remove-secret'; readonly secret: string }
  | {
      readonly do:
        | 'list-services'
        | 'list-nodes'
        | 'list-secrets'
        | 'metrics'
        | 'create-token'
        | 'rotate-token'
        | 'rotate-root'
        | 'rotate-keys'
        | 'watch'
        | 'take-backup'
        /** Of what the same client has taken last. */
        | 'restore';
    };

/**
 * What a client of a cluster wants to do: plain data, drawn before the run, recorded in the case,
 * readable, editable, shrinkable.
 */
export type ClusterIntent = {
  /** Which client, from 0; wraps when there are fewer. */
  readonly client: number;
  /** Not before this time of the client's life, in microseconds. */
  readonly atUs: number;
  /** Reads: of the leader, or of any manager that knows what this client knows. */
  readonly fresh: boolean;
} & (
  | ClusterAction
  /** The client forgets everything and begins anew. */
  | { readonly do: 'restart' }
);
