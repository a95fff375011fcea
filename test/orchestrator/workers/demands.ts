import type { Env } from '../../../src/sim/env.ts';
import { type ImageBook, imageBook } from '../../../src/systems/orchestrator/runtime/image.ts';
import {
  type ServiceSpec,
  serviceSpec,
} from '../../../src/systems/orchestrator/specs/service-spec.ts';
import { updateDefaults } from '../../../src/systems/orchestrator/specs/update-config.ts';
import { volumeSpec } from '../../../src/systems/orchestrator/specs/volume-spec.ts';
import type { Rig } from '../../../src/systems/orchestrator/test-rig.ts';
import { graceUs } from './office.ts';

/** Images that hang, crash, end, and flap. */
export const images: ImageBook = imageBook({
  'hangs:1': { hangs: true },
  'crashes:1': { runUs: [300_000, 4_000_000], exitCode: 1 },
  'leaks:1': { leakBytesPerSecond: 16_000_000 },
  'flaps:1': { unwellPerMillion: 100_000 },
});

const restart = { condition: 'any', delayUs: 200_000, maxAttempts: 0, windowUs: 0 } as const;
const base = { stopGraceUs: graceUs, restart };
const fence = { kind: 'fence' } as const;
const probed = {
  probe: { kind: 'tcp', port: 80 },
  ...{ intervalUs: 100_000, timeoutUs: 50_000, retries: 2, startPeriodUs: 500_000 },
} as const;
const update = { ...updateDefaults, monitorUs: 100_000, onFailure: 'continue' } as const;

function service(
  name: string,
  image: string,
  replicas: number,
  template: Partial<ServiceSpec['template']> = {},
): ServiceSpec {
  const mode = { kind: 'replicated', replicas } as const;
  return serviceSpec(name, image, { mode, update, template: { ...base, ...template } });
}

const volumes = ['data-a', 'data-b'];
const mount = (source: string) => ({ source, target: '/data', readOnly: false });

const services: readonly ServiceSpec[] = [
  service('web', 'web:1', 3, { health: probed }),
  service('slow', 'hangs:1', 1),
  service('bad', 'crashes:1', 1),
  service('fat', 'leaks:1', 1, { limits: { cpuMillis: 0, memoryBytes: 64_000_000 } }),
  service('moody', 'flaps:1', 1, { health: probed }),
  service('single', 'hangs:1', 2, { disconnect: fence }),
  service('db-a', 'db:1', 1, { volumes: [mount('data-a')] }),
  service('db-b', 'hangs:1', 1, { volumes: [mount('data-b')], disconnect: fence }),
];

/** What people ask of the cluster, until they have asked enough. */
export class Demands {
  readonly untilUs: number;
  private readonly made: string[] = [];
  private nextUs = 0;

  constructor(untilUs: number) {
    this.untilUs = untilUs;
  }

  make(rig: Rig, { random }: Pick<Env, 'random'>): void {
    if (this.made.length === 0) {
      for (const name of volumes) {
        const spec = volumeSpec(name, { driver: 'shared', exclusive: true });
        rig.ask({ kind: 'create-volume', spec });
      }
      for (const spec of services) {
        const reply = rig.ask({ kind: 'create-service', spec });
        if (reply.kind !== 'object') throw new Error(JSON.stringify(reply));
        this.made.push(reply.id);
      }
    }
    if (rig.timeUs < this.nextUs || rig.timeUs > this.untilUs) {
      if (rig.timeUs > this.untilUs) this.openAll(rig);
      return;
    }
    this.nextUs = rig.timeUs + random.between(300_000, 2_000_000, 'demand');
    if (random.below(3, 'what') === 0) this.availability(rig, random);
    else this.change(rig, this.made[random.below(this.made.length, 'service')]!);
  }

  /** A new revision of the same. */
  private change(rig: Rig, id: string): void {
    rig.update(id, (spec) => {
      const [before] = spec.template.env;
      const value = String(Number(before?.value ?? 0) + 1);
      return { ...spec, template: { ...spec.template, env: [{ key: 'N', value }] } };
    });
  }

  private availability(rig: Rig, random: Env['random']): void {
    const nodes = [...rig.state.nodes.keys()].sort();
    if (nodes.length === 0) return;
    const node = nodes[random.below(nodes.length, 'node')]!;
    const { spec } = rig.state.nodes.get(node)!;
    const availability = spec.availability === 'active' ? 'drain' : 'active';
    rig.ask({ kind: 'update-node', node, version: 0, spec: { ...spec, availability } });
  }

  private openAll(rig: Rig): void {
    for (const node of rig.state.nodes.keys()) {
      const { spec } = rig.state.nodes.get(node)!;
      if (spec.availability === 'active') continue;
      const active = { ...spec, availability: 'active' } as const;
      rig.ask({ kind: 'update-node', node, version: 0, spec: active });
    }
  }
}
