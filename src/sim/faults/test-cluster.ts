import type { AnyComponent, Component } from '../component.ts';
import { calmEnvironment, type Environment } from '../environment.ts';
import { KeyedChoices } from '../keyed-choices.ts';
import type { FaultEvent, WorldObserver } from '../observer.ts';
import type { SystemDefinition } from '../system-definition.ts';
import { World } from '../world.ts';

/** When each node of a test cluster leads, by name: [from, until) on its own clock's life. */
export type Reigns = Readonly<Record<string, readonly [fromUs: number, untilUs: number]>>;

interface State {
  role: string;
  heard: Map<string, number>;
  reads: number;
}

interface Ping {
  readonly kind: 'ping';
}

const periodUs = 20_000;

/** Pings everybody, appends and syncs every 20 ms, and leads when it is told to. */
export function pinger(all: readonly string[], reigns: Reigns): Component<State, Ping> {
  return {
    name: 'pinger',
    create: () => ({ role: 'follower', heard: new Map(), reads: 0 }),
    start(state, env) {
      const reign = reigns[env.id];
      if (reign !== undefined && env.firstBoot) {
        env.timers.set('win', reign[0], () => {
          state.role = 'leader';
        });
        env.timers.set('lose', reign[1], () => {
          state.role = 'follower';
        });
      }
      const beat = (): void => {
        for (const id of all) if (id !== env.id) env.network.send(id, { kind: 'ping' });
        env.disk.append('log', 'x', (error) => {
          if (error === null) env.disk.sync('log', () => {});
        });
        env.timers.set('beat', periodUs, beat);
      };
      env.disk.read('log', () => {
        state.reads++;
        env.disk.append('log', 's', () => {
          env.disk.sync('log', () => env.disk.syncDirectory('', beat));
        });
      });
    },
    message(state, env, from) {
      state.heard.set(from, env.clock.monotonicUs());
    },
    role: (state) => state.role,
  };
}

/** Everything in `log` but its last byte is noticed when damaged. */
export const pingerSystem: Pick<SystemDefinition, 'noticedDamage' | 'records'> = {
  noticedDamage: (_file, promised) => ({ from: 0, to: promised.length - 1 }),
};

/** A world of `servers` pingers n1, n2, ... and clients c1, c2, ..., not yet begun. */
export function testWorld(
  servers: number,
  options: {
    readonly clients?: number;
    readonly reigns?: Reigns;
    readonly environment?: Partial<Environment>;
    readonly observer?: WorldObserver;
    readonly seed?: number;
    /** In place of pingers. */
    readonly component?: (index: number) => AnyComponent;
  } = {},
): { readonly world: World; readonly events: FaultEvent[] } {
  const ids = Array.from({ length: servers }, (_, at) => `n${at + 1}`);
  const clients = Array.from({ length: options.clients ?? 0 }, (_, at) => `c${at + 1}`);
  const events: FaultEvent[] = [];
  const component = pinger([...ids, ...clients], options.reigns ?? {});
  const world = new World({
    nodes: [...ids, ...clients].map((id, at) => ({
      id,
      component: options.component?.(at) ?? component,
      zone: `z${(at % 3) + 1}`,
      server: at < servers,
    })),
    choices: new KeyedChoices({
      kind: 'seed',
      seed: options.seed ?? 1,
      overrides: [],
      forks: [],
    }),
    environment: { ...calmEnvironment, ...options.environment },
    observer: { ...options.observer, fault: (event) => events.push(event) },
  });
  return { world, events };
}
