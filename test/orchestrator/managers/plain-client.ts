import type { Component } from '../../../src/sim/component.ts';
import type { Env } from '../../../src/sim/env.ts';
import {
  type OrchestratorWireMessage,
  orchestratorCodec,
} from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import {
  type ServiceSpec,
  serviceSpec,
} from '../../../src/systems/orchestrator/specs/service-spec.ts';
import {
  rollbackDefaults,
  updateDefaults,
} from '../../../src/systems/orchestrator/specs/update-config.ts';
import { volumeSpec } from '../../../src/systems/orchestrator/specs/volume-spec.ts';
import type { Reply } from '../../../src/systems/orchestrator/state/reply.ts';
import type { OrchestratorTimings } from '../../../src/systems/orchestrator/timings.ts';
import { Caller } from './caller.ts';
import { badImage } from './plain-worker.ts';

type ClientEnv = Env<OrchestratorWireMessage>;

export const intentKinds = [
  'create',
  'create',
  'scale',
  'scale',
  'image',
  'image',
  'bad',
  'remove',
] as const;

export interface Intent {
  readonly client: number;
  readonly kind: (typeof intentKinds)[number];
  readonly draw: number;
}

export interface PlainClientOptions {
  readonly managers: readonly string[];
  readonly index: number;
  readonly intents: readonly Intent[];
  readonly timings: OrchestratorTimings;
}

/** A service as its owner was told that it is. */
export interface Owned {
  readonly id: string;
  version: number;
  spec: ServiceSpec;
  /** A change of it ended without an answer. */
  unsure: boolean;
  /** It was to have an image that fails: what it has now its deployment decides. */
  spoilt: boolean;
}

/** A client by script: services of its own, which it changes one request after the other. */
export class PlainClient {
  readonly caller: Caller;
  /** By name; null: it was removed. */
  readonly owned: Map<string, Owned | null> = new Map();
  /** Names of which nobody knows whether they are there. */
  readonly unsure: Set<string> = new Set();
  done: number = 0;
  private readonly env: ClientEnv;
  private readonly options: PlainClientOptions;
  private at = 0;

  constructor(env: ClientEnv, options: PlainClientOptions) {
    this.env = env;
    this.options = options;
    const { managers, timings, index } = options;
    this.caller = new Caller(env, managers, timings.callTimeoutUs, index);
  }

  readonly next = (): void => {
    const intent = this.options.intents[this.at++];
    if (intent === undefined) return;
    const over = (): void =>
      this.env.timers.set('pause', 20_000 + (intent.draw % 100) * 2_000, this.next);
    this.act(intent, over);
  };

  private act({ kind, draw }: Intent, over: () => void): void {
    if (kind === 'create') {
      this.create(`s${this.options.index}x${this.at}`, draw, over);
      return;
    }
    const all = [...this.owned].filter(([, one]) => one !== null && !one.unsure);
    const picked = all[draw % Math.max(1, all.length)];
    if (picked === undefined) {
      over();
      return;
    }
    const [name, owned] = picked as [string, Owned];
    if (kind === 'remove') this.remove(name, owned, over);
    else this.change(owned, changed(owned.spec, kind, draw), over);
  }

  private create(name: string, draw: number, over: () => void): void {
    const disconnect =
      draw % 2 === 0 ? ({ kind: 'fence' } as const) : ({ kind: 'keep', pick: 'original' } as const);
    const volumes =
      draw % 4 === 0 ? [{ source: `v-${name}`, target: '/data', readOnly: false }] : [];
    const replicas = volumes.length > 0 ? 1 : 1 + (draw % 4);
    const onFailure = draw % 3 === 0 ? 'pause' : 'rollback';
    const spec = serviceSpec(name, 'app:1', {
      mode: { kind: 'replicated', replicas },
      template: {
        ...{ disconnect, volumes, stopGraceUs: 200_000 },
        restart: { condition: 'any', delayUs: 500_000, maxAttempts: 0, windowUs: 0 },
      },
      update: { ...updateDefaults, monitorUs: 200_000, progressDeadlineUs: 3_000_000, onFailure },
      rollback: { ...rollbackDefaults, monitorUs: 100_000 },
    });
    if (volumes.length === 0) {
      this.createService(name, spec, over);
      return;
    }
    const volume = volumeSpec(`v-${name}`, { driver: 'shared', exclusive: true });
    this.caller.call({ kind: 'create-volume', spec: volume }, () =>
      this.createService(name, spec, over),
    );
  }

  private createService(name: string, spec: ServiceSpec, over: () => void): void {
    this.caller.call({ kind: 'create-service', spec }, (reply) => {
      if (reply?.kind === 'object') {
        this.done += 1;
        this.owned.set(name, {
          id: reply.id,
          version: reply.version,
          spec,
          unsure: false,
          spoilt: false,
        });
      } else if (reply === null) this.unsure.add(name);
      over();
    });
  }

  private change(owned: Owned, spec: ServiceSpec, over: () => void): void {
    const { id: service, version } = owned;
    const command = { kind: 'update-service', service, version, spec } as const;
    this.caller.call(command, (reply: Reply | null) => {
      if (reply?.kind === 'object') {
        this.done += 1;
        owned.version = reply.version;
        owned.spec = spec;
        owned.spoilt ||= spec.template.image === badImage;
      } else if (reply?.kind === 'refused' && reply.why === 'conflict') {
        // A rollback has changed it.
        owned.unsure = true;
      } else if (reply === null) owned.unsure = true;
      else this.env.probe('a change was refused');
      over();
    });
  }

  private remove(name: string, { id: service }: Owned, over: () => void): void {
    this.caller.call({ kind: 'remove-service', service, version: 0 }, (reply) => {
      if (reply?.kind === 'done') {
        this.done += 1;
        this.owned.set(name, null);
      } else {
        this.owned.delete(name);
        this.unsure.add(name);
      }
      over();
    });
  }
}

function changed(spec: ServiceSpec, kind: Intent['kind'], draw: number): ServiceSpec {
  const isSingle = spec.template.volumes.length > 0;
  if (kind === 'scale' && !isSingle) {
    return { ...spec, mode: { kind: 'replicated', replicas: 1 + (draw % 5) } };
  }
  const image = kind === 'bad' ? badImage : `app:${2 + (draw % 7)}`;
  return { ...spec, template: { ...spec.template, image } };
}

export function plainClient(
  options: PlainClientOptions,
): Component<PlainClient, OrchestratorWireMessage> {
  return {
    name: 'plain-client',
    codec: orchestratorCodec,
    create: (env) => new PlainClient(env, options),
    start: (client) => client.next(),
    message: (client, _env, from, message) => client.caller.answered(from, message),
  };
}
