import type { Message } from '../sim/message.ts';
import type { Lifecycle, Step } from '../sim/observer.ts';
import type { Config } from '../sim/system-definition.ts';
import type { WorldView } from '../sim/world-view.ts';
import type { LadderOptions, Phase } from './ladder-contract.ts';
import { type Ledger, type LedgerDefinition, type TriggerBits, triggerBits } from './ledger.ts';
import type { Moment } from './rung.ts';

/**
 * What the rungs of a plain ledger see: one event at one node, and the world around it.
 *
 * @typeParam State what the component under test keeps in memory
 * @typeParam M the messages that it sends and understands
 */
export interface PlainMoment<State = unknown, M extends Message = Message> extends Moment {
  message: M | undefined;
  readonly world: WorldView;
  readonly config: Config;
  /** What the clients recorded, as their `newHistory` made it. */
  readonly history: unknown;
  phase: Phase;
  /** True time in microseconds since the start of the run. */
  timeUs: number;
  /** Index of the server that the event concerns; -1 for `phase` and `end`. */
  node: number;
  /** Which life of the node, from 1. */
  incarnation: number;
  /** State of the node after the event; undefined while it is down. */
  state: State | undefined;
  /** Marks before and after the step, when the component has `observe`; else undefined. */
  before: unknown;
  after: unknown;
}

/** What may wake a rung of a plain ledger, beside `send:<kind>` and `receive:<kind>`. */
export type PlainTrigger =
  /** Any step of a server in which component code ran. */
  | 'step'
  /** A sync, or a directory sync, promised bytes or names of a server's disk. */
  | 'promised'
  /** A life begins. */
  | 'started'
  /** A server was killed or lost power. */
  | 'down'
  | 'phase'
  /** Everything is healed and settled: the run is over. */
  | 'end';

const bits: TriggerBits<PlainTrigger> = triggerBits([
  'step',
  'promised',
  'started',
  'down',
  'phase',
  'end',
]);

/**
 * A ghost state for ladders that need none of their own: it only shows what happens, and each rung
 * remembers what it wants to know in its own `ghost`. Systems whose rungs share derived facts write
 * a ledger instead.
 *
 * @example
 * const small = ladder({
 *   name: 'small',
 *   ghost: plainLedger<{ readonly total: number }>(),
 *   rungs: [
 *     rung<PlainMoment<{ readonly total: number }>>({
 *       id: 'S1',
 *       title: 'no debts',
 *       statement: 'No total is below zero.',
 *       source: 'house rule',
 *       kind: 'always',
 *       owedUnder: 'any damage',
 *       watches: ['step'],
 *       check: ({ node, state }) =>
 *         state === undefined || state.total >= 0
 *           ? held
 *           : broken({ nodes: [node], values: { total: state.total } }),
 *     }),
 *   ],
 * });
 */
export function plainLedger<State = unknown, M extends Message = Message>(): LedgerDefinition<
  PlainMoment<State, M>
> {
  return { triggers: bits, begin: (options) => new PlainLedger<State, M>(options) };
}

class PlainLedger<State, M extends Message> implements Ledger<PlainMoment<State, M>> {
  readonly moment: PlainMoment<State, M>;

  constructor({ world, config, history }: LadderOptions) {
    this.moment = {
      world,
      config,
      history,
      message: undefined,
      peer: -1,
      phase: 'form',
      timeUs: 0,
      node: -1,
      incarnation: 0,
      state: undefined,
      before: undefined,
      after: undefined,
    };
  }

  afterStep(step: Step): number {
    const { moment } = this;
    if (step.node >= moment.world.serverCount) return 0;
    moment.timeUs = step.timeUs;
    moment.node = step.node;
    moment.incarnation = step.incarnation;
    moment.state = step.state as State;
    moment.before = step.before;
    moment.after = step.after;
    return step.cause === 'release' ? 0 : bits.step;
  }

  promised(node: number): number {
    return this.#at(node, bits.promised);
  }

  directoryPromised(node: number): number {
    return this.#at(node, bits.promised);
  }

  lifecycle(node: number, what: Lifecycle): number {
    if (what === 'started') return this.#at(node, bits.started);
    return what === 'killed' || what === 'power-lost' ? this.#at(node, bits.down) : 0;
  }

  phase(phase: Phase): number {
    this.moment.phase = phase;
    return this.#at(-1, bits.phase);
  }

  threw(): number {
    return 0;
  }

  stuck(): number {
    return 0;
  }

  finish(): number {
    return this.#at(-1, bits.end);
  }

  audit(): undefined {
    return undefined;
  }

  /** What happens between steps concerns a node as it stands now. */
  #at(node: number, changed: number): number {
    const { moment } = this;
    const { world } = moment;
    if (node >= world.serverCount) return 0;
    moment.timeUs = world.timeUs;
    moment.node = node;
    moment.incarnation = node < 0 ? 0 : world.incarnation(node);
    moment.state = node < 0 ? undefined : (world.state(node) as State | undefined);
    moment.before = undefined;
    moment.after = undefined;
    return changed;
  }
}
