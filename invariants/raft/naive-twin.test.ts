import { expect, it } from 'vitest';
import { everything, kvClients, run, scenario, seconds } from '../../src/index.ts';
import { drawConfig } from '../../src/run/draw-config.ts';
import { firstConfiguration, plainConfiguration } from '../../src/systems/raft/confchange.ts';
import { decodeConfiguration } from '../../src/systems/raft/configuration-format.ts';
import { raftKv, raftKvProtocol, settingsFrom } from '../../src/systems/raft/index.ts';
import type { Configuration, Entry } from '../../src/systems/raft/types.ts';
import { raftLadder } from './ladder.ts';
import { NaiveTwin } from './naive-twin.ts';
import { configurationEntry } from './stories-of-members.ts';
import { entry, Rig } from './test-kit.ts';

const shared = ['I5', 'I7', 'I9', 'I20', 'I22', 'I24', 'I25', 'I26', 'I29', 'I30', 'I31'];
const three = plainConfiguration([1, 2, 3]);

/** The members by a log, written down once more. */
function membersBy(log: readonly Entry[]): Configuration {
  const newest = log.findLast(({ kind }) => kind === 'configuration');
  return newest === undefined ? three : decodeConfiguration(newest.data);
}

/** Small numbers from a seed; the low bits of such a generator are poor, so the high ones are used. */
function generator(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % below;
  };
}

/** A cluster whose nodes do mostly what Raft allows, and now and then what they please. */
function lawless(seed: number): { readonly rig: Rig; readonly twin: NaiveTwin } {
  const below = generator(seed);
  const twin = new NaiveTwin(three);
  const rig = new Rig({ only: shared, watch: twin });
  const logs: Entry[][] = [[], [], []];
  for (let step = 0; step < 60 && rig.broken === undefined && twin.brokenAt === 0; step += 1) {
    const node = below(3);
    const { view } = rig.nodes[node]!;
    const log = logs[node]!;
    const tip = log.length + 1;
    // Now and then a node forgets to look who the members are.
    const byLog = (entries: readonly Entry[]) =>
      below(40) === 0 ? {} : { configuration: membersBy(entries) };
    switch (below(10)) {
      case 0:
        rig.step(node, { marks: { term: view.term + 1, role: 'follower' } });
        break;
      case 1:
        rig.step(node, { marks: { term: view.term + below(2), role: 'leader' } });
        break;
      case 2:
        rig.step(node, { marks: { commit: Math.min(view.commit + below(2), log.length) } });
        break;
      case 3:
        // Takes the log of another node, as an append would have it.
        logs[node] = [...logs[below(3)]!];
        rig.step(node, { marks: { term: Math.max(...rig.nodes.map((n) => n.view.term)) } });
        rig.step(node, { log: logs[node]!, marks: byLog(logs[node]!) });
        break;
      case 4:
        if (log.length > view.commit) log.pop();
        rig.step(node, { log, marks: byLog(log) });
        break;
      case 5:
        if (below(6) === 0) log.push(entry(Math.max(1, view.term), tip, `other ${below(2)}`));
        rig.step(node, { marks: { term: Math.max(1, view.term) }, log });
        break;
      case 6:
      case 7: {
        if (view.role !== 'leader') break;
        const voters = [
          [1, 2, 3],
          [1, 2],
          [2, 3],
          [1, 3],
        ][below(4)]!;
        log.push(configurationEntry(Math.max(1, view.term), tip, plainConfiguration(voters)));
        rig.step(node, { log, marks: byLog(log) });
        break;
      }
      default:
        log.push(entry(Math.max(1, view.term), tip));
        rig.step(node, { marks: { term: Math.max(1, view.term) }, log });
    }
  }
  return { rig, twin };
}

it('the ladder and its naive twin call the same step broken, in 1,500 lawless clusters', () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= 1_500; seed += 1) {
    const { rig, twin } = lawless(seed);
    const id = rig.broken ?? 'none';
    expect([seed, rig.run.violation?.step ?? 0]).toEqual([seed, twin.brokenAt]);
    if (id !== 'none') expect([seed, ...twin.broken]).toContain(id);
    seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  for (const id of ['I20', 'I22', 'I24', 'I25', 'I26', 'I29', 'I30', 'I31'])
    expect(seen.get(id) ?? 0).toBeGreaterThan(3);
});

const short = scenario({
  summary: 'A storm in a minute glass',
  system: raftKv({ nodes: { kind: 'one of', values: [3, 5] } }),
  clients: kvClients({
    protocol: raftKvProtocol,
    phases: { formUs: seconds(0.3), stormUs: seconds(1), settleUs: seconds(0.3) },
    knobs: { 'clients.operations': { kind: 'one of', values: [40] } },
  }),
  storm: everything({
    operated: true,
    words: { role: 'leader', roles: ['candidate'], messages: [], probes: [] },
  }),
  ladder: raftLadder,
  phases: { form: seconds(0.3), storm: seconds(1), settle: seconds(0.3) },
});

it('neither finds anything in 200 short storms of the real system', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    // What the seed draws, so that the twin knows who begins as a member.
    const config = drawConfig(short, seed);
    const settings = settingsFrom(config);
    const twin = new NaiveTwin(firstConfiguration(Number(config.nodes), settings));
    const { violation, steps } = await run(short, { seed, observer: twin });
    expect([seed, violation, ...twin.broken]).toEqual([seed, undefined]);
    expect(steps).toBeGreaterThan(50);
  }
}, 300_000);
