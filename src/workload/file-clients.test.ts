import { expect, test } from 'vitest';
import { FakeCluster, fakeClasses, inSlice } from '../../test/storage/fake-cluster.ts';
import type { AnyComponent } from '../sim/component.ts';
import type { Environment } from '../sim/environment.ts';
import type { Config } from '../sim/system-definition.ts';
import { simulationClient } from '../systems/storage/client/client-settings.ts';
import { storageFileProtocol } from '../systems/storage/client/file-client-adapter.ts';
import { simulationSettings } from '../systems/storage/metadata/settings.ts';
import { fileClients } from './file-clients.ts';
import type { FileHistory } from './file-history.ts';
import { fileFeatures } from './file-knobs.ts';
import { byteOf, whoWrote, writtenBytes } from './written-bytes.ts';

const sizes = { storage: simulationSettings, classes: fakeClasses };
const clients = fileClients({
  protocol: storageFileProtocol(() => ({ ...simulationClient, ...sizes, masters: ['m1'] }), sizes),
});

/** One run of the workload against a store in memory. */
function runSeed(seed: number, config: Config, environment: Partial<Environment> = {}) {
  const history = clients.newHistory() as FileHistory;
  const intents = clients.drawIntents(config, seed);
  const made: AnyComponent[] = [];
  for (let index = 0; index < clients.count(config); index++) {
    made.push(clients.client(config, ['m1'], index, intents, history));
  }
  const cluster = new FakeCluster({ seed, clients: made, environment });
  history.attach(cluster.world);
  cluster.run(1_000_000);
  history.enterPhase('storm');
  cluster.run(9_000_000);
  history.enterPhase('settle');
  cluster.run(30_000_000);
  return { history, cluster };
}

const noise: Partial<Environment> = {
  netLossPerMillion: 20_000,
  netDuplicatePerMillion: 20_000,
  netReorderPerMillion: 50_000,
};

/** Config of a seed: every other feature is off. */
function drawn(seed: number): Config {
  const modes = ['strict', 'close-to-open', 'mixed'];
  const config: Record<string, number | string | boolean> = {
    'clients.count': 2 + (seed % 3),
    'clients.lanes': 1 + (seed % 2),
    'clients.mode': modes[seed % 3]!,
    'clients.restarts': seed % 4 === 0 ? 20 : 0,
    'files.names': [3, 1, 5][seed % 3]!,
    'clients.operations': 120,
  };
  fileFeatures.forEach((feature, at) => {
    config[`files.${feature}`] = ((seed * 2_654_435_761) >>> (at + 5)) % 2 === 0;
  });
  return config;
}

test(
  'every operation ends, and the same seed gives the same run',
  inSlice(() => {
    const census: Record<string, number> = {};
    for (let seed = 1; seed <= 16; seed++) {
      const { history, cluster } = runSeed(seed, drawn(seed), seed % 2 === 0 ? noise : {});
      for (const [cell, count] of Object.entries(clients.census(history))) {
        census[cell] = (census[cell] ?? 0) + count;
      }
      expect(history.outcome.filter((outcome) => outcome === 0)).toEqual([]);
      if (seed > 3) continue;
      const again = runSeed(seed, drawn(seed), seed % 2 === 0 ? noise : {});
      expect(again.cluster.world.digest).toBe(cluster.world.digest);
    }
    const cells = Object.keys(census).join(' ');
    for (const must of [
      'read/strict/ok',
      'write/close-to-open/ok',
      'restart/client',
      'info:client-restart',
    ]) {
      expect(cells).toContain(must);
    }
  }),
  60_000,
);

test('bytes tell who wrote them, wherever they were cut', () => {
  const bytes = new Uint8Array(1_000);
  bytes.set(writtenBytes(7, 600), 100);
  bytes.set(writtenBytes(4_095, 130), 301);
  const runs = whoWrote(bytes.subarray(50), 50);
  expect(runs.map(({ from, to, writer }) => [from, to, writer])).toEqual([
    [50, 100, 0],
    [100, 300, 7],
    [300, 301, -1],
    [301, 429, 4_095],
    [429, 432, -1],
    [432, 700, 7],
    [700, 1_000, 0],
  ]);
  const raw = runs[2]!.raw!;
  expect(raw[0]).toBe(byteOf(7, 200));
  expect(runs[5]!.at).toBe((432 - 100) % 256);
});
