/**
 * Simulation tests in vitest: the entry point `seedstorm/vitest`.
 *
 * ```text
 * import { simTest } from 'seedstorm/vitest';
 *
 * simTest('the counter survives crashes', new URL('../scenarios/counter.ts', import.meta.url), {
 *   seeds: 100,
 * });
 * ```
 */

export { type SimTestOptions, SimulationFailure, simTest } from './sim-test.ts';
