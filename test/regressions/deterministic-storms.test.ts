import { describe, expect, it } from 'vitest';
import { doctor } from '../../src/index.ts';

const scenarios = new URL('../../scenarios/', import.meta.url);

/**
 * The storm of each system, in all ways in which a run can be run. Seed 2 of the orchestrator once
 * differed: containers that outlive an agent were kept in the component of the worker.
 */
describe.each(['raft-storm', 'storage-storm', 'orchestrator-storm'])('%s', (name) => {
  it('is decided by its seed', async () => {
    const moduleUrl = new URL(`${name}.ts`, scenarios).href;
    const report = await doctor({ name, moduleUrl, export: 'default' }, { seeds: [2, 2] });
    expect(report.differences).toEqual([]);
    expect(report.ways).toContain('rebuilt at each life');
    expect(report.events).toBeGreaterThan(10_000);
  });
});
