import type { Current, Standing } from '../apply/plan.ts';
import type { Answer } from '../messages/client-messages.ts';
import type { Resource, ResourceKind } from '../specs/resource.ts';
import { fingerprintBytes } from '../specs/secret-spec.ts';
import type { ClientNode } from './client-node.ts';

/** What is there, read by somebody who asks the managers for it. */
export class StandingObjects implements Current {
  private readonly found: Map<string, Standing> = new Map();
  /** Ids by kind and name: commands go by them. */
  readonly ids: Map<string, string> = new Map();
  private readonly publishers: Map<string, string> = new Map();

  /** Reads all services and secrets, and what else is named; null: nobody answered. */
  static async read(
    node: ClientNode,
    named: readonly { readonly kind: ResourceKind; readonly name: string }[],
  ): Promise<StandingObjects | null> {
    const standing = new StandingObjects();
    const services = await ask(node, { kind: 'services' });
    const secrets = await ask(node, { kind: 'secrets' });
    if (services?.kind !== 'list' || secrets?.kind !== 'secrets') return null;
    for (const { spec, version } of secrets.secrets) {
      standing.put({ kind: 'secret', spec }, version, spec.name);
    }
    const wanted = [
      ...services.items.map(({ name }) => ({ kind: 'service' as const, name })),
      ...named.filter(({ kind }) => kind !== 'service' && kind !== 'secret'),
    ];
    for (const { kind, name } of wanted) {
      if (kind === 'secret') continue;
      const answer = await ask(node, { kind, name });
      if (answer === null) return null;
      standing.take(answer);
    }
    return standing;
  }

  private take(answer: Answer): void {
    if (answer.kind === 'service') {
      const { spec, version } = answer.service;
      this.put({ kind: 'service', spec }, version, answer.id);
      for (const { publish, hostPort, protocol } of spec.template.ports) {
        if (publish === 'ingress') this.publishers.set(`${hostPort}/${protocol}`, spec.name);
      }
    } else if (answer.kind === 'node') {
      this.put({ kind: 'node', spec: answer.node.spec }, answer.node.version, answer.id);
    } else if (answer.kind === 'volume') {
      this.put({ kind: 'volume', spec: answer.volume.spec }, 1, answer.id);
    } else if (answer.kind === 'quota') {
      this.put({ kind: 'quota', spec: answer.quota.spec }, answer.quota.version, answer.id);
    }
  }

  private put(resource: Resource, version: number, id: string): void {
    const key = `${resource.kind} ${resource.spec.name}`;
    this.found.set(key, { version, resource });
    this.ids.set(key, id);
  }

  find(kind: ResourceKind, name: string): Standing | undefined {
    return this.found.get(`${kind} ${name}`);
  }

  publisher(hostPort: number, protocol: string): string | undefined {
    return this.publishers.get(`${hostPort}/${protocol}`);
  }

  /**
   * Only managers can work out the fingerprint of a value. Here it counts as the one that is there: the
   * value is sent in any case, and they say whether it was new.
   */
  fingerprint(name: string): Uint8Array {
    const standing = this.find('secret', name)?.resource;
    return standing?.kind === 'secret'
      ? standing.spec.fingerprint
      : new Uint8Array(fingerprintBytes);
  }
}

async function ask(
  node: ClientNode,
  query: Parameters<ClientNode['read']>[0],
): Promise<Answer | null> {
  return (await node.read(query, true))?.answer ?? null;
}
