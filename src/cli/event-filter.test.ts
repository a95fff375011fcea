import { expect, test } from 'vitest';
import type { TraceEvent } from '../record/trace-event.ts';
import { type EventFilterOptions, eventFilter } from './event-filter.ts';

const events: readonly TraceEvent[] = [
  step(1, 0, 'n1', { cause: 'start' }),
  step(2, 1_000, 'n2', { cause: 'message', what: 'vote', from: 'n1' }),
  step(3, 2_000, 'n3', { cause: 'timer', what: 'election', sent: [{ to: 'n1', kind: 'vote' }] }),
  { type: 'fault', step: 3, timeUs: 2_500, text: 'partition: n1 | n2, n3' },
  { type: 'log', step: 4, timeUs: 3_000, node: 'n2', text: 'about n1' },
];

function step(
  index: number,
  timeUs: number,
  node: string,
  rest: Partial<Extract<TraceEvent, { type: 'step' }>>,
): TraceEvent {
  return {
    type: 'step',
    step: index,
    timeUs,
    node,
    incarnation: 1,
    cause: 'start',
    sent: [],
    ...rest,
  };
}

function passing(options: EventFilterOptions): number[] {
  const passes = eventFilter(options);
  return events.flatMap((event, index) => (passes(event) ? [index] : []));
}

test('without options everything passes', () => {
  expect(passing({})).toEqual([0, 1, 2, 3, 4]);
});

test('a node is concerned as the place, the sender, the receiver and by a fault', () => {
  expect(passing({ node: 'n1' })).toEqual([0, 1, 2, 3]);
  expect(passing({ node: 'n2' })).toEqual([1, 3, 4]);
  expect(passing({ node: 'n2,n3' })).toEqual([1, 2, 3, 4]);
});

test('a kind is a message, received or sent, or the sort of event', () => {
  expect(passing({ kind: 'vote' })).toEqual([1, 2]);
  expect(passing({ kind: 'timer,fault' })).toEqual([2, 3]);
});

test('bounds are steps, or virtual times when they have a unit', () => {
  expect(passing({ from: '2', to: '3' })).toEqual([1, 2, 3]);
  expect(passing({ from: '2ms', to: '2.5ms' })).toEqual([2, 3]);
  expect(() => eventFilter({ from: '5', to: '4' })).toThrow('5 comes after 4');
  expect(() => eventFilter({ from: 'soon' })).toThrow('--from: "soon" is not a virtual time');
});
