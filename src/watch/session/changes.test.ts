import { beforeAll, describe, expect, it } from 'vitest';
import { Driver, plainRun, scenarioNamed } from '../../../test/watch/drive.ts';
import { parseCase } from '../../record/parse-case.ts';
import { caseText } from '../../run/case-text.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { Intervention, WatchSnapshot } from '../protocol.ts';

let storm: Scenario;
let calm: Scenario;
beforeAll(async () => {
  storm = await scenarioNamed('raft-storm');
  calm = { ...storm, plan: [] };
});

const nodeOf = ({ nodes }: WatchSnapshot, id: string) => nodes.find((node) => node.id === id)!;
const linkOf = ({ nodes, network }: WatchSnapshot, from: string, to: string) => {
  const index = (id: string) => nodes.findIndex((node) => node.id === id);
  return network.links[index(from)]![index(to)];
};
const leaderOf = ({ nodes }: WatchSnapshot) => nodes.find(({ role }) => role === 'leader')!.id;

/** A session in which somebody leads and nothing is wrong. */
function calmDriver(): Driver {
  const driver = new Driver(calm, { seed: 3 });
  driver.do({ kind: 'jump', to: 'leader' });
  return driver;
}

const by = (driver: Driver, what: Intervention): WatchSnapshot =>
  driver.do({ kind: 'intervene', what });

describe('interventions show in the world', () => {
  it('cuts one link, isolates nodes, and heals', () => {
    const driver = calmDriver();
    const cut = by(driver, { kind: 'partition', between: ['n1', 'n3'] });
    expect([linkOf(cut, 'n1', 'n3'), linkOf(cut, 'n3', 'n1')]).toEqual(['x', 'x']);
    expect([linkOf(cut, 'n1', 'n2'), linkOf(cut, 'n2', 'n3')]).toEqual(['o', 'o']);
    const alone = by(driver, { kind: 'isolate-leader' });
    const leader = leaderOf(alone);
    expect(alone.network.groups.filter((group) => group.includes(leader))).toEqual([[leader]]);
    expect(alone.plan.at(-1)).toMatchObject({ state: 'in force', byHand: true });
    expect(nodeOf(alone, leader).faults).toContain(alone.plan.at(-1)!.index);
    const healed = by(driver, { kind: 'heal' });
    expect(healed.network.groups).toEqual([['n1', 'n2', 'n3']]);
    expect(healed.plan.map(({ state }) => state)).toEqual(['over', 'over', 'over']);
    expect(healed.status.unsaved).toBe(3);
  });

  it('splits the cluster into halves', () => {
    const halves = by(calmDriver(), { kind: 'halves', node: 'n2' });
    expect(halves.network.groups.length).toBe(2);
  });

  it('crashes and restarts, pauses and goes on', () => {
    const driver = calmDriver();
    const down = by(driver, { kind: 'crash', node: 'n2', powerLoss: true });
    expect(nodeOf(down, 'n2')).toMatchObject({ status: 'down', incarnation: 1 });
    expect(nodeOf(down, 'n2').card).toBeUndefined();
    const up = by(driver, { kind: 'restart', node: 'n2' });
    expect(nodeOf(up, 'n2')).toMatchObject({ status: 'up', incarnation: 2 });
    const still = by(driver, { kind: 'pause', node: 'n1' });
    expect(nodeOf(still, 'n1').status).toBe('stalled');
    const on = by(driver, { kind: 'pause', node: 'n1' });
    expect(nodeOf(on, 'n1').status).toBe('up');
    const refused = by(driver, { kind: 'restart', node: 'n1' });
    expect(refused.notice).toMatchObject({ tone: 'warning', text: 'n1 runs' });
    expect(refused.status.unsaved).toBe(4);
  });

  it('skews clocks', () => {
    const driver = calmDriver();
    const before = nodeOf(driver.now, 'n3').clock.offsetUs;
    const skewed = by(driver, { kind: 'skew', node: 'n3', byUs: -5_000_000 });
    expect(nodeOf(skewed, 'n3').clock.offsetUs).toBe(before - 5_000_000);
    const drifting = by(driver, { kind: 'drift', node: 'n1', partsPerMillion: 900_000 });
    expect(drifting.notice).toMatchObject({ tone: 'warning' });
    expect(drifting.plan.at(-1)).toMatchObject({ state: 'refused', byHand: true });
  });

  it('loses a message in flight, that one alone', () => {
    const driver = calmDriver();
    let shown = driver.now;
    while (shown.network.inFlight.length < 2) shown = driver.do({ kind: 'step', by: 'event' });
    const { inFlight } = shown.network;
    const victim = inFlight.find(({ arrivesUs }) => arrivesUs! > shown.status.timeUs + 1)!;
    const after = by(driver, { kind: 'lose', message: victim.id });
    const left = after.network.inFlight.map(({ id }) => id);
    expect(left).not.toContain(victim.id);
    const others = inFlight.filter(
      ({ id, arrivesUs }) => id !== victim.id && arrivesUs! > shown.status.timeUs + 1,
    );
    for (const { id } of others) expect(left).toContain(id);
    const again = by(driver, { kind: 'lose', message: victim.id });
    expect(again.notice?.text).toContain('not on its way');
  });

  it('says why when nothing can be changed any more', () => {
    const driver = calmDriver();
    driver.do({ kind: 'seek', to: { timeUs: 9_000_000 } });
    expect(by(driver, { kind: 'heal' }).notice?.text).toContain('the storm is over');
    driver.do({ kind: 'seek', to: { at: 'end' } });
    expect(by(driver, { kind: 'heal' }).notice?.text).toContain('the run is over');
    expect(by(driver, { kind: 'crash', node: 'c1', powerLoss: false }).plan).toEqual([]);
  });
});

describe('what was done by hand', () => {
  const deeds: readonly Intervention[] = [
    { kind: 'isolate-leader' },
    { kind: 'crash', node: 'n1', powerLoss: false },
    { kind: 'heal' },
    { kind: 'skew', node: 'n2', byUs: 2_000_000 },
    { kind: 'partition', between: ['n2', 'n1'] },
    { kind: 'crash', node: 'n3', powerLoss: true },
    { kind: 'restart', node: 'n3' },
    { kind: 'pause', node: 'n2' },
    { kind: 'halves', node: 'n1' },
    { kind: 'restart', node: 'n2' },
  ];

  it.each([1, 2, 3, 4, 5])('is a case that replays to the same digest, seed %i', (seed) => {
    const driver = new Driver(storm, { seed });
    let word = seed;
    const drawn = (below: number): number => {
      word = (Math.imul(word, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (word >>> 8) % below;
    };
    driver.do({ kind: 'seek', to: { timeUs: 1_800_000 } });
    for (const deed of deeds) {
      driver.do({ kind: 'step', by: 'event', count: 1 + drawn(150) });
      by(driver, deed);
      const { inFlight } = driver.now.network;
      const flying = inFlight[drawn(Math.max(1, inFlight.length))];
      if (flying !== undefined) by(driver, { kind: 'lose', message: flying.id });
      // Back, and forth again on another run.
      if (drawn(2) === 0) {
        driver.do({ kind: 'step', by: 'event', count: -drawn(200) });
        by(driver, { kind: 'skew', node: 'n1', byUs: 1_000 + drawn(9) });
      }
    }
    const { status } = driver.do({ kind: 'seek', to: { at: 'end' } });
    driver.do({ kind: 'save', path: 'mine.json' });
    driver.rest();
    const [{ caseFile }] = driver.saved as [(typeof driver.saved)[number]];
    expect(caseFile.outcome?.digest).toBe(status.digest);
    const read = parseCase(caseText(caseFile), 'mine.json');
    const { record } = plainRun(storm, read);
    expect(record.digest).toBe(status.digest);
    expect(record.digest).not.toBe(plainRun(storm, { seed }).record.digest);
    expect(driver.now.status).toMatchObject({ unsaved: 0, saved: 'mine.json' });
  });

  it('can be taken back, down to the run that it was', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.do({ kind: 'seek', to: { timeUs: 3_000_000 } });
    const { digest } = driver.now.status;
    by(driver, { kind: 'isolate', node: 'n1' });
    driver.do({ kind: 'seek', to: { timeUs: 3_500_000 } });
    by(driver, { kind: 'crash', node: 'n2', powerLoss: false });
    driver.do({ kind: 'undo' });
    expect(driver.now.status.timeUs).toBe(3_500_000);
    const undone = driver.do({ kind: 'undo' });
    expect(undone.status).toMatchObject({ digest, timeUs: 3_000_000, unsaved: 0 });
    expect(driver.do({ kind: 'undo' }).notice?.text).toBe('nothing was done by hand');
    const { status } = driver.do({ kind: 'seek', to: { at: 'end' } });
    expect(status.digest).toBe(plainRun(storm, { seed: 3 }).record.digest);
  });
});

describe('another past', () => {
  it('runs without a fault beside the run with it, and says where they part', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.do({ kind: 'seek', to: { at: 'end' } });
    const fault = driver.now.plan.find(
      ({ state, family }) => state === 'over' && family === 'whole-cluster',
    )!;
    driver.do({ kind: 'compare', edit: { kind: 'remove', fault: fault.index } });
    const { comparison } = driver.rest();
    const file = driver.session.caseFile;
    const without = { ...file, plan: file.plan.filter((_, at) => at !== fault.index) };
    expect(comparison?.complete).toBe(true);
    expect(comparison?.first.outcome?.digest).toBe(plainRun(storm, file).record.digest);
    expect(comparison?.second.outcome?.digest).toBe(plainRun(storm, without).record.digest);
    expect(comparison?.parting?.timeUs).toBeGreaterThanOrEqual(fault.fromUs!);
    expect(comparison?.parting?.first.length).toBeGreaterThan(0);
    const partingStep = comparison!.parting!.step;
    driver.do({ kind: 'seek', to: { step: partingStep - 1 } });
    const other = new Driver(storm, without);
    other.do({ kind: 'seek', to: { step: partingStep - 1 } });
    expect(other.now.status.digest).toBe(driver.now.status.digest);
    driver.do({ kind: 'adopt' });
    expect(driver.now.status.step).toBe(partingStep);
    expect(driver.now.comparison).toBeUndefined();
    expect(driver.do({ kind: 'seek', to: { at: 'end' } }).status.digest).toBe(
      plainRun(storm, without).record.digest,
    );
  });

  it('moves a fault, and knows when nothing changes', () => {
    const driver = calmDriver();
    by(driver, { kind: 'crash', node: 'n1', powerLoss: false });
    driver.do({ kind: 'compare', edit: { kind: 'move', fault: 0, byUs: 500_000 } });
    expect(driver.rest().comparison?.parting).toBeDefined();
    driver.do({ kind: 'compare', edit: { kind: 'move', fault: 0, byUs: 0 } });
    const same = driver.rest().comparison!;
    expect(same.parting).toBeUndefined();
    expect(same.second.outcome?.digest).toBe(same.first.outcome?.digest);
    expect(
      driver.do({ kind: 'compare', edit: { kind: 'remove', fault: 9 } }).notice?.text,
    ).toContain('no fault 10');
  });
});

describe('asking', () => {
  it('searches the whole run so far by node, kind and text', () => {
    const driver = new Driver(storm, { seed: 3 });
    driver.do({ kind: 'seek', to: { timeUs: 4_000_000 } });
    driver.do({ kind: 'search', filter: { node: 'n2', kind: 'vote' } });
    const { search, status } = driver.rest();
    expect(search).toMatchObject({ complete: true, scanned: status.step });
    expect(search!.total).toBeGreaterThan(3);
    for (const { node, from, what } of search!.hits) {
      expect([node, from]).toContain('n2');
      expect(what).toContain('vote');
    }
    driver.do({ kind: 'search', filter: { text: '-> leader' } });
    const leads = driver.rest().search!;
    expect(leads.total).toBe(
      driver.now.timeline.moments.filter(({ kind }) => kind === 'leader').length,
    );
    expect(driver.do({ kind: 'search', filter: {} }).search).toBeUndefined();
  });

  it('follows a log entry from its leader to the other log', () => {
    const driver = calmDriver();
    const shown = driver.do({ kind: 'seek', to: { timeUs: 3_000_000 } });
    const leader = leaderOf(shown);
    const cell = nodeOf(shown, leader).card!.tail!.cells.find(({ state }) => state === 'applied')!;
    driver.do({ kind: 'follow', what: { cell: cell.id, group: cell.group } });
    const { hops, complete } = driver.rest().follow!;
    expect(complete).toBe(true);
    // Two of the three vote in this cluster, the third is a spare.
    expect(new Set(hops.map(({ node }) => node))).toEqual(new Set(['n1', 'n2']));
    expect(hops[0]!.text).toBe('is here: volatile');
    expect(hops.some(({ text }) => text.endsWith('-> applied'))).toBe(true);
  });

  it('follows a message back to its causes and on to its effects', () => {
    const driver = calmDriver();
    let shown = driver.do({ kind: 'seek', to: { timeUs: 3_000_000 } });
    while (shown.network.inFlight.length === 0) shown = driver.do({ kind: 'step', by: 'event' });
    const [message] = shown.network.inFlight;
    driver.do({ kind: 'seek', to: { timeUs: 3_500_000 } });
    driver.do({ kind: 'follow', what: { message: message!.id } });
    const { hops } = driver.rest().follow!;
    expect(hops.find(({ side }) => side === 'itself')?.step).toBe(message!.sentStep);
    expect(hops.some(({ side }) => side === 'cause')).toBe(true);
    expect(hops.find(({ side }) => side === 'effect')?.node).toBe(message!.to);
    const steps = hops.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });
});
