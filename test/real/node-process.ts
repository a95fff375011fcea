/*
 * One node of a system as a process of its own: the sources that are stormed in the simulator, on real
 * sockets, files and clocks. Its one argument is JSON: `NodeProcess`.
 */
import { nodeCiphers } from '../../src/node-crypto/node-ciphers.ts';
import { type RealOptions, runReal } from '../../src/real/run-real.ts';
import type { AnyComponent } from '../../src/sim/component.ts';
import type { Config } from '../../src/sim/system-definition.ts';
import { standardImages } from '../../src/systems/orchestrator/client/wares.ts';
import { orchestrator } from '../../src/systems/orchestrator/orchestrator.ts';
import { Machine } from '../../src/systems/orchestrator/runtime/machine.ts';
import { raftKvComponent, settingsFrom } from '../../src/systems/raft/index.ts';
import { storage } from '../../src/systems/storage/storage.ts';

export interface NodeProcess {
  readonly system: 'raft' | 'storage' | 'orchestrator';
  /** What is not at its usual value. */
  readonly config: Config;
  readonly id: string;
  readonly directory: string;
  readonly peers: RealOptions<unknown, never>['peers'];
}

const { system, config, id, directory, peers } = JSON.parse(
  process.argv[2] as string,
) as NodeProcess;
const names = Object.keys(peers);
const listen = peers[id];
if (listen === undefined) throw new Error(`no endpoint for '${id}'`);

function componentAt(index: number): AnyComponent {
  if (system === 'raft') return raftKvComponent(names, index, settingsFrom(config));
  if (system === 'storage') return storage().node(config, names, index);
  const options = { ciphers: nodeCiphers, images: standardImages };
  const component = orchestrator(options).node(config, names, index);
  if (component.createMachine === undefined) return component;
  // Containers are the one thing that is not real: they end with the process.
  const machine = new Machine();
  return { ...component, create: (env) => component.create(env, machine) };
}

await runReal({ component: componentAt(names.indexOf(id)), id, directory, listen, peers });
process.stdout.write('ready\n');
