import { type Component, milliseconds } from 'seedstorm';

/** A counter that is kept by several nodes. Each request adds one, whichever node takes it. */
export type CounterMessage =
  | { readonly kind: 'add'; readonly request: number }
  | { readonly kind: 'added'; readonly request: number; readonly total: number }
  | { readonly kind: 'known'; readonly additions: readonly number[] };

export interface CounterState {
  ready: boolean;
  /** The requests that were counted, as far as this node knows. */
  readonly additions: Set<number>;
}

export function totalOf(state: CounterState): number {
  return state.additions.size;
}

/** Eight bytes, so that no record straddles two sectors of the disk. */
const record = (request: number): string => `${String(request).padStart(7, '0')}\n`;

/** What a log holds; a crash may have left anything behind the last sync. */
function recordsIn(log: Uint8Array | undefined): readonly number[] {
  return [...new TextDecoder().decode(log).matchAll(/\d{7}(?=\n)/g)].map(Number);
}

/** One node. `Env` is its whole contact with the world: clock, timers, disk, network, randomness. */
export function counter(peers: readonly string[]): Component<CounterState, CounterMessage> {
  return {
    name: 'counter',
    create: () => ({ ready: false, additions: new Set() }),

    async start(state, env) {
      for (const request of recordsIn(await env.disk.read('log'))) state.additions.add(request);
      // The name of a file is durable only after a sync of its directory.
      await env.disk.append('log', '');
      await env.disk.syncDirectory('');
      state.ready = true;
      for (;;) {
        const additions = [...state.additions];
        for (const peer of peers) env.network.send(peer, { kind: 'known', additions });
        await env.sleep(milliseconds(100));
      }
    },

    async message(state, env, from, message) {
      if (message.kind === 'known') {
        for (const request of message.additions) state.additions.add(request);
      }
      if (message.kind !== 'add' || !state.ready) return;
      const { request } = message;
      state.additions.add(request);
      await env.disk.append('log', record(request));
      await env.disk.sync('log');
      env.network.send(from, { kind: 'added', request, total: totalOf(state) });
    },
  };
}
