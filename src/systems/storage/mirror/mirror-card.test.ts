import { expect, test } from 'vitest';
import type { Env } from '../../../sim/env.ts';
import { FileError } from '../client/file-error.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import { MirrorAgent } from './mirror-agent.ts';
import { mirrorCard } from './mirror-component.ts';

/** An agent whose rounds end as they are told to, one after the other. */
async function afterRounds(...ends: (FileError | null)[]) {
  const over = new Error('no more rounds');
  const probes: string[] = [];
  const agent = Object.create(MirrorAgent.prototype) as MirrorAgent;
  Object.assign(agent as object, {
    ...{ doing: 'shipping', epoch: 2, rounds: 0, copiedBytes: 900, stuck: null },
    ...{ sides: [], settings: { pauseUs: 1 } },
    env: {
      probe: (name: string) => probes.push(name),
      log: () => {},
      sleep: () => (ends.length === 0 ? Promise.reject(over) : Promise.resolve()),
    } as unknown as Env<StorageWireMessage>,
    turn: () => {
      const end = ends.shift() ?? null;
      return end === null ? Promise.resolve() : Promise.reject(end);
    },
  });
  await expect(agent.run()).rejects.toBe(over);
  return { card: mirrorCard(agent), probes };
}

test('the card of a mirror says first of all why it cannot go on', async () => {
  const tooLarge = new FileError('E2BIG', 'snapshot', '/t');
  const { card, probes } = await afterRounds(tooLarge, tooLarge);
  expect(card.tone).toBe('bad');
  expect(card.rows[0]).toMatchObject({ value: 'tree too large: E2BIG: snapshot /t', tone: 'bad' });
  expect(probes).toContain('a tree is too large for the mirror');
});

test('what goes by itself is no matter for the card', async () => {
  const { card } = await afterRounds(new FileError('ETIMEDOUT', 'snapshot', '/t'), null);
  expect(card).toMatchObject({ tone: 'good', rows: [{ label: 'doing' }, {}, {}, {}] });
});
