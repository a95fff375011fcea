/**
 * What an event costs the pure half of the orchestrator, by the size of the cluster: all managers'
 * work on one failed task until its replacement runs (reports, passes of the controllers, entries
 * encoded, decoded and applied). The column must not grow with the number of tasks.
 *
 *     npx node bench/orchestrator.ts
 */

import { defaultSettings } from '../src/systems/orchestrator/state/settings.ts';
import { Rig } from '../src/systems/orchestrator/test-rig.ts';

const sizes = [
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
const events = 2_000;

console.log('nodes services  tasks  deploy ms  entries  event us  entries  idle pass us');
for (const { nodes, services, replicas } of sizes) {
  const rig = new Rig(defaultSettings);
  for (let node = 0; node < nodes; node++) rig.node({}, 1_000_000);
  const restart = {
    condition: 'any',
    delayUs: 0,
    maxAttempts: 0,
    windowUs: 0,
  } as const;
  const begun = performance.now();
  const ids: string[] = [];
  for (let service = 0; service < services; service++) {
    const id = rig.service(`s${service}x`, {
      mode: { kind: 'replicated', replicas },
      template: { restart },
    });
    ids.push(id);
  }
  rig.calm();
  const deployMs = performance.now() - begun;
  const deployEntries = rig.machine.applied;

  // One round to warm up, one that counts.
  let eventUs = 0;
  let entries = 0;
  for (let round = 0; round < 2; round++) {
    entries = rig.machine.applied;
    const from = performance.now();
    for (let event = 0; event < events; event++) {
      const at = (event * 7_919) % (services * replicas);
      failAndReplace(rig, ids[at % services]!, String(Math.floor(at / services) + 1));
    }
    eventUs = ((performance.now() - from) * 1_000) / events;
    entries = rig.machine.applied - entries;
  }
  const from = performance.now();
  for (let pass = 0; pass < events; pass++) rig.controllers.pass(rig.timeUs);
  const idleUs = ((performance.now() - from) * 1_000) / events;
  const row = [nodes, services, services * replicas, deployMs.toFixed(0), deployEntries];
  const rest = [eventUs.toFixed(1), (entries / events).toFixed(1), idleUs.toFixed(2)];
  const widths = [5, 8, 6, 10, 8, 9, 8, 13];
  console.log([...row, ...rest].map((cell, at) => String(cell).padStart(widths[at]!)).join(' '));
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
