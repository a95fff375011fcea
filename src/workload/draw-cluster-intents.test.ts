import { describe, expect, test } from 'vitest';
import type { ClusterIntent } from './cluster-intents.ts';
import { clusterClientSettings } from './cluster-knobs.ts';
import { drawClusterIntents } from './draw-cluster-intents.ts';

const times = { startUs: 1_000_000, endUs: 10_000_000, settleUs: 20_000_000, finalReadsUs: 24e6 };

function drawn(config: Record<string, number | string | boolean>, seed: number = 7) {
  const settings = clusterClientSettings({ 'clients.operations': 2_000, ...config });
  return drawClusterIntents(settings, 5, times, seed).filter(({ atUs }) => atUs < times.endUs);
}

function count(intents: readonly ClusterIntent[], ...kinds: readonly string[]): number {
  return intents.filter((intent) => kinds.includes(intent.do)).length;
}

describe('intents of clients of a cluster', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(drawn({})).toEqual(drawn({}));
    expect(drawn({}, 8)).not.toEqual(drawn({}));
  });

  test('leave out what a seed has not', () => {
    const intents = drawn({ 'cluster.drains': false, 'cluster.volumes': false });
    expect(count(intents, 'drain', 'pause-node', 'activate')).toBe(0);
    expect(count(intents, 'create-volume', 'remove-volume')).toBe(0);
    expect(count(intents, 'create-service')).toBeGreaterThan(100);
  });

  test('open and close nodes as often as they are told to', () => {
    const usual = drawn({});
    const often = drawn({ 'cluster.nodesPercent': 40 });
    const closing = count(often, 'drain', 'pause-node');
    const opening = count(often, 'activate');
    expect(closing + opening).toBeGreaterThan(800);
    expect(closing + opening).toBeGreaterThan(3 * count(usual, 'drain', 'pause-node', 'activate'));
    expect(Math.abs(closing - opening)).toBeLessThan(200);
    // Everything else still comes.
    expect(count(often, 'deploy')).toBeGreaterThan(50);
  });
});
