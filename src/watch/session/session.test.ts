import { beforeAll, describe, expect, it } from 'vitest';
import { counters, smallLadder } from '../../../test/fixtures/counters.ts';
import { Driver, fullSpeed, plainRun, scenarioNamed } from '../../../test/watch/drive.ts';
import { readOnly } from '../../../test/watch/read-only.ts';
import { HarnessFault } from '../../record/harness-fault.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { WatchSnapshot } from '../protocol.ts';

let storm: Scenario;
beforeAll(async () => {
  storm = await scenarioNamed('raft-storm');
});

describe('a session that nobody interferes with', () => {
  it.each([3, 8])('plays seed %i to the digest of an ordinary run', (seed) => {
    const { record } = plainRun(storm, { seed });
    const driver = new Driver(storm, { seed });
    driver.do(fullSpeed);
    const { status } = driver.do({ kind: 'play' });
    expect(status.digest).toBe(record.digest);
    expect(status.step).toBe(record.steps);
    expect(status.mode).toBe('ended');
    expect(status.outcome).toMatchObject({ verdict: record.verdict, digest: record.digest });
  });

  it('plays at a speed: real time is virtual time', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.session.command({ kind: 'play' });
    for (let slice = 0; slice < 40; slice++) driver.session.work(8);
    const { status } = driver.now;
    expect(status.mode).toBe('playing');
    expect(status.speedUp).toBeGreaterThan(0.9);
    expect(status.speedUp).toBeLessThan(1.1);
    driver.do({ kind: 'pause' });
    expect(driver.now.status.timeUs).toBe(status.timeUs);
  });

  it('has the digest of an ordinary run after going back and forth', () => {
    const { record } = plainRun(storm, { seed: 5 });
    const driver = new Driver(storm, { seed: 5 });
    driver.do({ kind: 'seek', to: { timeUs: 4_000_000 } });
    driver.do({ kind: 'step', by: 'event', count: -1 });
    driver.do({ kind: 'step', by: 'message', count: 3 });
    driver.do({ kind: 'jump', to: 'leader' });
    driver.do({ kind: 'seek', to: { timeUs: 1_500_000 } });
    driver.do({ kind: 'jump', to: 'fault' });
    driver.rest();
    driver.do({ kind: 'jump', to: 'role', back: true });
    driver.do({ kind: 'step', by: 'node', node: 'n2' });
    driver.do({ kind: 'seek', to: { at: 'furthest' } });
    const { status } = driver.do({ kind: 'seek', to: { at: 'end' } });
    expect(status.digest).toBe(record.digest);
  });
});

describe('going back', () => {
  /** What is to be seen of a moment, without what the session itself adds. */
  const seen = ({ status, nodes, network, plan, ladder, clients, probes }: WatchSnapshot) => ({
    at: [status.step, status.timeUs, status.digest, status.phase],
    nodes,
    network,
    plan,
    ladder,
    clients,
    probes,
  });

  it('shows what was shown when the run first came there', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.do({ kind: 'seek', to: { step: 2_000 } });
    const first = new Map<number, ReturnType<typeof seen>>();
    for (let step = 2_001; step <= 2_100; step++) {
      first.set(step, seen(driver.do({ kind: 'step', by: 'event' })));
    }
    driver.do({ kind: 'seek', to: { step: 2_300 } });
    driver.do({ kind: 'seek', to: { step: 2_100 } });
    for (let step = 2_099; step > 2_000; step--) {
      const again = driver.do({ kind: 'step', by: 'event', count: -1 });
      expect(again.status.step).toBe(step);
      expect(seen(again)).toEqual(first.get(step));
      expect(again.events.lines[again.events.now]?.step).toBe(step);
    }
    const forth = driver.do({ kind: 'step', by: 'event' });
    expect(seen(forth)).toEqual(first.get(2_002));
  });

  it('keeps few runs however much one moves', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.do({ kind: 'seek', to: { at: 'end' } });
    for (let step = 7_000; step > 500; step -= 400) driver.do({ kind: 'seek', to: { step } });
    driver.rest();
    expect(driver.session.keptRuns).toBeLessThanOrEqual(10);
    expect(driver.session.keptRuns).toBeGreaterThan(2);
  });

  it('jumps to the moments that the timeline tells of, both ways', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.do({ kind: 'seek', to: { at: 'end' } });
    const { moments } = driver.now.timeline;
    const leads = moments.filter(({ kind }) => kind === 'leader');
    const begins = moments.filter(({ kind }) => kind === 'fault');
    expect(leads.length).toBeGreaterThan(3);
    const last = driver.do({ kind: 'jump', to: 'leader', back: true });
    expect(last.status.step).toBe(leads.at(-1)!.step);
    expect(last.nodes.find(({ id }) => id === leads.at(-1)!.node)!.role).toBe('leader');
    const before = driver.do({ kind: 'jump', to: 'leader', back: true });
    expect(before.status.step).toBe(leads.at(-2)!.step);
    driver.do({ kind: 'seek', to: { at: 'start' } });
    for (const moment of begins.slice(0, 5)) {
      const shown = driver.do({ kind: 'jump', to: 'fault' });
      expect([shown.status.step, shown.status.timeUs]).toEqual([moment.step, moment.timeUs]);
    }
    const back = driver.do({ kind: 'jump', to: 'fault', back: true });
    expect(back.status.timeUs).toBe(begins[3]!.timeUs);
  });

  it('goes from mark to mark', () => {
    const driver = new Driver(storm, { seed: 3 });
    for (const step of [300, 700]) {
      driver.do({ kind: 'seek', to: { step } });
      driver.do({ kind: 'mark' });
    }
    expect(driver.do({ kind: 'jump', to: 'mark', back: true }).status.step).toBe(300);
    expect(driver.do({ kind: 'jump', to: 'mark' }).status.step).toBe(700);
    expect(driver.now.timeline.marks.map(({ step }) => step)).toEqual([300, 700]);
    expect(driver.do({ kind: 'jump', to: 'mark' }).notice?.tone).toBe('warning');
  });
});

describe('a run that ends badly', () => {
  it('stops at the violation, shows it, and can be rewound from there', () => {
    const red = counters({ ladder: smallLadder(10) });
    const { record } = plainRun(red, { seed: 1 });
    const driver = new Driver(red, { seed: 1 });
    const shown = driver.do({ kind: 'jump', to: 'violation' });
    expect(shown.status.outcome?.verdict).toBe('broken');
    expect(shown.status.outcome?.violation?.rung).toBe('T1');
    expect(shown.status.step).toBe(record.violation!.step);
    expect(shown.ladder.rungs[shown.ladder.lowestBroken]?.id).toBe('T1');
    expect(shown.notice?.tone).toBe('bad');
    const before = driver.do({ kind: 'step', by: 'event', count: -1 });
    expect(before.status.mode).toBe('paused');
    expect(before.ladder.lowestBroken).toBe(-1);
    expect(driver.session.outcome?.verdict).toBe('broken');
  });

  it('shows a component that throws as a broken rung', () => {
    const throwing = counters({
      hooks: {
        onAdd() {
          throw new RangeError('negative balance');
        },
      },
    });
    const driver = new Driver(throwing, { seed: 1 });
    const shown = driver.do({ kind: 'seek', to: { at: 'end' } });
    expect(shown.status.outcome?.violation?.rung).toBe('I1');
    expect(shown.ladder.rungs[0]).toMatchObject({ id: 'I1', state: 'broken' });
  });

  it('lives on when the harness fails, and says so', () => {
    const ladder = smallLadder(1_000);
    const failing = counters({
      ladder: {
        ...ladder,
        begin: (options) => {
          const run = ladder.begin(options);
          return readOnly(run, {
            phase: (phase, timeUs) => {
              if (phase === 'heal') throw new HarnessFault('ghost state is wrong');
              run.phase(phase, timeUs);
            },
          });
        },
      },
    });
    const driver = new Driver(failing, { seed: 1 });
    const shown = driver.do({ kind: 'seek', to: { at: 'end' } });
    expect(shown.status.outcome).toMatchObject({ verdict: 'harness fault' });
    expect(shown.status.outcome?.reasons[0]).toContain('ghost state is wrong');
    expect(driver.do({ kind: 'seek', to: { step: 50 } }).status.mode).toBe('paused');
  });
});
