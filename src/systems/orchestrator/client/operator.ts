import { type ApplyPlan, planApply } from '../apply/plan.ts';
import { type Wish, wishName } from '../apply/wish.ts';
import type { Answer, Query } from '../messages/client-messages.ts';
import type { Resource, ResourceKind } from '../specs/resource.ts';
import type { ApplyPart, ClientCommand } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import type { ClientNode } from './client-node.ts';
import type { Application, SecretValue } from './manager-client.ts';
import {
  type OperatorAction,
  type OperatorResult,
  type PlainWish,
  type WishFault,
  wishOf,
} from './operator-action.ts';
import { inspected, listedTasks, quotaRow } from './operator-views.ts';
import { StandingObjects } from './standing.ts';

/** How often an apply begins anew because somebody else has changed something meanwhile. */
const attempts = 4;

const unknown: OperatorResult = { kind: 'unknown' };
const done = (what: string): OperatorResult => ({ kind: 'done', what });
const refused = (why: string): OperatorResult => ({ kind: 'refused', why, faults: [] });

/** What a person at a console can do to a cluster: each action some questions, one after the other. */
export class Operator {
  private readonly node: ClientNode;

  constructor(node: ClientNode) {
    this.node = node;
  }

  async perform(action: OperatorAction): Promise<OperatorResult> {
    switch (action.do) {
      case 'apply':
        return await this.apply(action.wishes, false);
      case 'create':
        return await this.apply([action.wish], true);
      case 'update-service':
        return await this.updateService(action.name, action.image, action.replicas);
      case 'control': {
        const known = await this.ask({ kind: 'service', name: action.name });
        if (known?.kind !== 'service') return missing(known, 'service', action.name);
        const { id: service } = known;
        return await this.call(
          { kind: 'control-deployment', service, action: action.action },
          `${action.action} of service ${action.name}`,
        );
      }
      case 'availability':
        return await this.setAvailability(action);
      case 'remove':
        return await this.remove(action.kind, action.name);
      case 'list':
        return await this.list(action.kind, action.names ?? []);
      case 'inspect':
        return await this.inspect(action.kind, action.name);
      case 'tasks': {
        const known = await this.ask({ kind: 'service', name: action.name });
        if (known?.kind !== 'service') return missing(known, 'service', action.name);
        const tasks = await this.ask({ kind: 'tasks', service: known.id });
        const nodes = await this.ask({ kind: 'nodes' });
        if (tasks?.kind !== 'tasks' || nodes?.kind !== 'list') return unknown;
        return listedTasks(tasks.tasks, nodes.items);
      }
      case 'backup': {
        const answer = await this.ask({ kind: 'backup' });
        return answer?.kind === 'backup' ? { kind: 'object', object: answer.backup } : unknown;
      }
      case 'restore': {
        const { backup } = action;
        return await this.call({ kind: 'restore', backup }, `as of entry ${backup.index}`);
      }
      case 'wait':
        return done('waited');
    }
  }

  private async ask(query: Query): Promise<Answer | null> {
    return (await this.node.read(query, true))?.answer ?? null;
  }

  private async call(command: ClientCommand, what: string): Promise<OperatorResult> {
    const { reply } = await this.node.call(command);
    return resultOf(reply, what);
  }

  // ---------------------------------------------------------------- apply

  private async apply(plain: readonly PlainWish[], creates: boolean): Promise<OperatorResult> {
    const wishes = plain.map(wishOf);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const result = await this.tryApply(wishes, creates);
      if (result !== 'again') return result;
    }
    return refused('conflict: others are changing the same things');
  }

  private async tryApply(
    wishes: readonly Wish[],
    creates: boolean,
  ): Promise<OperatorResult | 'again'> {
    const names = wishes.map((wish) => ({ kind: wish.kind, name: wishName(wish) }));
    const needed = wishes.flatMap((wish) =>
      wish.kind === 'service'
        ? wish.spec.template.volumes.map(({ source }) => ({
            kind: 'volume' as const,
            name: source,
          }))
        : [],
    );
    const standing = await StandingObjects.read(this.node, [...names, ...needed]);
    if (standing === null) return unknown;
    const there = names.find(({ kind, name }) => standing.find(kind, name) !== undefined);
    if (creates && there !== undefined) return refused(`exists: ${there.kind} ${there.name}`);
    const plan = planApply(wishes, standing, (name) => standing.fingerprint(name));
    if (plan.faults.length > 0) {
      const faults = plan.faults.map(({ at, fault }) => ({ at, ...fault }));
      return { kind: 'refused', why: 'invalid', faults };
    }
    const steps = plan.steps.map(({ kind, name, action }) => ({ kind, name, action: `${action}` }));
    const { secrets, parts } = application(wishes, plan, standing);
    if (secrets.length + parts.length === 0) return { kind: 'applied', steps };
    const { reply } =
      secrets.length > 0
        ? await this.node.apply({ secrets, parts })
        : await this.node.call({ kind: 'together', parts });
    if (isConflict(reply)) return 'again';
    const over = overQuota(reply, names);
    if (over !== null) return { kind: 'refused', why: 'over-quota', faults: [over] };
    if (reply?.kind !== 'together') return resultOf(reply, '');
    for (const [at, { name: secret, version }] of secrets.entries()) {
      const step = steps.find(({ kind, name }) => kind === 'secret' && name === secret)!;
      // Only managers can tell whether a value is another one.
      const isNew = reply.objects[at]!.version > version;
      if (version > 0) step.action = isNew ? 'update' : 'unchanged';
    }
    return { kind: 'applied', steps };
  }

  // ---------------------------------------------------------------- one object

  private async updateService(
    name: string,
    image: string | null,
    replicas: number | null,
  ): Promise<OperatorResult> {
    const known = await this.ask({ kind: 'service', name });
    if (known?.kind !== 'service') return missing(known, 'service', name);
    const { spec, version } = known.service;
    if (replicas !== null && spec.mode.kind === 'global') {
      return refused('invalid: a global service has one task on each node');
    }
    const next = {
      ...spec,
      ...(replicas === null ? {} : { mode: { kind: 'replicated' as const, replicas } }),
      template: image === null ? spec.template : { ...spec.template, image },
    };
    const command = { kind: 'update-service', service: known.id, version, spec: next } as const;
    return await this.call(command, `service ${name}`);
  }

  private async setAvailability({
    name,
    availability,
  }: OperatorAction & { do: 'availability' }): Promise<OperatorResult> {
    const known = await this.ask({ kind: 'node', name });
    if (known?.kind !== 'node') return missing(known, 'node', name);
    const { spec, version } = known.node;
    const command = {
      kind: 'update-node',
      node: known.id,
      version,
      spec: { ...spec, availability },
    } as const;
    return await this.call(command, `node ${name}: ${availability}`);
  }

  private async remove(kind: ResourceKind, name: string): Promise<OperatorResult> {
    const what = `${kind} ${name}`;
    if (kind === 'secret') return await this.call({ kind: 'remove-secret', name }, what);
    const known = await this.ask({ kind, name });
    if (known === null || known.kind === 'none') return missing(known, kind, name);
    if (known.kind === 'service') {
      const { version } = known.service;
      return await this.call({ kind: 'remove-service', service: known.id, version }, what);
    }
    if (known.kind === 'node')
      return await this.call({ kind: 'remove-node', node: known.id }, what);
    if (known.kind === 'quota') {
      const { version } = known.quota;
      return await this.call({ kind: 'remove-quota', quota: known.id, version }, what);
    }
    if (known.kind !== 'volume') return unknown;
    return await this.call({ kind: 'remove-volume', volume: known.id }, what);
  }

  private async list(kind: ResourceKind, known: readonly string[]): Promise<OperatorResult> {
    if (kind === 'volume') return await this.listVolumes(known);
    if (kind === 'secret') {
      const answer = await this.ask({ kind: 'secrets' });
      if (answer?.kind !== 'secrets') return unknown;
      const rows = answer.secrets.map(({ spec, version }) => ({
        name: spec.name,
        version: String(version),
      }));
      return { kind: 'rows', rows };
    }
    const names = await this.ask({ kind: `${kind}s` });
    if (names?.kind !== 'list') return unknown;
    const rows: Readonly<Record<string, string>>[] = [];
    for (const { name } of names.items) {
      const answer = await this.ask({ kind, name });
      if (answer === null) return unknown;
      const row = await this.rowOf(name, answer);
      if (row === null) return unknown;
      rows.push(row);
    }
    return { kind: 'rows', rows };
  }

  private async listVolumes(names: readonly string[]): Promise<OperatorResult> {
    const rows: Readonly<Record<string, string>>[] = [];
    for (const name of names) {
      const answer = await this.ask({ kind: 'volume', name });
      if (answer === null) return unknown;
      if (answer.kind !== 'volume') continue;
      const { spec, claim, node } = answer.volume;
      const place = node === '' ? '-' : node;
      const used = claim === null ? '-' : claim.task;
      rows.push({ name, driver: spec.driver, exclusive: String(spec.exclusive), place, used });
    }
    return { kind: 'rows', rows };
  }

  private async rowOf(
    name: string,
    answer: Answer,
  ): Promise<Readonly<Record<string, string>> | null> {
    if (answer.kind === 'node') {
      const { status, spec, description } = answer.node;
      const { architecture } = description;
      return { name, status, availability: spec.availability, architecture };
    }
    if (answer.kind === 'quota') return quotaRow(answer);
    if (answer.kind !== 'service') return { name, status: 'gone' };
    const tasks = await this.ask({ kind: 'tasks', service: answer.id });
    if (tasks?.kind !== 'tasks') return null;
    const running = tasks.tasks.filter(
      ({ task }) => task.observed === 'running' && task.desired === 'running',
    ).length;
    const { mode, template } = answer.service.spec;
    const wanted = mode.kind === 'global' ? 'global' : String(mode.replicas);
    const { deployment } = answer.service;
    const state = deployment === '' ? 'steady' : 'deploying';
    return { name, replicas: `${running}/${wanted}`, image: template.image, state };
  }

  private async inspect(kind: ResourceKind, name: string): Promise<OperatorResult> {
    if (kind === 'secret') {
      const answer = await this.ask({ kind: 'secrets' });
      if (answer?.kind !== 'secrets') return unknown;
      const found = answer.secrets.find(({ spec }) => spec.name === name);
      if (found === undefined) return refused(`not-found: secret ${name}`);
      // A digest says nothing to people.
      const { fingerprint: _, ...spec } = found.spec;
      return { kind: 'object', object: { spec, version: found.version } };
    }
    const answer = await this.ask({ kind, name });
    if (answer === null || answer.kind === 'none') return missing(answer, kind, name);
    return { kind: 'object', object: inspected(answer) };
  }
}

/** All that is to be asked for, as one. */
function application(
  wishes: readonly Wish[],
  { requests }: ApplyPlan,
  standing: StandingObjects,
): Application {
  const secrets: SecretValue[] = [];
  for (const wish of wishes) {
    if (wish.kind !== 'secret') continue;
    const { name, value, labels } = wish;
    secrets.push({ name, value, labels, version: standing.find('secret', name)?.version ?? 0 });
  }
  const parts = requests
    .filter(({ resource }) => resource.kind !== 'secret')
    .map(({ resource, version }) => {
      const id = standing.ids.get(`${resource.kind} ${resource.spec.name}`) ?? '';
      return commandFor(resource, version, id);
    });
  return { secrets, parts };
}

function commandFor(resource: Resource, version: number, id: string): ApplyPart {
  switch (resource.kind) {
    case 'service': {
      const { spec } = resource;
      return version === 0
        ? { kind: 'create-service', spec }
        : { kind: 'update-service', service: id, version, spec };
    }
    case 'node':
      return { kind: 'update-node', node: id, version, spec: resource.spec };
    case 'volume':
      return { kind: 'create-volume', spec: resource.spec };
    case 'quota': {
      const { spec } = resource;
      return version === 0
        ? { kind: 'create-quota', spec }
        : { kind: 'update-quota', quota: id, version, spec };
    }
    case 'secret':
      throw new Error('values of secrets go another way');
  }
}

/** Which wish is too much for a quota, as the managers say it: `service web: spec.replicas: ...`. */
function overQuota(
  reply: Reply | null,
  names: readonly { readonly kind: ResourceKind; readonly name: string }[],
): WishFault | null {
  if (reply?.kind !== 'refused' || reply.why !== 'over-quota') return null;
  const [about, field, ...rest] = reply.what.split(': ');
  const at = names.findIndex(({ kind, name }) => `${kind} ${name}` === about);
  if (at < 0 || field === undefined) return null;
  return { at, field, what: rest.join(': '), right: 'less, or a larger quota' };
}

function isConflict(reply: Reply | null): boolean {
  return reply?.kind === 'refused' && (reply.why === 'conflict' || reply.why === 'exists');
}

function resultOf(reply: Reply | null, what: string): OperatorResult {
  if (reply === null) return unknown;
  if (reply.kind !== 'refused') return done(what);
  return refused(reply.what === '' ? reply.why : `${reply.why}: ${reply.what}`);
}

function missing(answer: Answer | null, kind: string, name: string): OperatorResult {
  return answer === null ? unknown : refused(`not-found: ${kind} ${name}`);
}
