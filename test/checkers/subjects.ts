import type { Answer, Call, Dice, Subject } from './random-history.ts';

type Value = unknown;

const flip = ({ result, ...answer }: Answer): Answer =>
  result === undefined || result === null ? answer : { ...answer, result: !result };

/** A real register, written apart from the model. */
const register: Subject<Value> = {
  initial: null,
  call(dice, fresh): Call {
    const key = '';
    const what = dice.below(5);
    if (what < 2) return { op: 'read', key, value: null };
    if (what < 4) return { op: 'write', key, value: fresh() };
    const from = dice.chance(15) ? null : 1 + dice.below(4);
    return { op: 'cas', key, value: [from, fresh()] };
  },
  perform(state, { op, value }) {
    if (op === 'read') return [state, { value: state }];
    if (op === 'write') return [value, {}];
    const [from, to] = value as [Value, Value];
    return state === from ? [to, { result: true }] : [state, { result: false }];
  },
  lie: (dice, { op }, answer) =>
    op === 'read' ? { value: dice.chance(10) ? null : 1 + dice.below(4) } : flip(answer),
};

/** The same without swaps: what the theory of zones decides alone. */
const plainRegister: Subject<Value> = {
  ...register,
  call: (dice, fresh) =>
    dice.chance(50)
      ? { op: 'read', key: '', value: null }
      : { op: 'write', key: '', value: fresh() },
};

type Texts = ReadonlyMap<string, string>;

/** A store of strings. */
function store(initial: string | null, calls: readonly string[]): Subject<Texts> {
  const get = (state: Texts, key: string): string | null => state.get(key) ?? initial;
  const set = (state: Texts, key: string, value: string | null): Texts => {
    const next = new Map(state);
    if (value === null) next.delete(key);
    else next.set(key, value);
    return next;
  };
  return {
    initial: new Map(),
    call(dice, fresh) {
      const op = dice.pick(calls);
      const key = dice.chance(80) ? 'x' : 'y';
      const value = `${fresh()}`;
      if (op === 'get' || op === 'delete') return { op, key, value: null };
      if (op !== 'cas') return { op, key, value };
      return { op, key, value: [dice.chance(20) ? initial : `${1 + dice.below(4)}`, value] };
    },
    perform(state, { op, key, value }) {
      const found = get(state, key);
      if (op === 'get') return [state, { value: found }];
      if (op === 'put') return [set(state, key, value as string), {}];
      if (op === 'append') return [set(state, key, (found ?? '') + (value as string)), {}];
      if (op === 'delete') return [set(state, key, null), { result: found !== null }];
      const [from, to] = value as [string | null, string];
      if (found !== from) return [state, { result: false }];
      return [set(state, key, to), { result: true }];
    },
    lie(dice, { op }, answer) {
      if (op !== 'get') return dice.chance(30) ? { ...answer, result: null } : flip(answer);
      return { value: dice.chance(10) ? initial : dice.pick(['1', '2', '3', '12', '21', '11']) };
    },
  };
}

const mutex: Subject<boolean> = {
  initial: false,
  call: (dice) => ({ op: dice.chance(50) ? 'acquire' : 'release', key: '', value: null }),
  // A lock that lets everybody through: it is for the judges to say when that shows.
  perform: (state) => [state, {}],
  lie: (_, __, answer) => answer,
};

function container(place: 'first' | 'last'): Subject<readonly Value[]> {
  return {
    initial: [],
    call: (dice, fresh) =>
      dice.chance(50)
        ? { op: 'insert', key: '', value: fresh() }
        : { op: 'remove', key: '', value: null },
    perform(state, { op, value }) {
      if (op === 'insert') return [[...state, value], {}];
      const found = (place === 'first' ? state[0] : state.at(-1)) ?? null;
      return [place === 'first' ? state.slice(1) : state.slice(0, -1), { value: found }];
    },
    lie: (dice, { op }, answer) =>
      op === 'remove' ? { value: dice.chance(20) ? null : 1 + dice.below(4) } : answer,
  };
}

/** A set; with reads of the whole or without. */
function someSet(calls: readonly string[]): Subject<ReadonlySet<Value>> {
  return {
    initial: new Set(),
    call(dice, fresh) {
      const op = dice.pick(calls);
      return {
        op,
        key: '',
        value: op === 'read' ? null : op === 'add' ? fresh() : 1 + dice.below(4),
      };
    },
    perform(state, { op, value }) {
      const inside = state.has(value);
      if (op === 'read') return [state, { value: [...state].sort() }];
      if (op === 'contains') return [state, { result: inside }];
      const next = new Set(state);
      if (op === 'add') next.add(value);
      else next.delete(value);
      const told = calls.length === 2 ? {} : { result: op === 'add' ? !inside : inside };
      return [next, told];
    },
    lie(dice, { op }, answer) {
      if (op !== 'read')
        return dice.chance(30) && op !== 'contains' ? { result: null } : flip(answer);
      const shown = new Set(answer.value as Value[]);
      const element = 1 + dice.below(4);
      if (!shown.delete(element)) shown.add(element);
      return { value: [...shown].sort() };
    },
  };
}

type Parts = readonly (readonly [string, string, Value])[];

const registers: Subject<ReadonlyMap<string, Value>> = {
  initial: new Map(),
  call(dice, fresh) {
    const value: (readonly [string, string, Value])[] = [];
    for (let i = 1 + dice.below(3); i > 0; i--) {
      const register = dice.pick(['a', 'a', 'b', 'c']);
      const reads = dice.chance(50);
      value.push([reads ? 'read' : 'write', register, reads ? null : fresh()]);
    }
    return { op: 'txn', key: '', value };
  },
  perform(state, { value }) {
    const next = new Map(state);
    const found = (value as Parts).map(([kind, register, what]) => {
      if (kind === 'write') next.set(register, what);
      return [kind, register, kind === 'write' ? what : (next.get(register) ?? null)] as const;
    });
    return [next, { value: found }];
  },
  lie: (dice: Dice, _, { value }) => ({
    value: (value as Parts).map(([kind, register, what]) => [
      kind,
      register,
      kind === 'write' ? what : dice.chance(50) ? what : 1 + dice.below(4),
    ]),
  }),
};

/** A kind of histories: the model by name, and what makes them. */
export interface Kind {
  readonly name: string;
  readonly model: string;
  readonly subject: Subject;
}

/** Kinds of histories that judges are compared on. */
export const kinds: readonly Kind[] = [
  { name: 'register with swaps', model: 'cas-register', subject: register as Subject },
  { name: 'register', model: 'cas-register', subject: plainRegister as Subject },
  {
    name: 'store with deletions',
    model: 'kv',
    subject: store(null, ['get', 'get', 'put', 'append', 'cas', 'delete']) as Subject,
  },
  { name: 'store with swaps', model: 'kv', subject: store(null, ['get', 'put', 'cas']) as Subject },
  {
    name: 'store with appends',
    model: 'kv-append',
    subject: store('', ['get', 'put', 'append']) as Subject,
  },
  { name: 'lock', model: 'mutex', subject: mutex as Subject },
  { name: 'queue', model: 'queue', subject: container('first') as Subject },
  { name: 'stack', model: 'stack', subject: container('last') as Subject },
  {
    name: 'set by element',
    model: 'set',
    subject: someSet(['add', 'remove', 'contains']) as Subject,
  },
  {
    name: 'set with reads',
    model: 'set',
    subject: someSet(['add', 'remove', 'contains', 'read']) as Subject,
  },
  { name: 'growing set', model: 'set', subject: someSet(['add', 'read']) as Subject },
  { name: 'several registers', model: 'multi-register', subject: registers as Subject },
];
