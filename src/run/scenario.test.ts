import { describe, expect, it } from 'vitest';
import { counters } from '../../test/fixtures/counters.ts';
import { UsageError } from '../record/usage-error.ts';
import { between, domainSize, domainValue, milliseconds, oneOf, seconds } from './domains.ts';
import { calmConfig, drawConfig, parseSettings } from './draw-config.ts';
import { isScenario, type ScenarioDefinition, scenario } from './scenario.ts';
import type { Scenario } from './scenario-contract.ts';

const definition = (): ScenarioDefinition => {
  const { phases: _, ...rest } = counters();
  return { ...rest, phases: { form: 1, storm: 2 } };
};

const complaintOf = (work: () => unknown): UsageError => {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('scenario', () => {
  it('gives phases in microseconds, settling for 10 s unless told', () => {
    const made = scenario(definition());
    expect(made.phases).toEqual({ formUs: 1, stormUs: 2, settleUs: 10_000_000 });
    expect(isScenario(made)).toBe(true);
    expect(isScenario(definition())).toBe(false);
  });

  const wrong: readonly (readonly [
    string,
    (correct: ScenarioDefinition) => unknown,
    Partial<UsageError>,
  ])[] = [
    ['no object', () => 7, { where: 'scenario', what: 'must be an object, got 7' }],
    [
      'a missing part',
      ({ system: _, ...rest }) => rest,
      { where: 'system', what: 'system is missing' },
    ],
    ['a part of another kind', (d) => ({ ...d, ladder: 'raft' }), { where: 'ladder' }],
    [
      'a wrong field in a part',
      (d) => ({ ...d, clients: { ...d.clients, count: 3 } }),
      { where: 'clients.count', what: 'must be a function, got 3' },
    ],
    ['an empty summary', (d) => ({ ...d, summary: ' ' }), { where: 'summary' }],
    [
      'a time that is no time',
      (d) => ({ ...d, phases: { form: '1s', storm: 2 } }),
      { where: 'phases.form' },
    ],
    [
      'an unknown field',
      (d) => ({ ...d, phase: {} }),
      { where: 'phase', hint: 'did you mean phases?' },
    ],
    [
      'a broken domain',
      (d) => ({ ...d, system: { ...d.system, knobs: { nodes: 3 } } }),
      { where: 'system.knobs.nodes' },
    ],
    [
      'no number of nodes',
      (d) => ({ ...d, system: { ...d.system, knobs: {} } }),
      { where: 'system.knobs.nodes' },
    ],
    [
      'a fixed value without a knob',
      (d) => ({ ...d, fixed: { node: 3 } }),
      { where: 'fixed.node', hint: 'did you mean nodes?' },
    ],
    [
      'one path with two domains',
      (d) => ({ ...d, clients: { ...d.clients, knobs: { nodes: oneOf(1) } } }),
      { where: 'knob nodes' },
    ],
  ];
  it.each(wrong)('complains about %s', (_, change, expected) => {
    expect(complaintOf(() => scenario(change(definition()) as ScenarioDefinition))).toMatchObject(
      expected,
    );
  });
});

describe('domains', () => {
  it('enumerates each value once, the calm one first', () => {
    for (const domain of [oneOf(5, 3, 7), between(2, 6), between(2, 6, 4), oneOf(false, true)]) {
      const all = Array.from({ length: domainSize(domain) }, (_, at) => domainValue(domain, at));
      expect(new Set(all).size).toBe(all.length);
    }
    expect(domainValue(between(2, 6, 4), 0)).toBe(4);
    expect(domainValue(between(2, 6), 0)).toBe(2);
    expect([seconds(1.5), milliseconds(0.5)]).toEqual([1_500_000, 500]);
    expect(() => between(3, 2)).toThrow(RangeError);
    expect(() => between(1, 2, 3)).toThrow(RangeError);
    expect(() => seconds(-1)).toThrow(RangeError);
  });
});

describe('drawConfig', () => {
  const drawn = (made: Scenario, seeds = 60) =>
    Array.from({ length: seeds }, (_, at) => drawConfig(made, at));

  it('draws every value of a domain over some seeds, and the same for a seed', () => {
    const configs = drawn(counters());
    expect(new Set(configs.map((config) => config.nodes))).toEqual(new Set([3, 5]));
    expect(new Set(configs.map((config) => config['clients.count']))).toEqual(new Set([1, 2, 3]));
    expect(drawn(counters())).toEqual(configs);
  });

  it('leaves other settings alone when one is added or fixed', () => {
    const base = counters();
    const more = counters({
      system: { ...base.system, knobs: { extra: oneOf(1, 2, 3), ...base.system.knobs } },
      fixed: { 'clients.count': 2 },
    });
    for (const [at, config] of drawn(more).entries()) {
      const { extra, ...rest } = config;
      expect([1, 2, 3]).toContain(extra);
      expect(rest).toEqual({ ...drawConfig(base, at), 'clients.count': 2 });
    }
  });

  it('has a calm form', () => {
    expect(calmConfig(counters())).toMatchObject({
      nodes: 3,
      'clients.count': 1,
      'net.lossPerMillion': 0,
    });
  });
});

describe('parseSettings', () => {
  it('reads values by their domain', () => {
    const settings = [
      'nodes=5',
      'clients.count=3',
      'scheduler.permuteTies=true',
      'net.latencyUs=900',
    ];
    expect(parseSettings(settings, counters())).toEqual({
      nodes: 5,
      'clients.count': 3,
      'scheduler.permuteTies': true,
      'net.latencyUs': 900,
    });
  });

  it.each([
    ['nodes', { what: 'expected path=value, got nodes' }],
    ['nodez=3', { what: 'there is no setting nodez', hint: 'did you mean nodes?' }],
    ['nodes=4', { what: '4 lies outside the domain of nodes', hint: 'nodes is one of 3, 5' }],
    ['clients.count=9', { hint: 'clients.count is an integer from 1 to 3' }],
    ['clients.count=two', { what: 'two lies outside the domain of clients.count' }],
    ['scheduler.permuteTies=maybe', { hint: 'scheduler.permuteTies is one of false, true' }],
  ])('refuses %s', (text, expected) => {
    expect(complaintOf(() => parseSettings([text], counters()))).toMatchObject(expected);
  });
});
