import { expect, test } from 'vitest';
import type { NamedChoice } from '../../sim/choices.ts';
import { choiceWords } from './choice-words.ts';

const choice = (stream: string, point: string, value = 1): NamedChoice => ({
  stream,
  point,
  key: 1,
  occurrence: 0,
  value,
});

const horizon = { 'scheduler.horizonUs': 8_000 };

test('a choice is said in the words of what it does', () => {
  const say = (stream: string, point: string, value?: number, what?: string): readonly string[] =>
    Object.values(choiceWords(choice(stream, point, value), horizon, ['n1', 'n2'], what));
  expect(say('net/n1>n2', 'latency', 63, 'the append')).toEqual([
    'the delay of the append from n1 to n2',
    'the append from n1 to n2 takes 6.2 ms instead of 400 us',
  ]);
  expect(say('net/n1>n2', 'loss')).toEqual([
    'the loss of a message from n1 to n2',
    'a message from n1 to n2 is lost',
  ]);
  expect(say('disk/n2', 'disk-latency', 63)).toEqual([
    'the delay of an operation on the disk of n2',
    'an operation on the disk of n2 takes 1 ms instead of 50 us',
  ]);
  expect(say('disk/n2', 'disk-sync-error')).toEqual([
    'the failed sync on the disk of n2',
    'a sync on the disk of n2 fails',
  ]);
  expect(say('node/n3', 'election-timeout')[0]).toBe('what n3 draws for election-timeout');
  expect(say('node/n3', 'hold time', 999)[1]).toBe('what n3 has to send waits for 1 ms');
  expect(say('node/n3', 'drift', 4)[1]).toBe('the clock of n3 drifts by -2 parts per million');
  expect(say('scheduler', 'priority', 3)).toEqual([
    'the lag of n2',
    'n2 lags 3 ms behind for a tenth of a second',
  ]);
  expect(say('scheduler', 'tie')[0]).toBe('the order of two events of one instant');
  expect(say('maybe', 'raft applies late')).toEqual([
    '"raft applies late" at n2',
    'at n2: raft applies late',
  ]);
});
