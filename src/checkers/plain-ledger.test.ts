import { describe, expect, it } from 'vitest';
import type { Step } from '../sim/observer.ts';
import type { WorldView } from '../sim/world-view.ts';
import { ladder } from './ladder.ts';
import { broken, held, premiseFalse } from './outcome.ts';
import { type PlainMoment, type PlainTrigger, plainLedger } from './plain-ledger.ts';
import { rung } from './rung.ts';

interface Total {
  total: number;
}
type Seen = Pick<PlainMoment<Total>, 'node' | 'state' | 'phase' | 'timeUs' | 'incarnation'>;

const states: (Total | undefined)[] = [{ total: 1 }, { total: 2 }, undefined];
const world = {
  timeUs: 77,
  steps: 5,
  nodeCount: 3,
  serverCount: 2,
  nodeId: (node: number) => `n${node + 1}`,
  incarnation: () => 4,
  state: (node: number) => states[node],
  component: () => ({ name: 'total', create: () => ({}) }),
} as unknown as WorldView;

const step = (node: number, changes: Partial<Step> = {}): Step => ({
  index: 6,
  timeUs: 80,
  cause: 'message',
  node,
  incarnation: 3,
  state: states[node],
  before: undefined,
  after: undefined,
  received: undefined,
  from: -1,
  sent: [],
  sentCount: 0,
  ...changes,
});

/** A ladder of one rung that notes what it is shown. */
function watching(...watches: readonly (PlainTrigger | `send:${string}`)[]) {
  const seen: Seen[] = [];
  const run = ladder({
    name: 'totals',
    ghost: plainLedger<Total>(),
    rungs: [
      rung<PlainMoment<Total>>({
        id: 'T1',
        title: 'small',
        statement: 'No total is above 9.',
        source: 'this test',
        kind: 'always',
        owedUnder: 'any damage',
        watches,
        check({ node, state, phase, timeUs, incarnation }) {
          seen.push({ node, state, phase, timeUs, incarnation });
          if (state === undefined) return premiseFalse;
          return state.total <= 9 ? held : broken({ nodes: [node], values: { ...state } });
        },
      }),
    ],
  }).begin({ world, damage: 'no damage', config: {}, history: undefined });
  return { run, seen };
}

describe('plainLedger', () => {
  it('wakes rungs after each step of a server that ran code, and for nothing else', () => {
    const { run, seen } = watching('step');
    run.afterStep?.(step(1));
    run.afterStep?.(step(1, { cause: 'release' }));
    run.afterStep?.(step(2));
    run.promised?.(0, 'log', 0, 8);
    run.lifecycle?.(0, 'killed', 90);
    run.finish();
    expect(seen).toEqual([
      { node: 1, state: { total: 2 }, phase: 'form', timeUs: 80, incarnation: 3 },
    ]);
  });

  it('shows deaths, starts and promises with the node as it stands', () => {
    const { run, seen } = watching('promised', 'started', 'down');
    run.promised?.(0, 'log', 0, 8);
    run.directoryPromised?.(1, '');
    run.lifecycle?.(0, 'power-lost', 77);
    run.lifecycle?.(0, 'stalled', 77);
    run.lifecycle?.(0, 'started', 77);
    run.lifecycle?.(2, 'started', 77);
    expect(seen.map(({ node, incarnation, timeUs }) => [node, incarnation, timeUs])).toEqual([
      [0, 4, 77],
      [1, 4, 77],
      [0, 4, 77],
      [0, 4, 77],
    ]);
  });

  it('tells the phase, and the end of the run', () => {
    const { run, seen } = watching('phase', 'end');
    run.phase('storm', 77);
    run.finish();
    expect(seen.map(({ node, phase }) => [node, phase])).toEqual([
      [-1, 'storm'],
      [-1, 'storm'],
    ]);
  });

  it('shows a message that leaves late as a message of its node', () => {
    const { run, seen } = watching('send:told');
    const sent = [{ to: 0, port: 'main', message: { kind: 'told' } }];
    run.afterStep?.(step(1, { cause: 'release', sent, sentCount: 1 }));
    expect(seen.map(({ node }) => node)).toEqual([1]);
  });

  it('lets a rung break, and names the node', () => {
    const { run } = watching('step');
    run.afterStep?.(step(0, { state: { total: 10 } }));
    expect(run.violation).toMatchObject({ rung: 'T1', nodes: ['n1'], values: { total: 10 } });
  });
});
