import { describe, expect, test } from 'vitest';
import { casRegister } from '../models/cas-register.ts';
import { queue } from '../models/containers.ts';
import { multiRegister } from '../models/multi-register.ts';
import { HistoryFormatError } from './history-format-error.ts';
import { readHistory } from './read-history.ts';

const brief = (text: string, options = {}) =>
  readHistory(text, options).map(({ process, op, key, value, result, outcome }) => [
    process,
    op,
    key,
    value,
    result,
    outcome,
  ]);

describe('readHistory', () => {
  test('reads the history of Jepsen in its several forms', () => {
    const text = `; a comment
#jepsen.history.Op{:index 0, :time 5, :process 0, :type :invoke, :f :cas, :value [1 2]}
{:process :nemesis, :type :info, :f :kill, :value {:n1 #{"a" \\b}}}
{:process 0 :type :ok :f :cas :value [1 2] :ignored #_ #inst "2020" 1.5}
^{:meta true} {:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :info, :f :read, :value nil, :error "time\\nout \\u0041"}`;
    expect(brief(text, { model: casRegister })).toEqual([
      [0, 'cas', '', [1, 2], true, 'ok'],
      [1, 'read', '', null, null, 'info'],
    ]);
    expect(readHistory(text)[0]!.origin).toEqual({
      line: 2,
      endLine: 4,
      time: 5,
      endTime: undefined,
    });
  });

  test('reads a vector of events as well, and transactions', () => {
    const text = `[{:process 0, :type :invoke, :f :txn, :value [[:r :x nil] [:w 2 3]]}
 {:process 0, :type :ok, :f :txn, :value [[:r :x 1] [:w 2 3]]}]`;
    const parts = [
      ['read', 'x', 1],
      ['write', '2', 3],
    ];
    expect(brief(text, { model: multiRegister })).toEqual([[0, 'txn', '', parts, null, 'ok']]);
  });

  test('takes keys out of values when they are independent', () => {
    const text = `{:process 0, :type :invoke, :f :write, :value [7 1]}
{:process 0, :type :ok, :f :write, :value [7 1]}`;
    expect(brief(text, { model: casRegister, independent: true })).toEqual([
      [0, 'write', '7', 1, null, 'ok'],
    ]);
  });

  test('knows operations by the names of other tools', () => {
    const text = `{"process":1,"type":"invoke","op":"enqueue","value":{"b":1,"a":[2]}}
{"process":2,"type":"invoke","op":"dequeue","value":null}\r
{"process":1,"type":"ok","op":"enqueue"}

{"process":2,"type":"ok","op":"dequeue","value":{"a":[2],"b":1}}`;
    const history = readHistory(text, { model: queue });
    expect(history.map(({ op }) => op)).toEqual(['insert', 'remove']);
    // Equal values are the same object: models compare with ===.
    expect(history[0]!.value).toBe(history[1]!.value);
  });

  test.each([
    ['{"process":1,"type":"invoke"}', 1, '`op`'],
    ['\n{"process":"x","type":"invoke","op":"read"}', 2, '`process`'],
    ['{"process":1,"type":"start","op":"read"}', 1, '`type`'],
    ['{"process":1,"type":"invoke","op":"read","result":1}', 1, '`result`'],
    ['{"process":1,"type":"invoke","op":"cas","value":3}', 1, '[from, to]'],
    ['[1 2]', 1, ':process'],
    ['{:process 0, :type :invoke, :f :read}\n{:process 1', 2, 'no }'],
    ['{:a "x', 1, 'without an end'],
  ])('says which line is wrong: %s', (text, line, problem) => {
    try {
      readHistory(text, { model: casRegister });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(HistoryFormatError);
      expect((error as HistoryFormatError).line).toBe(line);
      expect((error as HistoryFormatError).problem).toContain(problem);
    }
  });
});
