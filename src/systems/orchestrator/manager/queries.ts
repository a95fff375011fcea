import { backupOf } from '../backup/backup.ts';
import type { Answer, Named, Query } from '../messages/client-messages.ts';
import type { ClusterState } from '../state/state.ts';
import { newestVersion } from '../trust/secret-changes.ts';

const none: Answer = { kind: 'none' };

/** What the store says. `keys` and `metrics` are not the store's. Costs what it lists. */
export function answerTo(
  state: ClusterState,
  query: Exclude<Query, { readonly kind: 'keys' | 'metrics' }>,
): Answer {
  switch (query.kind) {
    case 'service': {
      const id = state.named('service', query.name);
      const service = id === undefined ? undefined : state.services.get(id);
      return id === undefined || service === undefined
        ? none
        : { kind: 'service', id, service: { ...service } };
    }
    case 'node': {
      const id = state.named('node', query.name);
      const node = id === undefined ? undefined : state.nodes.get(id);
      return id === undefined || node === undefined
        ? none
        : { kind: 'node', id, node: { ...node } };
    }
    case 'volume': {
      const id = state.named('volume', query.name);
      const volume = id === undefined ? undefined : state.volumes.get(id);
      return id === undefined || volume === undefined
        ? none
        : { kind: 'volume', id, volume: { ...volume } };
    }
    case 'deployment': {
      const id = query.deployment;
      const deployment = state.deployments.get(id);
      return deployment === undefined
        ? none
        : { kind: 'deployment', id, deployment: { ...deployment } };
    }
    case 'quota': {
      const id = state.named('quota', query.name);
      const quota = id === undefined ? undefined : state.quotas.get(id);
      if (id === undefined || quota === undefined) return none;
      const used = { ...state.index.quotas.usage(id) };
      return { kind: 'quota', id, quota: { ...quota }, used };
    }
    case 'quotas': {
      const items = state.quotas.keys().map((id): Named => {
        const { spec, version } = state.quotas.get(id)!;
        return { id, name: spec.name, version };
      });
      return { kind: 'list', items };
    }
    case 'backup':
      return { kind: 'backup', backup: backupOf(state) };
    case 'services':
      return { kind: 'list', items: services(state) };
    case 'nodes': {
      const items = state.nodes.keys().map((id): Named => {
        const { spec, version } = state.nodes.get(id)!;
        return { id, name: spec.name, version };
      });
      return { kind: 'list', items };
    }
    case 'tasks': {
      const slots = state.index.services.get(query.service)?.slots.values() ?? [];
      const ids = [...slots].flat().sort();
      return { kind: 'tasks', tasks: ids.map((id) => ({ id, task: { ...state.tasks.get(id)! } })) };
    }
    case 'secrets': {
      const secrets = state.secrets.groupKeys().map((name) => {
        const version = newestVersion(state, name);
        return { spec: state.secrets.get(name, version)!.spec, version };
      });
      return { kind: 'secrets', secrets };
    }
  }
}

function services(state: ClusterState): Named[] {
  const items: Named[] = [];
  for (const id of state.services.keys()) {
    const { spec, version, removing } = state.services.get(id)!;
    if (!removing) items.push({ id, name: spec.name, version });
  }
  return items;
}
