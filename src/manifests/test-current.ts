import type { ApplyRequest, Current, Standing } from '../systems/orchestrator/apply/plan.ts';
import type { Resource, ResourceKind } from '../systems/orchestrator/specs/resource.ts';

/** For tests: the objects of a cluster, changed by requests in the way of compare-and-set. */
export class TestCurrent implements Current {
  private readonly standing: Map<string, Standing> = new Map();

  add(resource: Resource): void {
    this.standing.set(`${resource.kind} ${resource.spec.name}`, { version: 1, resource });
  }

  find(kind: ResourceKind, name: string): Standing | undefined {
    return this.standing.get(`${kind} ${name}`);
  }

  publisher(hostPort: number, protocol: string): string | undefined {
    for (const { resource } of this.standing.values()) {
      if (resource.kind !== 'service') continue;
      for (const port of resource.spec.template.ports) {
        if (port.publish !== 'ingress' || port.protocol !== protocol) continue;
        if (port.hostPort === hostPort) return resource.spec.name;
      }
    }
    return undefined;
  }

  apply(requests: readonly ApplyRequest[]): void {
    for (const { resource, version } of requests) {
      const key = `${resource.kind} ${resource.spec.name}`;
      if ((this.standing.get(key)?.version ?? 0) !== version) throw new Error(`conflict: ${key}`);
      this.standing.set(key, { version: version + 1, resource });
    }
  }
}
