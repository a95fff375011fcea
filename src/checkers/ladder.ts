import type { ViolationRecord } from '../record/run-record.ts';
import type { OwedUnder } from '../sim/system-definition.ts';
import type { Ladder, LadderOptions, LadderRun } from './ladder-contract.ts';
import { LadderAtWork } from './ladder-run.ts';
import type { LedgerDefinition } from './ledger.ts';
import type { AnyProbe, AnyRung, Moment } from './rung.ts';
import { Watchers } from './watchers.ts';

/** What makes a ladder. */
export interface LadderDefinition<M extends Moment> {
  readonly name: string;
  /** The ghost state that all rungs share. */
  readonly ghost: LedgerDefinition<M>;
  /** Lowest first: at a tie within one step the lower one is the headline. */
  readonly rungs: readonly AnyRung<M>[];
  readonly probes?: readonly AnyProbe<M>[];
  /** By id of a rung: its violations as facts that cannot both be, for stories. */
  readonly facts?: Readonly<Record<string, FactsOf>>;
}

/** Puts the values of a violation into sentences. */
export type FactsOf = (violation: ViolationRecord) => readonly string[];

/** The rungs that runs of one kind climb. */
interface Selection<M extends Moment> {
  readonly climbed: readonly AnyRung<M>[];
  readonly watchers: Watchers;
}

/**
 * Defines a ladder: rungs in order over one shared ghost state.
 *
 * @throws TypeError when two rungs share an id, or one watches a trigger that the ghost state has not
 */
export function ladder<M extends Moment>(definition: LadderDefinition<M>): Ladder {
  const { name, ghost, rungs, probes = [], facts = {} } = definition;
  const ids = new Set<string>();
  for (const { id, watches } of [...rungs, ...probes.map(asWatcher)]) {
    if (ids.has(id)) throw new TypeError(`ladder ${name}: two rungs are called ${id}`);
    ids.add(id);
    for (const watch of watches) {
      if (watch.startsWith('send:') || watch.startsWith('receive:')) continue;
      if (ghost.triggers[watch] === undefined) {
        throw new TypeError(`ladder ${name}: ${id} watches "${watch}", which never happens`);
      }
    }
  }
  for (const id of Object.keys(facts)) {
    if (!ids.has(id)) throw new TypeError(`ladder ${name}: facts of ${id}, which is no rung`);
  }
  const selections = new Map<string, Selection<M>>();
  const select = (options: LadderOptions): Selection<M> => {
    const climbed = rungs.filter((rung) => isAsked(rung, options));
    const key = climbed.map(({ id }) => id).join(' ');
    let selection = selections.get(key);
    if (selection === undefined) {
      selection = { climbed, watchers: new Watchers(climbed, probes, ghost.triggers) };
      selections.set(key, selection);
    }
    return selection;
  };
  return {
    name,
    rungs,
    factsOf: (violation) => facts[violation.rung]?.(violation),
    begin(options: LadderOptions): LadderRun {
      const { climbed, watchers } = select(options);
      return new LadderAtWork(options, ghost, climbed, probes, watchers);
    },
  };
}

function asWatcher(probe: AnyProbe<Moment>): { id: string; watches: readonly string[] } {
  return { id: `probe ${probe.name}`, watches: probe.watches };
}

/** Damage from least to most. */
const severity: readonly OwedUnder[] = ['no damage', 'noticeable damage', 'any damage'];

function isAsked(rung: AnyRung<Moment>, { only, damage }: LadderOptions): boolean {
  if (only !== undefined && !only.includes(rung.id)) return false;
  return isOwed(rung, damage);
}

/** Whether a rung must hold in a storm that does such damage. */
export function isOwed(
  { owedUnder }: { readonly owedUnder: OwedUnder },
  damage: OwedUnder,
): boolean {
  return severity.indexOf(owedUnder) >= severity.indexOf(damage);
}
