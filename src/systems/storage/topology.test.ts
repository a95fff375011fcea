import { describe, expect, test } from 'vitest';
import { serverSizeFrom } from './drawn-settings.ts';
import { siteOf, topologyOf } from './topology.ts';

function sitesOf(serversPerHost: number) {
  const topology = topologyOf({ 'storage.serversPerHost': serversPerHost });
  const { firstServer, nodes } = topology;
  return Array.from({ length: nodes - firstServer }, (_, at) => siteOf(topology, firstServer + at));
}

describe('hosts', () => {
  test('have one chunkserver each, or as many as are drawn, all of one zone', () => {
    for (const perHost of [1, 2, 3]) {
      const hosts = new Map<number, number[]>();
      for (const { host, zone } of sitesOf(perHost)) {
        hosts.set(host, [...(hosts.get(host) ?? []), zone]);
      }
      const sizes = [...hosts.values()].map((zones) => zones.length);
      expect(Math.max(...sizes)).toBe(perHost);
      for (const zones of hosts.values()) expect(new Set(zones).size).toBe(1);
    }
  });

  test('share no number with a master', () => {
    const topology = topologyOf({});
    const masters = [0, 1, 2, 3, 4].map((index) => siteOf(topology, index).host);
    for (const { host } of sitesOf(2)) expect(masters).not.toContain(host);
  });
});

describe('sizes', () => {
  const { firstServer, nodes } = topologyOf({});
  const sizesOf = (sizes: string) =>
    Array.from({ length: nodes - firstServer }, (_, at) =>
      serverSizeFrom({ 'storage.sizes': sizes }, firstServer + at),
    );

  test('are equal, or go with the weights', () => {
    expect(new Set(sizesOf('equal').map(({ weight }) => weight))).toEqual(new Set([1]));
    for (const { weight, capacityBytes } of sizesOf('unequal')) {
      expect(capacityBytes).toBe(weight * 1_048_576);
    }
  });

  test('are to be found in every zone', () => {
    const inZone = new Map<number, Set<number>>();
    for (const [at, { weight }] of sizesOf('unequal').entries()) {
      const { zone } = sitesOf(1)[at]!;
      inZone.set(zone, (inZone.get(zone) ?? new Set()).add(weight));
    }
    for (const weights of inZone.values()) expect([...weights].sort()).toEqual([1, 2, 4]);
  });
});
