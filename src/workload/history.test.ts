import { describe, expect, it } from 'vitest';
import { parseJsonl } from '../checkers/history/read/read-history.ts';
import { History, operationFail, operationInfo, operationOk } from './history.ts';

const call = (process: number, operation: string, value: string | null) => ({
  process,
  operation,
  option: 'plain',
  consistency: 'linearizable',
  key: 'k',
  value,
  expected: operation === 'cas' ? 'old' : null,
});

const answer = (outcome: 1 | 2 | 3, value: string | null = null, swapped = false) => ({
  outcome,
  value,
  swapped,
  index: 0,
  reason: '',
});

function sample(): History {
  const history = new History();
  const put = history.invoke(call(1, 'put', 'a'), 10);
  const cas = history.invoke(call(2, 'cas', 'b'), 11);
  history.complete(put, answer(operationOk), 20);
  const get = history.invoke(call(1, 'get', null), 21);
  history.complete(cas, answer(operationOk, null, true), 22);
  history.complete(get, answer(operationOk, 'b'), 23);
  const lost = history.invoke(call(3, 'put', 'c'), 24);
  history.complete(lost, answer(operationInfo), 25);
  const refused = history.invoke(call(4, 'put', 'd'), 26);
  history.complete(refused, answer(operationFail), 27);
  history.invoke(call(5, 'delete', null), 28);
  return history;
}

describe('History', () => {
  it('exports events in real-time order, answers with the completion', () => {
    const lines = sample().toJsonl().trimEnd().split('\n');
    expect(lines[0]).toBe(
      '{"process":1,"type":"invoke","op":"put","key":"k","value":"a","time":10}',
    );
    expect(lines[4]).toBe(
      '{"process":2,"type":"ok","op":"cas","key":"k","value":["old","b"],"result":true,"time":22}',
    );
    expect(lines[5]).toBe('{"process":1,"type":"ok","op":"get","key":"k","value":"b","time":23}');
    expect(lines).toHaveLength(11);
  });

  it('says to checkers what its export says', () => {
    const history = sample();
    const told = history.operations().map(({ timeUs: _, ...rest }) => rest);
    const read = parseJsonl(history.toJsonl()).map(({ origin: _, ...rest }) => rest);
    expect(read).toEqual(told);
  });

  it('takes time and step from the world, and tells listeners at once', () => {
    const history = new History();
    const world = { timeUs: 5, steps: 1 };
    const seen: string[] = [];
    history.attach(world);
    history.onInvoke((i) => seen.push(`invoke ${history.operation[i]}`));
    history.onComplete((i) => seen.push(`${history.outcomeName(i)} at ${history.completedUs[i]}`));
    const put = history.invoke(call(1, 'put', 'a'), 99);
    world.timeUs = 7;
    world.steps = 2;
    history.complete(put, answer(operationOk), 99);
    expect(seen).toEqual(['invoke put', 'ok at 7']);
    expect([history.invokedUs[0], history.invokedStep[0], history.completedStep[0]]).toEqual([
      5, 1, 2,
    ]);
  });

  it('refuses a second completion', () => {
    const history = sample();
    expect(() => history.complete(0, answer(operationOk), 30)).toThrow(/not open/);
  });
});
