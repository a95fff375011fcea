import type { Fault, StormDefinition } from '../../src/index.ts';
import { weather, within } from '../common/weather.ts';
import { chunkserver } from './weather.ts';

/** Servers whose messages to other servers take long: a write is on some of a chain for a while. */
export const slowChains: StormDefinition = weather(
  'chains are slow',
  'no damage',
  ['degrade', 'stall'],
  (draw, times, config) =>
    Array.from({ length: 12 + draw(16) }, (): Fault => {
      const target = { node: chunkserver(config, draw(64)) };
      const base = { target, when: { atUs: within(draw, times) } };
      if (draw(8) === 0) return { kind: 'stall', ...base, durationUs: 50_000 + draw(300_000) };
      return {
        kind: 'degrade',
        ...base,
        all: false,
        serversOnly: true,
        lossPerMillion: 0,
        duplicatePerMillion: 0,
        reorderPerMillion: 0,
        corruptPerMillion: 0,
        // Less than what makes anybody ask again.
        extraLatencyUs: 10_000 + draw(60_000),
        durationUs: 500_000 + draw(3_000_000),
      };
    }),
);
