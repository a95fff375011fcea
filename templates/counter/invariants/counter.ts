import { broken, held, ladder, type PlainMoment, plainLedger, premiseFalse, rung } from 'seedstorm';
import { type CounterMessage, type CounterState, totalOf } from '../src/counter.ts';

type Moment = PlainMoment<CounterState, CounterMessage>;

/** At most one for each request, however often it was sent. */
const countedOnce = rung<Moment, Set<number>>({
  id: 'C1',
  title: 'counted once',
  statement: 'A total is never greater than the number of requests that were made.',
  source: 'src/counter.ts',
  kind: 'always',
  owedUnder: 'no damage',
  clientVisible: true,
  watches: ['receive:add', 'send:added', 'end'],
  ghost: () => new Set(),
  check({ message, world }, requests) {
    if (message?.kind === 'add') {
      requests.add(message.request);
      return premiseFalse;
    }
    for (let node = 0; node < world.serverCount; node++) {
      const state = world.state(node) as CounterState | undefined;
      const total = state === undefined ? 0 : totalOf(state);
      if (total > requests.size) {
        return broken({ nodes: [node], values: { total, requests: requests.size } });
      }
    }
    return held;
  },
});

/** What a client was told is true for ever. */
const nothingLost = rung<Moment, Set<number>>({
  id: 'C2',
  title: 'nothing lost',
  statement: 'When the storm is over, every node counts at least all acknowledged requests.',
  source: 'src/counter.ts',
  kind: 'eventually',
  owedUnder: 'no damage',
  clientVisible: true,
  watches: ['send:added', 'end'],
  ghost: () => new Set(),
  check({ message, world }, acknowledged) {
    if (message?.kind === 'added') {
      acknowledged.add(message.request);
      return premiseFalse;
    }
    for (let node = 0; node < world.serverCount; node++) {
      const total = totalOf(world.state(node) as CounterState);
      if (total >= acknowledged.size) continue;
      return broken({ nodes: [node], values: { total, acknowledged: acknowledged.size } });
    }
    return held;
  },
});

/** All nodes come to the same answer. */
const agreement = rung<Moment>({
  id: 'C3',
  title: 'agreement',
  statement: 'When the storm is over, all nodes have the same total.',
  source: 'src/counter.ts',
  kind: 'eventually',
  owedUnder: 'no damage',
  watches: ['end'],
  check({ world }) {
    const total = (node: number): number => totalOf(world.state(node) as CounterState);
    for (let node = 1; node < world.serverCount; node++) {
      if (total(node) === total(0)) continue;
      return broken({ nodes: [0, node], values: { one: total(0), other: total(node) } });
    }
    return held;
  },
});

export const counterLadder = ladder({
  name: 'counter',
  ghost: plainLedger<CounterState, CounterMessage>(),
  rungs: [countedOnce, nothingLost, agreement],
});
