import {
  type Config,
  calm,
  type Domain,
  type Fault,
  type StormDefinition,
  seconds,
} from '../../src/index.ts';

/** When phases begin. */
export type Times = Parameters<StormDefinition['drawPlan']>[2];

/** Numbers of a seed that look drawn: a plan has only a few, and no stream of its own. */
export function draws(seed: number): (bound: number) => number {
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

/** A time in the storm that leaves `leastUs` of it. */
export function within(draw: (bound: number) => number, { stormUs, healUs }: Times): number {
  return stormUs + draw(Math.max(1, healUs - stormUs - seconds(1)));
}

/** A domain of one value. */
export function always(value: number | string | boolean): Domain {
  return { kind: 'one of', values: [value] };
}
