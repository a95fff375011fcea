import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Metrics } from './exposition.ts';

/** Reads a text back by the rules of the format, knowing nothing of how it was written. */
function parsed(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const labels: [string, string][] = [];
    let at = line.search(/[{ ]/);
    const name = line.slice(0, at);
    while (line[at] === '{' || line[at] === ',') {
      const equals = line.indexOf('=', at);
      const label = line.slice(at + 1, equals);
      let value = '';
      for (at = equals + 2; line[at] !== '"'; at++) {
        if (line[at] !== '\\') value += line[at];
        else value += line[++at] === 'n' ? '\n' : line[at];
      }
      labels.push([label, value]);
      at += 1;
      if (line[at] === '}') at += 1;
    }
    const key = JSON.stringify([name, labels.sort()]);
    expect(samples.has(key)).toBe(false);
    samples.set(key, Number(line.slice(at + 1)));
  }
  return samples;
}

describe('the metrics', () => {
  it('are written as the format asks, in one order', () => {
    const metrics = new Metrics();
    metrics.declare('tasks', 'gauge', 'Tasks by state.\nAnd \\ more.');
    metrics.declare('commits_total', 'counter', 'Commits.');
    metrics.declare('unused', 'gauge', 'Nothing yet.');
    metrics.set('tasks', { state: 'running', service: 'a"b\\c\nd' }, 3);
    metrics.set('tasks', { service: 'a', state: 'running' }, 2);
    metrics.add('commits_total', {});
    metrics.add('commits_total', {}, 4);
    expect(metrics.text()).toBe(
      [
        '# HELP commits_total Commits.',
        '# TYPE commits_total counter',
        'commits_total 5',
        '# HELP tasks Tasks by state.\\nAnd \\\\ more.',
        '# TYPE tasks gauge',
        'tasks{service="a",state="running"} 2',
        'tasks{service="a\\"b\\\\c\\nd",state="running"} 3',
        '',
      ].join('\n'),
    );
    metrics.remove('tasks', { state: 'running', service: 'a' });
    expect(metrics.text()).not.toContain('service="a",');
  });

  it('say what was set, whatever the values, in whatever order they were set', () => {
    const labels = fc.dictionary(
      fc.stringMatching(/^[a-z][a-z0-9_]{0,4}$/),
      fc.string({ unit: 'binary' }),
      { maxKeys: 3, noNullPrototype: true },
    );
    const sample = fc.record({
      name: fc.constantFrom('a', 'b:c'),
      labels,
      value: fc.maxSafeInteger(),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 10 }), (samples) => {
        const made = (order: typeof samples): string => {
          const metrics = new Metrics();
          for (const name of ['b:c', 'a']) metrics.declare(name, 'gauge', 'h');
          for (const one of order) metrics.set(one.name, one.labels, one.value);
          return metrics.text();
        };
        const key = ({ name, labels: all }: (typeof samples)[0]): string =>
          JSON.stringify([name, Object.entries(all).sort()]);
        const last = new Map(samples.map((one) => [key(one), one]));
        const text = made(samples);
        expect(parsed(text)).toEqual(
          new Map([...last].map(([name, one]) => [name, one.value === 0 ? 0 : one.value])),
        );
        expect(made([...last.values()].reverse())).toBe(text);
      }),
    );
  });

  it('refuse what a scrape could not read', () => {
    const metrics = new Metrics();
    metrics.declare('a', 'counter', 'h');
    expect(() => metrics.declare('1a', 'gauge', 'h')).toThrow(RangeError);
    expect(() => metrics.declare('a', 'gauge', 'h')).toThrow(RangeError);
    expect(() => metrics.set('a', {}, 1)).toThrow(RangeError);
    expect(() => metrics.add('a', {}, -1)).toThrow(RangeError);
    expect(() => metrics.add('a', {}, 0.5)).toThrow(RangeError);
    expect(() => metrics.add('b', {})).toThrow(RangeError);
    expect(() => metrics.add('a', { 'x-y': '' })).toThrow(RangeError);
    expect(() => metrics.add('a', { __name__: '' })).toThrow(RangeError);
  });
});
