import type { Step, WorldObserver } from '../../src/index.ts';
import { decodeConfiguration } from '../../src/systems/raft/configuration-format.ts';
import type { Configuration, Entry } from '../../src/systems/raft/types.ts';
import type { RaftStateReader, RaftView } from '../../src/systems/raft/view.ts';

/** A log as it is in memory: its entries, and how many before them are compacted away. */
interface WholeLog {
  readonly base: number;
  readonly entries: readonly Entry[];
}

/** Something that was committed: the entries up to an index, and the term of who committed them. */
interface Committed {
  readonly term: number;
  readonly upTo: number;
  readonly log: WholeLog;
}

/**
 * The laws about whole logs once more, by brute force and sharing no code with the ladder: after
 * each step it reads the whole log of the node and compares it, entry by entry and byte by byte,
 * with every log and every committed prefix that it ever saw.
 */
export class NaiveTwin implements WorldObserver {
  /** Laws broken in the first step that broke any, and which step that was. */
  readonly broken: Set<string> = new Set();
  brokenAt = 0;
  readonly #logs: WholeLog[] = [];
  readonly #previous: Map<number, WholeLog> = new Map();
  readonly #committed: Committed[] = [];
  readonly #winners: (readonly [term: number, node: number])[] = [];
  readonly #leaders: Map<number, { term: number; log: WholeLog }> = new Map();
  /** Somebody won an election or committed something in the step that is looked at. */
  #isNews = false;
  readonly #machines: Map<number, string> = new Map();
  readonly #first: Configuration;

  /** @param first the members while no log says otherwise */
  constructor(first: Configuration) {
    this.#first = first;
  }

  afterStep(step: Step): void {
    const after = step.after as RaftView | undefined;
    if (this.brokenAt !== 0 || after?.phase !== 'running' || step.cause === 'release') return;
    const before = step.before as RaftView;
    const state = step.state as RaftStateReader;
    const log = wholeLog(state);
    this.#marks(before, after);
    this.#shape(log, after);
    this.#election(step.node, before, after, log);
    this.#matching(log);
    this.#kept(step.node, before, log);
    this.#chain(log, after);
    this.#members(before, after, log);
    if (this.#isNews) this.#completeness();
    this.#isNews = false;
    this.#machine(state);
    if (this.broken.size > 0) this.brokenAt = step.index;
  }

  lifecycle(node: number, what: string): void {
    if (what === 'killed' || what === 'power-lost') this.#leaders.delete(node);
  }

  #marks(before: RaftView, after: RaftView): void {
    if (before.phase !== 'running') return;
    if (after.term < before.term) this.broken.add('I7');
    if (after.commit < before.commit) this.broken.add('I9');
  }

  #shape({ base, entries }: WholeLog, { term, lastIndex }: RaftView): void {
    if (base + entries.length !== lastIndex) this.broken.add('I5');
    entries.forEach((entry, at) => {
      const previous = entries[at - 1]?.term ?? 0;
      if (entry.index !== base + at + 1 || entry.term < previous || entry.term > term) {
        this.broken.add('I5');
      }
    });
  }

  #election(node: number, before: RaftView, after: RaftView, log: WholeLog): void {
    if (after.role !== 'leader') {
      this.#leaders.delete(node);
      return;
    }
    this.#leaders.set(node, { term: after.term, log });
    if (before.role === 'leader' && before.term === after.term) return;
    this.#isNews = true;
    if (this.#winners.some(([term, other]) => term === after.term && other !== node)) {
      this.broken.add('I20');
    }
    this.#winners.push([after.term, node]);
  }

  #matching(log: WholeLog): void {
    if (this.#logs.some((other) => !match(log, other))) this.broken.add('I22');
    const last = this.#logs.at(-1);
    if (last === undefined || !sameLog(last, log)) this.#logs.push(log);
  }

  #kept(node: number, { commit, phase }: RaftView, log: WholeLog): void {
    const old = this.#previous.get(node);
    this.#previous.set(node, log);
    if (old === undefined || phase !== 'running') return;
    const upTo = Math.min(commit, old.base + old.entries.length);
    if (!agree(old, log, upTo)) this.broken.add('I25');
  }

  #chain(log: WholeLog, { commit, term }: RaftView): void {
    const upTo = Math.min(commit, log.base + log.entries.length);
    for (const other of this.#committed) {
      if (!agree(log, other.log, Math.min(upTo, other.upTo))) this.broken.add('I24');
    }
    if (!this.#committed.some((other) => other.upTo >= upTo)) {
      this.#committed.push({ term, upTo, log });
      this.#isNews = true;
    }
  }

  /** The configuration entries of a log with what is known of its past, oldest first. */
  #configurations({ base, entries }: WholeLog): readonly Entry[] {
    const past = base === 0 ? undefined : this.#committed.find(({ upTo }) => upTo >= base);
    const before = past?.log;
    const older = before === undefined ? [] : this.#configurations(before);
    return [...older.filter(({ index }) => index <= base), ...entries].filter(
      ({ kind }) => kind === 'configuration',
    );
  }

  #members(before: RaftView, after: RaftView, log: WholeLog): void {
    const all = this.#configurations(log);
    const [previous, newest] = [all.at(-2), all.at(-1)];
    const inForce = newest === undefined ? this.#first : decodeConfiguration(newest.data);
    if (JSON.stringify(inForce) !== JSON.stringify(after.configuration)) this.broken.add('I29');
    const led = before.role === 'leader' && after.role === 'leader';
    if (!led || newest === undefined || newest.index <= before.lastIndex) return;
    if ((previous?.index ?? 0) > after.commit) this.broken.add('I30');
    const committed = log.entries.find(({ index }) => index === after.commit);
    // Of what is compacted away the term is not known here.
    const isKnown = after.commit > log.base || after.commit === 0;
    if (isKnown && committed?.term !== after.term) this.broken.add('I31');
  }

  #completeness(): void {
    for (const { term, log } of this.#leaders.values()) {
      for (const fact of this.#committed) {
        if (fact.term >= term) continue;
        const isShort = log.base + log.entries.length < fact.upTo;
        if (isShort || !agree(log, fact.log, fact.upTo)) this.broken.add('I26');
      }
    }
  }

  #machine({ machine }: RaftStateReader): void {
    const sorted = [...machine.values].sort(([a], [b]) => (a < b ? -1 : 1));
    const text = JSON.stringify([sorted, [...machine.sessions]]);
    const known = this.#machines.get(machine.applied);
    if (known !== undefined && known !== text) this.broken.add('I38');
    this.#machines.set(machine.applied, text);
  }
}

function wholeLog({ log }: RaftStateReader): WholeLog {
  const entries: Entry[] = [];
  for (let index = log.firstIndex; index <= log.lastIndex; index += 1) {
    const entry = log.entry(index);
    if (entry !== undefined) entries.push(entry);
  }
  return { base: log.firstIndex - 1, entries };
}

function same(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.term !== b.term || a.kind !== b.kind) return false;
  return a.data.length === b.data.length && a.data.every((byte, at) => byte === b.data[at]);
}

function sameLog(a: WholeLog, b: WholeLog): boolean {
  return (
    a.base === b.base &&
    a.entries.length === b.entries.length &&
    a.entries.every((entry, at) => same(entry, b.entries[at]))
  );
}

/** Whether two logs are equal up to an index, as far as both still have the entries. */
function agree(a: WholeLog, b: WholeLog, upTo: number): boolean {
  for (let index = Math.max(a.base, b.base) + 1; index <= upTo; index += 1) {
    if (!same(a.entries[index - a.base - 1], b.entries[index - b.base - 1])) return false;
  }
  return true;
}

/** Whether two logs are equal up to each index at which both have an entry of one term. */
function match(a: WholeLog, b: WholeLog): boolean {
  const last = Math.min(a.base + a.entries.length, b.base + b.entries.length);
  for (let index = last; index > Math.max(a.base, b.base); index -= 1) {
    const [one, other] = [a.entries[index - a.base - 1], b.entries[index - b.base - 1]];
    if (one?.term === other?.term) return agree(a, b, index);
  }
  return true;
}
