import { firstConfiguration } from '../../src/systems/raft/confchange.ts';
import { decodeConfiguration } from '../../src/systems/raft/configuration-format.ts';
import { settingsFrom } from '../../src/systems/raft/settings.ts';
import type { Configuration, Entry, Member } from '../../src/systems/raft/types.ts';
import type { CanonicalChain } from './canonical-chain.ts';
import type { LogMirror } from './log-mirror.ts';
import type { NodeLedger } from './node-ledger.ts';

/** A configuration and the index of its entry. */
export interface Place {
  readonly index: number;
  readonly configuration: Configuration;
}

/** The configurations in one node's log in memory, oldest first, read from its entries. */
export class LogConfigurations {
  places: Place[] = [];

  /** A new life reads its log anew; until then what the disk may hold counts. */
  follow(log: LogMirror): boolean {
    const isCut = this.#cut(log);
    const before = this.places;
    for (let index = log.newFrom; index <= log.newTo; index += 1) {
      const entry = log.entry(index);
      if (entry?.kind === 'configuration') this.places = [...this.places, place(entry)];
    }
    return isCut || this.places !== before;
  }

  /** Drops what is not in the log any more. True when there was any. */
  #cut({ chain, replacedFrom, newFrom }: LogMirror): boolean {
    const { places } = this;
    if (places.length === 0) return false;
    const end = replacedFrom === 0 ? newFrom : Math.min(newFrom, replacedFrom);
    const isKept = ({ index }: Place) => index > chain.base && index <= chain.last && index < end;
    if (places.every(isKept)) return false;
    this.places = places.filter(isKept);
    return true;
  }
}

function place({ index, data }: Entry): Place {
  return { index, configuration: decodeConfiguration(data) };
}

/**
 * Who the members are: the configurations of the canonical chain, and those that logs hold beyond
 * it, any of which may yet turn out to be the next.
 */
export class Membership {
  /** Configurations that are committed, oldest first; the one that all begin with has index 0. */
  readonly #committed: Place[];
  readonly #servers: number;
  /** Grows with each change of what may decide. */
  version = 1;
  #pending: Place[] = [];

  constructor(config: Readonly<Record<string, unknown>>, servers: number) {
    const settings = settingsFrom(config as never);
    this.#servers = servers;
    this.#committed = [{ index: 0, configuration: firstConfiguration(servers, settings) }];
  }

  /** The last configuration that is committed. */
  get committed(): Place {
    return this.#committed[this.#committed.length - 1] as Place;
  }

  /** The canonical configuration at an index. */
  at(index: number): Place {
    let at = this.#committed.length - 1;
    while (at > 0 && (this.#committed[at] as Place).index > index) at -= 1;
    return this.#committed[at] as Place;
  }

  /** What is in force in a node's log: the last configuration in it, or that at its base. */
  ofNode({ log, configurations }: NodeLedger): Place {
    return configurations.places.at(-1) ?? this.at(log.chain.base);
  }

  /** What was in force in a node's log before its last configuration. */
  beforeThatOf({ log, configurations }: NodeLedger): Place {
    return configurations.places.at(-2) ?? this.at(log.chain.base);
  }

  /** The canonical chain grew by this entry. */
  grew(entry: Entry): void {
    if (entry.kind !== 'configuration') return;
    this.#committed.push(place(entry));
    this.version += 1;
  }

  /** Looks at all logs again. True when other groups decide from now on. */
  look(nodes: readonly NodeLedger[], { last }: CanonicalChain): boolean {
    const pending = nodes.flatMap(({ configurations }) =>
      configurations.places.filter(({ index }) => index > last),
    );
    const isSame =
      pending.length === this.#pending.length &&
      pending.every((one, at) => one === this.#pending[at]);
    this.#pending = pending;
    if (!isSame) this.version += 1;
    return !isSame;
  }

  /** Groups of nodes each of which is needed for a decision. */
  groups(): readonly (readonly number[])[] {
    return [this.committed, ...this.#pending].flatMap(({ configuration }) => {
      const { voters, outgoing } = configuration;
      return (outgoing.length === 0 ? [voters] : [voters, outgoing]).map(nodesOf);
    });
  }

  /** Whether a node gets the log by every configuration that may decide. */
  isMember(node: number): boolean {
    return [this.committed, ...this.#pending].every(({ configuration }) => {
      const { voters, outgoing, learners } = configuration;
      return [voters, outgoing, learners].some((list) => list.includes(node + 1));
    });
  }

  /** Whether there are nodes that are no members, who may disturb the others. */
  get hasStrangers(): boolean {
    for (let node = 0; node < this.#servers; node += 1) if (!this.isMember(node)) return true;
    return false;
  }

  /** Whether the members may be others soon. */
  get isChanging(): boolean {
    return this.#pending.length > 0 || this.committed.configuration.outgoing.length > 0;
  }
}

function nodesOf(members: readonly Member[]): readonly number[] {
  return members.map((member) => member - 1);
}

export function sameConfiguration(a: Configuration, b: Configuration): boolean {
  return JSON.stringify(listsOf(a)) === JSON.stringify(listsOf(b));
}

function listsOf({ voters, outgoing, learners, learnersNext, autoLeave }: Configuration): unknown {
  return [voters, outgoing, learners, learnersNext, autoLeave];
}
