import type { Answer, Query } from '../messages/client-messages.ts';
import type { Availability } from '../specs/node-spec.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import type { ClientCommand, DeploymentAction } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import type { Service } from '../state/rows.ts';
import type { ClientAction, Recorder } from './client-action.ts';
import type { ClientNode, ClientNodeOptions } from './client-node.ts';
import type { CallEnd } from './manager-client.ts';
import {
  deployed,
  quotaFrom,
  scaled,
  secretFrom,
  serviceFrom,
  spoilt,
  tuned,
  volumeFrom,
} from './wares.ts';

const tokenLifetimeUs = 60_000_000;

/** One action, with all that it asks. */
export class ActionRun {
  private readonly node: ClientNode;
  private readonly option: string;
  private readonly fresh: boolean;
  private readonly recorder: Recorder;

  constructor(node: ClientNode, option: string, fresh: boolean, recorder: Recorder) {
    this.node = node;
    this.option = option;
    this.fresh = fresh;
    this.recorder = recorder;
  }

  async perform(action: ClientAction, { around, nodes }: ClientNodeOptions): Promise<void> {
    switch (action.do) {
      case 'create-service': {
        const spec = serviceFrom(action.service, action.draw, around);
        await this.command({ kind: 'create-service', spec }, action.service);
        return;
      }
      case 'deploy':
        return await this.update(action.service, (spec) => deployed(spec, action.draw));
      case 'deploy-bad':
        return await this.update(action.service, (spec) => spoilt(spec, action.draw));
      case 'tune':
        return await this.update(action.service, (spec) => tuned(spec, action.draw));
      case 'scale':
        return await this.update(action.service, (spec) => scaled(spec, action.replicas));
      case 'remove-service':
      case 'pause':
      case 'resume':
      case 'promote':
      case 'rollback':
        return await this.onService(action.do, action.service);
      case 'read-service':
      case 'read-deployment':
      case 'list-tasks':
        return await this.look(action.do, action.service);
      case 'drain':
        return await this.setNode(nodes, action.node, 'drain');
      case 'pause-node':
        return await this.setNode(nodes, action.node, 'pause');
      case 'activate':
        return await this.setNode(nodes, action.node, 'active');
      case 'read-node': {
        const name = nodes[action.node % nodes.length]!;
        await this.read({ kind: 'node', name }, name);
        return;
      }
      default:
        return await this.onOthers(action, around);
    }
  }

  private async onOthers(
    action: Exclude<ClientAction, { service: string } | { node: number }>,
    around: ClientNodeOptions['around'],
  ): Promise<void> {
    switch (action.do) {
      case 'create-volume': {
        const spec = volumeFrom(action.volume, action.draw);
        await this.command({ kind: 'create-volume', spec }, action.volume);
        return;
      }
      case 'remove-volume': {
        const answer = await this.read({ kind: 'volume', name: action.volume }, action.volume);
        if (answer?.kind !== 'volume') return;
        await this.command({ kind: 'remove-volume', volume: answer.id }, action.volume);
        return;
      }
      case 'read-volume':
        await this.read({ kind: 'volume', name: action.volume }, action.volume);
        return;
      case 'put-quota':
        return await this.putQuota(action.quota, action.draw, around.teams);
      case 'remove-quota': {
        const answer = await this.read({ kind: 'quota', name: action.quota }, action.quota);
        if (answer?.kind !== 'quota') return;
        const { id: quota } = answer;
        const { version } = answer.quota;
        await this.command({ kind: 'remove-quota', quota, version }, action.quota);
        return;
      }
      case 'read-quota':
        await this.read({ kind: 'quota', name: action.quota }, action.quota);
        return;
      case 'put-secret':
        return await this.putSecret(action.secret, action.draw);
      case 'remove-secret':
        await this.command({ kind: 'remove-secret', name: action.secret }, action.secret);
        return;
      case 'create-token':
      case 'rotate-token': {
        const none = { digest: new Uint8Array(0), expiresUs: 0 };
        const row = { id: 0, role: 'worker', uses: 1, ...none } as const;
        const rotate = action.do === 'rotate-token' ? 1 : 0;
        const lifetimeUs = tokenLifetimeUs;
        await this.command({ kind: 'create-token', row, lifetimeUs, rotate }, '');
        return;
      }
      case 'rotate-root':
        // The leader makes the root.
        await this.command({ kind: 'rotate-root', roots: [] }, '');
        return;
      case 'rotate-keys':
        await this.command({ kind: 'rotate-keys', keys: [] }, '');
        return;
      case 'take-backup': {
        const answer = await this.read({ kind: 'backup' }, '');
        if (answer?.kind === 'backup') this.node.backup = answer.backup;
        return;
      }
      case 'restore': {
        const { backup } = this.node;
        if (backup !== null) await this.command({ kind: 'restore', backup }, '');
        return;
      }
      case 'watch':
        return await this.watch();
      case 'list-services':
        await this.read({ kind: 'services' }, '');
        return;
      case 'list-nodes':
        await this.read({ kind: 'nodes' }, '');
        return;
      case 'list-secrets':
        await this.read({ kind: 'secrets' }, '');
        return;
      case 'metrics':
        await this.read({ kind: 'metrics' }, '');
        return;
    }
  }

  // ---------------------------------------------------------------- actions

  private async service(name: string): Promise<{ id: string; service: Service } | null> {
    const answer = await this.read({ kind: 'service', name }, name);
    return answer?.kind === 'service' ? answer : null;
  }

  private async update(name: string, change: (spec: ServiceSpec) => ServiceSpec): Promise<void> {
    const known = await this.service(name);
    if (known === null) return;
    const { id: service, service: row } = known;
    const { version } = row;
    const spec = change(row.spec);
    await this.command({ kind: 'update-service', service, version, spec }, name);
  }

  private async onService(what: DeploymentAction | 'remove-service', name: string): Promise<void> {
    const known = await this.service(name);
    if (known === null) return;
    const { id: service } = known;
    const { version } = known.service;
    if (what === 'remove-service') {
      await this.command({ kind: 'remove-service', service, version }, name);
    } else await this.command({ kind: 'control-deployment', service, action: what }, name);
  }

  private async look(what: string, name: string): Promise<void> {
    const known = await this.service(name);
    if (known === null || what === 'read-service') return;
    if (what === 'list-tasks') {
      await this.read({ kind: 'tasks', service: known.id }, name);
      return;
    }
    const { deployment, lastDeployment } = known.service;
    const id = deployment === '' ? lastDeployment : deployment;
    if (id !== '') await this.read({ kind: 'deployment', deployment: id }, name);
  }

  private async setNode(
    nodes: readonly string[],
    number: number,
    availability: Availability,
  ): Promise<void> {
    const name = nodes[number % nodes.length]!;
    const answer = await this.read({ kind: 'node', name }, name);
    if (answer?.kind !== 'node') return;
    const { id: node } = answer;
    const { version, spec } = answer.node;
    if (spec.availability === availability) return;
    const drainDeadlineUs = availability === 'drain' && number % 2 === 0 ? 1_000_000 : 0;
    const wish = { ...spec, availability, drainDeadlineUs };
    await this.command({ kind: 'update-node', node, version, spec: wish }, name);
  }

  private async putSecret(name: string, draw: number): Promise<void> {
    const answer = await this.read({ kind: 'secrets' }, name);
    if (answer?.kind !== 'secrets') return;
    const version = answer.secrets.find(({ spec }) => spec.name === name)?.version ?? 0;
    const secret = { name, version, value: secretFrom(name, draw) };
    const operation = this.recorder.begin({
      ...{ operation: 'put-secret', option: this.option, consistency: 'command', key: name },
      asked: `version ${version + 1}`,
      question: { kind: 'secret', secret },
    });
    this.ended(operation, await this.node.putSecret(secret));
  }

  private async putQuota(name: string, draw: number, teams: readonly string[]): Promise<void> {
    const answer = await this.read({ kind: 'quota', name }, name);
    if (answer === null) return;
    const wished = quotaFrom(name, draw, teams);
    if (answer.kind !== 'quota') {
      await this.command({ kind: 'create-quota', spec: wished }, name);
      return;
    }
    const { id: quota } = answer;
    const { version, spec } = answer.quota;
    const changed = { ...spec, limits: wished.limits };
    await this.command({ kind: 'update-quota', quota, version, spec: changed }, name);
  }

  // ---------------------------------------------------------------- questions

  private async command(command: ClientCommand, key: string): Promise<void> {
    const operation = this.recorder.begin({
      ...{ operation: command.kind, option: this.option, consistency: 'command', key },
      asked: wordsOf(command),
      question: { kind: 'command', command },
    });
    this.ended(operation, await this.node.call(command));
  }

  private ended(operation: number, end: CallEnd): void {
    const { reply, index, session, sequence } = end;
    const request = { session, sequence };
    if (reply === null) {
      const nothing = { index: 0, told: null, answer: null };
      const reason = 'unknown';
      this.recorder.end(operation, { outcome: 'info', reason, ...nothing, ...request });
      return;
    }
    const answer = { kind: 'call', end, reply } as const;
    const told = replyWords(reply);
    const isRefused = reply.kind === 'refused';
    const outcome = isRefused ? 'fail' : 'ok';
    const reason = isRefused ? reply.why : reply.kind;
    this.recorder.end(operation, { outcome, reason, index, told, answer, ...request });
  }

  private async read(query: Query, key: string): Promise<Answer | null> {
    const { node, fresh } = this;
    const { minIndex } = node;
    const operation = this.recorder.begin({
      ...{ operation: query.kind, option: fresh ? 'fresh' : 'stale', consistency: 'read', key },
      asked: fresh ? null : `as of ${minIndex} or later`,
      question: { kind: 'read', query, fresh, minIndex },
    });
    const end = await node.read(query, fresh);
    const none = { session: 0, sequence: 0 };
    if (end === null) {
      const nothing = { index: 0, told: null, answer: null };
      this.recorder.end(operation, { outcome: 'info', reason: 'unknown', ...nothing, ...none });
      return null;
    }
    const { answer, index } = end;
    const told = `${answer.kind} as of ${index}`;
    const about = { reason: answer.kind, index, told, answer: { kind: 'read', end } } as const;
    this.recorder.end(operation, { outcome: 'ok', ...about, ...none });
    return answer;
  }

  private async watch(): Promise<void> {
    const { node } = this;
    const after = node.nextEvent;
    const operation = this.recorder.begin({
      ...{ operation: 'watch', option: 'watch', consistency: 'watch', key: '' },
      asked: `after ${after}`,
      question: { kind: 'watch', after },
    });
    const end = await node.watch();
    const none = { session: 0, sequence: 0 };
    if (end === null) {
      const nothing = { index: 0, told: null, answer: null };
      this.recorder.end(operation, { outcome: 'info', reason: 'unknown', ...nothing, ...none });
      return;
    }
    const { watched } = end;
    const { from, to, gap, events } = watched;
    const told = `${events.length} events from ${from} to ${to}`;
    const reason = gap ? 'gap' : 'events';
    const answer = { kind: 'watch', ...end } as const;
    this.recorder.end(operation, { outcome: 'ok', reason, index: to, told, answer, ...none });
  }
}

/** What a command asks for beside its name, in short. */
function wordsOf(command: ClientCommand): string | null {
  switch (command.kind) {
    case 'create-service':
      return specWords(command.spec);
    case 'update-service':
      return `version ${command.version}: ${specWords(command.spec)}`;
    case 'control-deployment':
      return command.action;
    case 'update-node':
      return command.spec.availability;
    case 'restore':
      return `as of ${command.backup.index}`;
    default:
      return null;
  }
}

function specWords({ mode, template, update }: ServiceSpec): string {
  const size = mode.kind === 'global' ? 'on each node' : `${mode.replicas} of`;
  return `${size} ${template.image}, ${update.strategy.kind}, ${template.disconnect.kind}`;
}

function replyWords(reply: Reply): string {
  if (reply.kind === 'refused')
    return reply.what === '' ? reply.why : `${reply.why}: ${reply.what}`;
  return reply.kind === 'object' ? `${reply.id} version ${reply.version}` : reply.kind;
}
