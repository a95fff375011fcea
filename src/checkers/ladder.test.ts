import { describe, expect, it } from 'vitest';
import type { Step } from '../sim/observer.ts';
import type { WorldView } from '../sim/world-view.ts';
import { HarnessFault } from './harness-fault.ts';
import { ladder } from './ladder.ts';
import type { LadderOptions } from './ladder-contract.ts';
import { type Ledger, type LedgerDefinition, triggerBits } from './ledger.ts';
import { broken, held, premiseFalse, unknown } from './outcome.ts';
import { type AnyRung, type Moment, probe, rung } from './rung.ts';

/** A toy system: each node counts; `grew` when the count moved. */
interface CountMoment extends Moment {
  node: number;
  count: number;
}
const triggers = triggerBits(['grew', 'end', 'threw']);

function countLedger(audit: Ledger<CountMoment>['audit'] = () => undefined) {
  const definition: LedgerDefinition<CountMoment> = {
    triggers,
    begin: () => {
      const moment: CountMoment = { message: undefined, peer: -1, node: 0, count: 0 };
      return {
        moment,
        afterStep(step: Step) {
          moment.node = step.node;
          moment.count = step.after as number;
          return step.after === step.before ? 0 : triggers.grew;
        },
        promised: () => 0,
        directoryPromised: () => 0,
        lifecycle: () => 0,
        phase: () => 0,
        threw: () => triggers.threw,
        stuck: () => 0,
        finish: () => triggers.end,
        audit,
      };
    },
  };
  return definition;
}

const world = {
  timeUs: 0,
  steps: 0,
  nodeCount: 3,
  serverCount: 2,
  nodeId: (node: number) => `n${node + 1}`,
  state: () => ({}),
  component: () => ({ name: 'count', create: () => ({}), role: () => 'counter' }),
} as unknown as WorldView;

const options: LadderOptions = {
  world,
  damage: 'no damage',
  config: {},
  history: undefined,
};

function step(index: number, changes: Partial<Step>): Step {
  return {
    index,
    timeUs: index * 10,
    cause: 'timer',
    node: 0,
    incarnation: 1,
    state: {},
    before: 0,
    after: 0,
    received: undefined,
    from: -1,
    sent: [],
    sentCount: 0,
    ...changes,
  };
}

function countRung(id: string, fields: Partial<AnyRung<CountMoment>>): AnyRung<CountMoment> {
  return rung<CountMoment>({
    id,
    title: `title of ${id}`,
    statement: `statement of ${id}`,
    source: 'this test',
    kind: 'always',
    owedUnder: 'any damage',
    watches: ['grew'],
    check: () => held,
    ...fields,
  });
}

const small = countRung('small', {
  check: ({ node, count }) =>
    count < 10 ? held : broken({ nodes: [node], values: { count, limit: 10 } }),
});
const tiny = countRung('tiny', {
  check: ({ node, count }) => (count < 5 ? held : broken({ nodes: [node], values: { count } })),
});

function begin(rungs: AnyRung<CountMoment>[], changes: Partial<LadderOptions> = {}) {
  return ladder({ name: 'counts', ghost: countLedger(), rungs }).begin({ ...options, ...changes });
}

describe('what wakes a rung', () => {
  it('is a change that it watches, and nothing else', () => {
    const run = begin([small]);
    run.phase('storm', 0);
    run.afterStep!(step(1, { before: 3, after: 3 }));
    expect(run.reports()[0]!.premise).toBe(0);
    run.afterStep!(step(2, { before: 3, after: 4 }));
    expect(run.reports()[0]!.premise).toBe(1);
  });

  it('is each message of a kind that it watches, sent or received', () => {
    const seen: [string, number][] = [];
    const look = ({ message, peer }: CountMoment) => {
      seen.push([message!.kind, peer]);
      return held;
    };
    const run = begin([
      countRung('sent', { watches: ['send:vote'], check: look }),
      countRung('received', { watches: ['receive:ask'], check: look }),
    ]);
    const sent = [
      { to: 1, port: 'main', message: { kind: 'vote' } },
      { to: 2, port: 'main', message: { kind: 'other' } },
      { to: 0, port: 'main', message: { kind: 'vote' } },
      { to: 2, port: 'main', message: { kind: 'vote' } },
    ];
    run.afterStep!(step(1, { sent, sentCount: 3, received: { kind: 'ask' }, from: 1 }));
    expect(seen).toEqual([
      ['ask', 1],
      ['vote', 1],
      ['vote', 0],
    ]);
  });

  it('is not what a client endpoint sends', () => {
    const run = begin([countRung('sent', { watches: ['send:vote'] })]);
    run.phase('storm', 0);
    const sent = [{ to: 1, port: 'main', message: { kind: 'vote' } }];
    run.afterStep!(step(1, { node: 2, sent, sentCount: 1 }));
    expect(run.reports()[0]!.premise).toBe(0);
  });
});

describe('premises', () => {
  it('count in the storm only, and only cases that could have failed', () => {
    const run = begin([
      countRung('mostly idle', { check: ({ count }) => (count > 2 ? held : premiseFalse) }),
    ]);
    run.afterStep!(step(1, { after: 3 }));
    run.phase('storm', 0);
    run.afterStep!(step(2, { after: 1 }));
    run.afterStep!(step(3, { after: 4 }));
    run.phase('heal', 0);
    run.afterStep!(step(4, { after: 5 }));
    expect(run.reports()[0]!.premise).toBe(1);
  });

  it('of a check that gave up make the rung inconclusive, never green', () => {
    const run = begin([countRung('lazy', { check: () => unknown('budget spent') })]);
    run.afterStep!(step(1, { after: 1 }));
    expect(run.reports()[0]).toMatchObject({ verdict: 'inconclusive', reason: 'budget spent' });
  });
});

describe('the headline', () => {
  it('is the lowest rung of the earliest broken step', () => {
    const run = begin([tiny, small]);
    run.afterStep!(step(1, { after: 4 }));
    run.afterStep!(step(2, { after: 20 }));
    expect(run.violation).toMatchObject({ rung: 'tiny', step: 2, virtualUs: 20, nodes: ['n1'] });
    expect(run.violations).toHaveLength(1);
  });

  it('is not overtaken by a lower rung that breaks later', () => {
    const run = begin([small, tiny], { stopAtFirst: false });
    run.afterStep!(step(1, { after: 7 }));
    run.afterStep!(step(2, { after: 12 }));
    run.afterStep!(step(3, { after: 13 }));
    expect(run.violation?.rung).toBe('tiny');
    expect(run.violations.map(({ rung: id, step: at }) => [id, at])).toEqual([
      ['tiny', 1],
      ['small', 2],
    ]);
  });

  it('ends the watch when the run stops at the first', () => {
    const run = begin([small, tiny]);
    run.afterStep!(step(1, { after: 7 }));
    run.afterStep!(step(2, { after: 12 }));
    expect(run.violations).toHaveLength(1);
  });

  it('has a key that tells the role and ignores names and sizes', () => {
    const key = (node: number, count: number) => {
      const run = begin([small]);
      run.afterStep!(step(1, { node, after: count }));
      return run.violation!.key;
    };
    expect(key(0, 11)).toBe(key(1, 999));
    expect(key(0, 11)).toContain('counter');
  });
});

describe('which rungs run', () => {
  it('are those that are owed under the damage of the storm', () => {
    const all = [
      countRung('fragile', { owedUnder: 'no damage' }),
      countRung('usual', { owedUnder: 'noticeable damage' }),
      countRung('tough', { owedUnder: 'any damage' }),
    ];
    const ids = (damage: LadderOptions['damage']) =>
      begin(all, { damage })
        .reports()
        .map(({ id }) => id);
    expect(ids('no damage')).toEqual(['fragile', 'usual', 'tough']);
    expect(ids('noticeable damage')).toEqual(['usual', 'tough']);
    expect(ids('any damage')).toEqual(['tough']);
  });

  it('can be named', () => {
    expect(begin([small, tiny], { only: ['tiny'] }).reports()).toHaveLength(1);
  });

  it('have a memory of their own in each run', () => {
    const remember = countRung('remember', {
      ghost: () => new Set<number>(),
      check: ({ node, count }, seen: Set<number>) => {
        if (seen.has(count)) return broken({ nodes: [node], values: { count } });
        seen.add(count);
        return held;
      },
    });
    const definition = ladder({ name: 'counts', ghost: countLedger(), rungs: [remember] });
    const [first, second] = [definition.begin(options), definition.begin(options)];
    first.afterStep!(step(1, { after: 1 }));
    second.afterStep!(step(1, { after: 1 }));
    expect(second.violation).toBeUndefined();
    second.afterStep!(step(2, { before: 5, after: 1 }));
    expect(second.violation?.rung).toBe('remember');
  });
});

describe('faults of the harness', () => {
  it('are a rung that throws', () => {
    const run = begin([
      countRung('clumsy', {
        check: () => {
          throw new Error('oops');
        },
      }),
    ]);
    expect(() => run.afterStep!(step(1, { after: 1 }))).toThrow(HarnessFault);
  });

  it('are ghost state that disagrees while every law holds', () => {
    const definition = countLedger(() => 'count is 3, ghost says 4');
    const run = ladder({ name: 'counts', ghost: definition, rungs: [small] }).begin(options);
    expect(() => run.finish()).toThrow(/ghost says 4/);
  });

  it('are not ghost state that disagrees because a law is broken: then the law is the headline', () => {
    const definition = countLedger((_, note) => {
      note('small', broken({ nodes: [1], values: { count: 11 } }) as never);
      return 'count is 3, ghost says 4';
    });
    const run = ladder({ name: 'counts', ghost: definition, rungs: [small] }).begin(options);
    run.finish();
    expect(run.violation).toMatchObject({ rung: 'small', nodes: ['n2'] });
  });

  it('are nothing that a rung left out could explain; but a rung that throws is not green', () => {
    const clumsy = countRung('clumsy', {
      check: () => {
        throw new Error('oops');
      },
    });
    const definition = countLedger(() => 'count is 3, ghost says 4');
    const both = ladder({ name: 'counts', ghost: definition, rungs: [clumsy, small] });
    const run = both.begin({ ...options, only: ['clumsy'] });
    run.afterStep!(step(1, { after: 1 }));
    run.finish();
    expect(run.violation).toBeUndefined();
    expect(run.reports()).toMatchObject([
      { verdict: 'inconclusive', reason: expect.stringContaining('oops') },
    ]);
  });

  it('are definitions that contradict themselves', () => {
    expect(() => begin([small, small])).toThrow(/two rungs are called small/);
    expect(() => begin([countRung('odd', { watches: ['shrank'] })])).toThrow(/never happens/);
    expect(() => countRung('asleep', { watches: [] })).toThrow(/never look/);
  });
});

describe('probes', () => {
  it('count the storm only and start at zero', () => {
    const definition = ladder({
      name: 'counts',
      ghost: countLedger(),
      rungs: [small],
      probes: [
        probe<CountMoment>({
          name: 'count of three',
          watches: ['grew'],
          seen: ({ count }) => count === 3,
        }),
      ],
    });
    const run = definition.begin(options);
    expect(run.probes.get('count of three')).toBe(0);
    run.afterStep!(step(1, { after: 3 }));
    run.phase('storm', 0);
    run.afterStep!(step(2, { after: 3 }));
    run.afterStep!(step(3, { after: 4 }));
    expect(run.probes.get('count of three')).toBe(1);
  });
});
