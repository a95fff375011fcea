import { storageLadder } from '../../invariants/storage/ladder.ts';
import { calm, type Scenario, scenario, seconds } from '../../src/index.ts';
import { calmConfig } from '../../src/run/draw-config.ts';
import { prepareRun } from '../../src/run/prepare-run.ts';
import type { World } from '../../src/sim/world.ts';
import { RaftNode } from '../../src/systems/raft/driver.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { neededParts, totalParts } from '../../src/systems/storage/placement/storage-class.ts';
import { standardClasses } from '../../src/systems/storage/standard-classes.ts';
import { storage } from '../../src/systems/storage/storage.ts';
import type { FileHistory } from '../../src/workload/file-history.ts';
import type { LostDomain, MeasuredCluster, OpenCluster } from './cluster.ts';
import { asFileHistory, operationsOf, steadyFiles } from './load.ts';
import { TrafficMeter } from './traffic-meter.ts';

const formUs = seconds(1);

/** The class of that redundancy that survives a zone at least. */
function className(redundancy: Parameters<OpenCluster>[0]): string {
  const wanted = JSON.stringify(redundancy);
  const found = standardClasses.find((one) => JSON.stringify(one.redundancy) === wanted);
  if (found === undefined) throw new Error(`no standard class has ${wanted}`);
  return found.name;
}

function scenarioOf(rootClass: string): Scenario {
  return scenario({
    summary: 'a steady load on files of one class, on 24 chunkservers in six zones',
    system: storage({ knobs: { 'storage.rootClass': { kind: 'one of', values: [rootClass] } } }),
    clients: steadyFiles(formUs),
    storm: calm(),
    ladder: storageLadder,
    // Nothing is healed while something is measured: what is lost stays lost.
    phases: { form: formUs, storm: seconds(600), settle: seconds(1) },
    stepLimit: 100_000_000,
  });
}

/** Opens clusters of the whole system in calm weather, every setting calm. */
export function clusterOpener(drain: () => void): OpenCluster {
  return (redundancy, seed) => new SimulatedCluster(redundancy, seed, drain);
}

class SimulatedCluster implements MeasuredCluster {
  readonly traffic: TrafficMeter;
  readonly #run: ReturnType<typeof prepareRun>;
  readonly #world: World;
  readonly #seed: number;
  readonly #lost = new Set<number>();
  #history: FileHistory | undefined;

  constructor(redundancy: Parameters<OpenCluster>[0], seed: number, drain: () => void) {
    this.traffic = new TrafficMeter((node) => this.#isServer(node), neededParts(redundancy));
    this.#seed = seed;
    const options = {
      observer: this.traffic,
      onHistory: (history: unknown): void => {
        this.#history = asFileHistory(history);
      },
    };
    const scenario = scenarioOf(className(redundancy));
    const input = { seed, settings: calmConfig(scenario) };
    this.#run = prepareRun(scenario, input, options, drain);
    this.#world = this.#run.world;
  }

  advance(untilUs: number): void {
    this.#run.advance(undefined, untilUs);
    const [violation] = this.#run.violations;
    if (violation !== undefined) {
      const what = `${violation.rung} at ${violation.virtualUs} us`;
      throw new Error(`seed ${this.#seed} broke ${what}: its figures would say nothing`);
    }
    if (this.#run.done) throw new Error(`seed ${this.#seed} ended before it was measured`);
  }

  operations(): ReturnType<typeof operationsOf> {
    return operationsOf(this.#history!);
  }

  missingParts(): number {
    const state = this.#metadata();
    let missing = 0;
    for (const id of state.chunks.keys()) {
      const { members, classId, version, references } = state.chunks.get(id)!;
      if (version === 0 || references === 0) continue;
      const there = members.filter((server) => server > 0 && !this.#lost.has(server - 1)).length;
      missing += Math.max(0, totalParts(state.classes.get(classId)!.redundancy) - there);
    }
    return missing;
  }

  lose(domain: LostDomain): void {
    const first = this.#world.serverCount - 1;
    const zone = this.#world.zone(first);
    for (let node = 0; node <= first; node++) {
      const isHit = domain === 'host' ? node === first : this.#world.zone(node) === zone;
      if (!isHit || !this.#isServer(node)) continue;
      this.#lost.add(node);
      this.#world.powerLoss(node);
    }
  }

  #isServer(node: number): boolean {
    return this.#world.component(node).name === 'chunkserver';
  }

  /** Of the master that has applied most. */
  #metadata(): MetadataState {
    let newest: MetadataState | undefined;
    for (let node = 0; node < this.#world.serverCount; node++) {
      const state = this.#world.state(node);
      if (!(state instanceof RaftNode) || state.phase !== 'running') continue;
      const metadata = (state.machine as { readonly state: MetadataState }).state;
      if (newest === undefined || metadata.applied > newest.applied) newest = metadata;
    }
    if (newest === undefined) throw new Error('no master is up');
    return newest;
  }
}
