import { type NameQuery, parseName } from './names.ts';
import { pickBackend } from './pick.ts';
import type { Backend, ServiceTable } from './service-table.ts';

/** What a name leads to. */
export interface Answer {
  /** Empty: the name is known, and there is no task. */
  readonly addresses: readonly number[];
  /** Of the table that said so. */
  readonly revision: number;
  /** How long the answer may be kept. */
  readonly ttlUs: number;
}

/**
 * The names and virtual addresses that one node knows, as told by managers. Each service goes its own
 * way from revision to revision, so that one that changes costs one table; what comes late changes
 * nothing.
 */
export class NameTable {
  private readonly tables: Map<string, ServiceTable> = new Map();
  private readonly byVip: Map<number, string> = new Map();
  private readonly ttlUs: number;

  constructor(ttlUs: number = 5_000_000) {
    this.ttlUs = ttlUs;
  }

  /** Takes a table; false for one that is not newer than what is known. */
  learn(table: ServiceTable): boolean {
    const known = this.tables.get(table.service);
    if (known !== undefined && table.revision <= known.revision) return false;
    if (known !== undefined && this.byVip.get(known.vip) === known.service) {
      this.byVip.delete(known.vip);
    }
    // One that is gone stays as a mark: an older table of it may still be on its way.
    this.tables.set(table.service, table);
    if (table.vip !== 0 && !table.gone) this.takeVip(table);
    return true;
  }

  /** An address goes from one service to another; the newer table is right about whose it is. */
  private takeVip({ vip, service, revision }: ServiceTable): void {
    const other = this.tables.get(this.byVip.get(vip) ?? '');
    if (other === undefined || other.revision < revision) this.byVip.set(vip, service);
  }

  table(service: string): ServiceTable | undefined {
    const table = this.tables.get(service);
    return table === undefined || table.gone ? undefined : table;
  }

  /** The services that are known, in order. */
  services(): string[] {
    return [...this.tables.keys()].filter((name) => this.table(name) !== undefined).sort();
  }

  /** What a name leads to; null: there is no such name. */
  resolve(name: string): Answer | null {
    const query = parseName(name);
    const table = query === null ? undefined : this.table(query.service);
    if (query === null || table === undefined) return null;
    const { revision } = table;
    return { addresses: addressesOf(table, query), revision, ttlUs: this.ttlUs };
  }

  /**
   * The task behind a virtual address for one request. `behind`: the client has seen a later revision
   * than this node knows; it must not be sent back, so it has to wait or to ask elsewhere.
   *
   * @param seen the latest revision that an answer to this client came with; 0 for none
   * @param below an integer from 0 to its argument less one, of a named random stream
   */
  connect(
    vip: number,
    session: number,
    seen: number,
    below: (bound: number) => number,
  ): Connection | 'behind' | 'nobody' {
    const table = this.tables.get(this.byVip.get(vip) ?? '');
    if (table === undefined) return 'nobody';
    if (table.revision < seen) return 'behind';
    const backend = pickBackend(table, session, below);
    return backend === undefined ? 'nobody' : { backend, revision: table.revision };
  }
}

export interface Connection {
  readonly backend: Backend;
  readonly revision: number;
}

function addressesOf(table: ServiceTable, { slot }: NameQuery): readonly number[] {
  const backends = table.sides.flatMap((side) => side.backends);
  if (slot !== null) {
    // While two versions of a slot are up, the one that comes is meant.
    const found = backends.filter((backend) => backend.slot === slot).at(-1);
    return found === undefined ? [] : [found.address];
  }
  return table.mode === 'vip' ? [table.vip] : backends.map((backend) => backend.address);
}

/** The answers that a client keeps. Times are those of its own monotonic clock. */
export class ResolverCache {
  private readonly answers: Map<string, { readonly answer: Answer; readonly untilUs: number }> =
    new Map();

  keep(name: string, answer: Answer, nowUs: number): void {
    const kept = this.answers.get(name);
    // An answer of a node that lags must not replace what is known better and still good.
    if (kept !== undefined && nowUs < kept.untilUs && kept.answer.revision > answer.revision)
      return;
    this.answers.set(name, { answer, untilUs: nowUs + answer.ttlUs });
  }

  /** The answer that is kept, until its time is over. */
  get(name: string, nowUs: number): Answer | undefined {
    const kept = this.answers.get(name);
    if (kept === undefined) return undefined;
    if (nowUs < kept.untilUs) return kept.answer;
    this.answers.delete(name);
    return undefined;
  }
}
