import { describe, expect, test } from 'vitest';
import { simulationSettings } from './metadata/settings.ts';
import { MetadataState } from './metadata/state.ts';
import { capsFor, type Level, type Redundancy } from './placement/storage-class.ts';
import { isPromised } from './promise.ts';

const pair: Redundancy = { kind: 'replicated', copies: 2 };

/** Chunk 1 with these members; servers 1 to 8 in two regions of two zones of two hosts. */
function placed(
  redundancy: Redundancy,
  survives: Level,
  members: readonly number[],
  flags: object = {},
) {
  const state = new MetadataState(simulationSettings);
  const caps = capsFor(redundancy, survives);
  const rest = { name: 'drawn', strategy: 'spread', whenInfeasible: 'flag', landing: 0 } as const;
  state.classes.insert(1, { id: 1, redundancy, caps, ...rest });
  for (let server = 1; server <= 8; server++) {
    const region = Math.ceil(server / 4);
    const zone = Math.ceil(server / 2);
    state.servers.insert(server, { region, zone, host: server } as never);
  }
  const row = { classId: 1, members, grant: null, unsettled: false, conversion: null };
  return (...gone: readonly number[]) =>
    isPromised(state, { ...row, degraded: false, ...flags } as never, gone);
}

describe('a class that survives a zone', () => {
  test('promises the loss of all of any zone, though a bug has put both copies there', () => {
    expect(placed(pair, 'zone', [1, 2])(1, 2)).toBe(true);
    expect(placed(pair, 'zone', [1, 3])(1)).toBe(true);
  });

  test('promises nothing for two zones, nor for their region', () => {
    expect(placed(pair, 'zone', [1, 3])(1, 3)).toBe(false);
    expect(placed(pair, 'region', [1, 3])(1, 3)).toBe(true);
  });

  test('promises nothing for a chunk that is flagged, busy, or lacks a part', () => {
    expect(placed(pair, 'zone', [1, 2], { degraded: true })(1, 2)).toBe(false);
    expect(placed(pair, 'zone', [1, 2], { unsettled: true })(1, 2)).toBe(false);
    expect(placed(pair, 'zone', [1, 0])(1, 0)).toBe(false);
  });
});

test('a class that survives a host promises the loss of one', () => {
  const code: Redundancy = { kind: 'erasure', dataParts: 2, parityParts: 1 };
  expect(placed(code, 'host', [1, 2, 3])(1)).toBe(true);
  expect(placed(code, 'host', [1, 2, 3])(1, 2)).toBe(false);
});
