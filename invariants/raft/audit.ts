import { broken, hashText, type NoteBroken } from '../../src/index.ts';
import type { RaftStateReader } from '../../src/systems/raft/view.ts';
import { Chain } from './chain.ts';
import { DurableLog } from './durable-log.ts';
import { entryHash } from './entry-hash.ts';
import { stateHash } from './machine-model.ts';
import type { RaftFacts } from './moment.ts';

/**
 * Rebuilds from the whole state and the whole disk of a node what the ledger keeps by increments,
 * and tests the laws that a whole log can break. Returns in what the ledger is wrong, if in anything.
 */
export function auditNode(facts: RaftFacts, node: number, note: NoteBroken): string | undefined {
  return auditMemory(facts, node, note) ?? auditDisk(facts, node, note);
}

function auditMemory(facts: RaftFacts, node: number, note: NoteBroken): string | undefined {
  const own = facts.nodes[node]!;
  const state = facts.world.state(node) as RaftStateReader | undefined;
  if (state === undefined || !own.running) return undefined;
  const whole = readWhole(facts, node, state, note);
  auditCommitted(facts, node, whole, note);
  const { applied } = state.machine;
  const effect = facts.machine.effect(applied);
  if (effect !== undefined && stateHash(state.machine) !== effect.state) {
    note('I38', broken({ nodes: [node], values: { applied, canonical: hashText(effect.state) } }));
  }
  const { chain } = own.log;
  if (chain.last === whole.last && chain.prefix(chain.last) === whole.prefix(whole.last)) {
    return undefined;
  }
  return `log of ${facts.world.nodeId(node)}: ledger ends at ${chain.last}, state at ${whole.last}`;
}

/** The whole log in memory as a chain, with the laws about its shape and its names. */
function readWhole(
  facts: RaftFacts,
  node: number,
  { log }: RaftStateReader,
  note: NoteBroken,
): Chain {
  const whole = new Chain();
  const base = log.firstIndex - 1;
  whole.restart(base, log.term(base), facts.nodes[node]!.log.chain.prefix(base));
  for (let index = log.firstIndex; index <= log.lastIndex; index += 1) {
    const entry = log.entry(index);
    if (entry === undefined || entry.index !== index || entry.term < whole.lastTerm) {
      note('I5', broken({ nodes: [node], values: { index, named: entry?.index ?? 'nothing' } }));
      break;
    }
    const hash = entryHash(entry);
    whole.push(entry.term, hash);
    const known = facts.registry.find(entry.term, index);
    if (known === undefined) continue;
    const prefix = whole.prefix(index);
    if (known.hash === hash && known.prefix === prefix) continue;
    const [first, second] = [hashText(known.prefix), hashText(prefix)];
    const what = broken({ nodes: [node], values: { term: entry.term, index, first, second } });
    note(known.hash === hash ? 'I22' : 'I21', what);
  }
  return whole;
}

function auditCommitted(facts: RaftFacts, node: number, whole: Chain, note: NoteBroken): void {
  const canonical = facts.canonical.chain;
  const index = Math.min(facts.nodes[node]!.view.commit, whole.last, canonical.last);
  if (index <= whole.base || index <= canonical.base) return;
  if (whole.prefix(index) === canonical.prefix(index)) return;
  note('I24', broken({ nodes: [node], values: { index } }));
}

/** Reads all promised bytes again. */
function auditDisk(facts: RaftFacts, node: number, note: NoteBroken): string | undefined {
  const { world } = facts;
  const { durable } = facts.nodes[node]!;
  if (durable.isJustRead) {
    // A second reading of the same bytes could say nothing else.
    if (durable.malformed !== '') noteMalformed(node, durable, note);
    return undefined;
  }
  const disk = world.disk(node);
  const files = {
    names: () => disk.promisedFiles(),
    bytes: (file: string) => disk.promisedBytes(file),
  };
  const fresh = new DurableLog(files, durable.prefixAt);
  fresh.readAll();
  if (fresh.malformed !== '') noteMalformed(node, fresh, note);
  const told = [durable.term, durable.votedFor, durable.lastIndex, durable.lastTerm];
  const read = [fresh.term, fresh.votedFor, fresh.lastIndex, fresh.lastTerm];
  const [last] = [durable.chain.last];
  const sameEnd =
    last <= durable.snapshotIndex || durable.chain.prefix(last) === fresh.chain.prefix(last);
  if (String(told) === String(read) && sameEnd) return undefined;
  return `disk of ${world.nodeId(node)}: ledger has ${told}, bytes say ${read}`;
}

function noteMalformed(node: number, { malformed }: DurableLog, note: NoteBroken): void {
  note('I5d', broken({ nodes: [node], values: { malformed } }));
}
