import { type ConformanceCase, equal, holds } from './conformance-kit.ts';

const waits = 20_000;

/** Clocks, timers, randomness. */
export const timeCases: readonly ConformanceCase[] = [
  {
    title: 'timers fire in the order in which they are due, and never early',
    async run(env) {
      const start = env.clock.monotonicUs();
      const fired: string[] = [];
      for (const [name, delayUs] of [
        ['c', 3 * waits],
        ['a', waits],
        ['b', 2 * waits],
      ] as const) {
        env.timers.set(name, delayUs, () => {
          fired.push(name);
          holds(env.clock.monotonicUs() - start >= delayUs, 'a timer is not early');
        });
      }
      await env.sleep(5 * waits);
      equal(fired, ['a', 'b', 'c']);
    },
  },
  {
    title: 'setting a pending timer moves it, cancelling forgets it',
    async run(env) {
      const fired: string[] = [];
      env.timers.set('moved', waits, () => fired.push('too early'));
      env.timers.set('moved', 3 * waits, () => fired.push('moved'));
      env.timers.set('cancelled', waits, () => fired.push('cancelled'));
      env.timers.cancel('cancelled');
      env.timers.cancel('never set');
      env.timers.set('again', waits, () =>
        env.timers.set('again', waits, () => fired.push('again')),
      );
      env.timers.set('canceller', waits, () => env.timers.cancel('victim'));
      env.timers.set('victim', 2 * waits, () => fired.push('victim'));
      await env.sleep(6 * waits);
      equal(fired, ['again', 'moved']);
    },
  },
  {
    title: 'a timer without delay fires later, not at once',
    async run(env) {
      let fired = false;
      const done = new Promise<void>((resolve) => {
        env.timers.set('now', 0, () => {
          fired = true;
          resolve();
        });
      });
      equal(fired, false);
      await done;
    },
  },
  {
    title: 'the monotonic clock never goes back, the wall clock is that of our time',
    async run(env) {
      let last = env.clock.monotonicUs();
      for (let round = 0; round < 5; round++) {
        await env.sleep(2_000);
        const now = env.clock.monotonicUs();
        holds(Number.isInteger(now), 'the clock shows whole microseconds');
        holds(now - last >= 2_000, 'sleep lasts as long as asked');
        last = now;
      }
      holds(env.clock.wallUs() > 1_600_000_000_000_000, 'the year is after 2020');
    },
  },
  {
    title: 'bad delays are refused',
    async run(env) {
      for (const delayUs of [-1, Number.NaN, Infinity]) {
        let refused = false;
        try {
          env.timers.set('bad', delayUs, () => {});
        } catch (error) {
          refused = error instanceof RangeError;
        }
        holds(refused, `a delay of ${delayUs} is a RangeError`);
      }
    },
  },
  {
    title: 'draws are in range, and rarities, probes and log lines do no harm',
    async run(env) {
      const seen = new Set<number>();
      for (let round = 0; round < 200; round++) {
        const value = env.random.below(4, 'value', round);
        holds(Number.isInteger(value) && value >= 0 && value < 4, `${value} is in 0..3`);
        seen.add(value);
        const between = env.random.between(-2, 2, 'between', round);
        holds(Number.isInteger(between) && between >= -2 && between <= 2, `${between} in -2..2`);
      }
      equal(seen.size, 4);
      equal(env.random.below(1, 'one'), 0);
      equal(typeof env.maybe('rarity'), 'boolean');
      env.probe('seen');
      env.log('said', { number: 1, text: 'x', flag: true });
      equal(env.id, 'tested');
    },
  },
];
