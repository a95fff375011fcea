import { table } from '../../src/report/table.ts';
import { defaultSettings } from '../../src/systems/orchestrator/state/settings.ts';
import { Rig } from '../../src/systems/orchestrator/test-rig.ts';
import type { Benchmark, Figure } from '../benchmark.ts';

interface Size {
  readonly nodes: number;
  readonly services: number;
  readonly replicas: number;
}

const sizes: readonly Size[] = [
  // The number of tasks alone.
  { nodes: 100, services: 10, replicas: 10 },
  { nodes: 100, services: 100, replicas: 10 },
  { nodes: 100, services: 1_000, replicas: 10 },
  // In few services.
  { nodes: 100, services: 10, replicas: 1_000 },
  // The number of nodes alone: a placement looks at each of them.
  { nodes: 10, services: 100, replicas: 10 },
  { nodes: 30, services: 100, replicas: 10 },
  { nodes: 300, services: 100, replicas: 10 },
];
/** In one round: one to warm up, and one that counts. */
const events = 1_000;

/**
 * What an event costs the pure half of the orchestrator, by the size of the cluster: all managers'
 * work on one failed task until its replacement runs (reports, passes of the controllers, entries
 * encoded, decoded and applied). The column must not grow with the number of tasks.
 */
export const orchestratorControllers: Benchmark = {
  name: 'orchestrator',
  summary: 'work of a leader of the orchestrator on one failed task, by the size of the cluster',
  measure(tell) {
    const figures: Figure[] = [];
    const rows: string[][] = [];
    for (const size of sizes) {
      const { nodes, services, replicas } = size;
      const cost = costOf(size);
      const variant = `${nodes} nodes, ${services} x ${replicas} tasks`;
      rows.push([
        variant,
        cost.deployMs.toFixed(0),
        cost.eventUs.toFixed(1),
        cost.idleUs.toFixed(2),
      ]);
      const about = { variant, unit: 'us', better: 'lower', exact: false } as const;
      figures.push({ metric: 'failed task replaced', value: cost.eventUs, ...about });
      figures.push({ metric: 'idle pass', value: cost.idleUs, ...about });
    }
    const titles = ['', 'deploy, ms', 'event, us', 'idle pass, us'];
    const columns = titles.map(
      (title, at) => ({ title, align: at === 0 ? 'left' : 'right' }) as const,
    );
    tell(table(columns, rows, '').join('\n'));
    return { figures };
  },
};

interface Cost {
  readonly deployMs: number;
  readonly eventUs: number;
  readonly idleUs: number;
}

function costOf({ nodes, services, replicas }: Size): Cost {
  const rig = new Rig(defaultSettings);
  for (let node = 0; node < nodes; node++) rig.node({}, 1_000_000);
  const restart = { condition: 'any', delayUs: 0, maxAttempts: 0, windowUs: 0 } as const;
  const begun = performance.now();
  const ids: string[] = [];
  const mode = { kind: 'replicated', replicas } as const;
  for (let service = 0; service < services; service++) {
    ids.push(rig.service(`s${service}x`, { mode, template: { restart } }));
  }
  rig.calm();
  const deployMs = performance.now() - begun;
  let eventUs = 0;
  for (let round = 0; round < 2; round++) {
    const from = performance.now();
    for (let event = 0; event < events; event++) {
      const at = (event * 7_919) % (services * replicas);
      failAndReplace(rig, ids[at % services]!, String(Math.floor(at / services) + 1));
    }
    eventUs = ((performance.now() - from) * 1_000) / events;
  }
  const from = performance.now();
  for (let pass = 0; pass < events; pass++) rig.controllers.pass(rig.timeUs);
  return { deployMs, eventUs, idleUs: ((performance.now() - from) * 1_000) / events };
}

/** The task of a slot fails, and leader and worker act until its replacement runs. */
function failAndReplace(rig: Rig, service: string, slot: string): void {
  const { state } = rig;
  const id = state.index.slot(service, slot).at(-1)!;
  say(rig, id, 'failed', state.tasks.get(id)!.node);
  rig.drive();
  const next = state.index.slot(service, slot).at(-1)!;
  say(rig, next, 'running', state.tasks.get(next)!.node);
  rig.drive();
}

function say(rig: Rig, task: string, observed: 'failed' | 'running', node: string): void {
  const sequence = rig.state.tasks.get(task)!.sequence + 1;
  const said = { task, sequence, observed, health: 'none', exitCode: 0, reason: '' } as const;
  rig.report(node, [said]);
}
