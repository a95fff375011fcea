import {
  type Config,
  calm,
  disks,
  type Fault,
  type StormDefinition,
  seconds,
} from '../../src/index.ts';
import { siteOf, topologyOf } from '../../src/systems/storage/topology.ts';
import { always, storageWords } from './setting.ts';

/** When phases begin. */
export type Times = Parameters<StormDefinition['drawPlan']>[2];

/** Numbers of a seed that look drawn: a plan has only a few, and no stream of its own. */
function draws(seed: number): (bound: number) => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0;
  return (bound) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x2979_1eb5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % bound;
  };
}

/** Good weather, in which such faults happen. */
export function weather(
  name: string,
  damage: StormDefinition['damage'],
  families: readonly Fault['kind'][],
  plan: (draw: (bound: number) => number, times: Times, config: Config) => readonly Fault[],
): StormDefinition {
  return {
    ...calm(),
    name,
    damage,
    families: Object.fromEntries(families.map((family) => [family, 1])),
    drawPlan: (config, seed, times) => plan(draws(seed), times, config),
  };
}

/** Name of the n-th chunkserver, wrapping; servers are taken from everywhere in turn. */
export function chunkserver(config: Config, nth: number): string {
  const { firstServer, chunkservers } = topologyOf(config);
  return `n${firstServer + (nth % chunkservers) + 1}`;
}

/** A time in the storm that leaves `leastUs` of it. */
export function within(draw: (bound: number) => number, { stormUs, healUs }: Times): number {
  return stormUs + draw(Math.max(1, healUs - stormUs - seconds(1)));
}

/** Some master of a region, or a chunkserver where no master stands: all of it loses power together. */
export function someoneIn(config: Config, region: number): string {
  const topology = topologyOf(config);
  for (let index = 0; index < topology.nodes; index++) {
    if (siteOf(topology, index).region === region) return `n${index + 1}`;
  }
  return 'n1';
}

/** Disks that rot, and nothing else that damages them. */
export function rotting(): StormDefinition {
  const storm = disks({
    except: ['wipe', 'disk/full', 'disk/write-error', 'disk/sync-error', 'disk/stall', 'disk/slow'],
    words: storageWords,
  });
  return { ...storm, knobs: { ...storm.knobs, 'storm.bit-flip': always(true) } };
}
