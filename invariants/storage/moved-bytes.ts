import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { FragmentName } from '../../src/systems/storage/block-checksum.ts';
import type {
  CopyFragment,
  Encode,
  RebuildPart,
} from '../../src/systems/storage/messages/control-messages.ts';
import type {
  BlocksRead,
  PutPart,
  ReadBlocks,
} from '../../src/systems/storage/messages/data-messages.ts';
import type { Block } from '../../src/systems/storage/messages/fragment.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import { remember } from '../raft/remember.ts';
import { Account, type Share } from './account.ts';
import { giversOf, isThere, marginOf } from './known-parts.ts';
import type { ProposedMove, ProposedPlaces, StorageMoment } from './moment.ts';
import type { Applied } from './oracle.ts';
import { Proposals } from './proposals.ts';

/** Repairs and moves have one throttle, conversions have another beside it. */
type Purpose = 'repairs' | 'conversions';

type Order = CopyFragment | RebuildPart | Encode;

/** What a leader begins: a part is made on a server, or a chunk is given another code by one. */
interface Work {
  readonly purpose: Purpose;
  readonly leader: number;
  readonly term: number;
  readonly index: number;
  readonly atUs: number;
  readonly isUrgent: boolean;
  readonly chunk: number;
  /** The server that reads, and those that give: so many reads, if all goes well. */
  readonly reader: number;
  readonly givers: readonly number[];
  /** Parts that it takes to read the chunk. */
  readonly needed: number;
  /** What has come is counted once: where an answer was lost, an order is carried out again. */
  readonly counted: Set<string>;
  /** Reads that are not answered, by request. */
  readonly open: Map<number, { readonly atUs: number; readonly life: number }>;
  /** The order to the reader; two of them are carried out side by side, when leaders change. */
  order: string;
  isTwice: boolean;
  readonly shares: Map<string, Share>;
  reads: number;
  /** Of the plan or of the generation that came of it, once it is committed. */
  id: number;
}

/** A read by a chunkserver for something that a leader has begun. */
interface Asked {
  readonly read: ReadBlocks;
  readonly of: number;
  readonly work: Work;
}

/** What has been begun, and what was moved for it. */
class Moved {
  readonly proposals: Proposals<Work> = new Proposals();
  /** By reader, chunk, version and generation that is read. */
  readonly moves: Map<string, Work> = new Map();
  readonly conversions: Map<string, Work> = new Map();
  /** By chunk, version and generation that is made. */
  readonly made: Map<string, Work> = new Map();
  /** By asker and request. */
  readonly asked: Map<string, Asked> = new Map();
  /** By leader, term, purpose, way and server. */
  readonly accounts: Map<string, Account> = new Map();
}

/** Kept of each; older ones are over long since. */
const remembered = 1_024;

/**
 * The other side of SH8, which counts what leaders order: here messages are counted as they arrive, by
 * their bytes, and told to the plan or the conversion that they are for. The bytes of one count from
 * when its leader put it into the log, for that is when a throttle gives leave; so no slack is needed
 * for the time from there to the last byte. What is not counted, as no leader could know it then:
 * copies of what has come before, reads beyond those that it takes when all goes well, what comes out
 * of servers other than those that the leader held for sound, and what comes when the work is over. So
 * that nobody reads more than it takes from the start, what is asked for at a time is counted as well.
 */
export const movesArePaidFor = rung<StorageMoment, Moved>({
  id: 'SH14',
  title: 'what is moved was allowed',
  statement:
    'For the repairs and moves that a leader begins, and likewise for its changes of code, no more bytes go into a server, nor out of one, than rate and burst allow, but for chunks that can lose nothing more; and no server asks for more parts of a chunk at a time than it takes.',
  source:
    'HDFS, dfs.datanode.ec.reconstruction.xmits.weight: a rebuild weighs as many blocks as it reads; seaweedfs#7632; storage.md, section 4, H7 and H8',
  kind: 'always',
  owedUnder: 'any damage',
  watches: [
    ...['moves', 'chain', 'receive:copy-fragment', 'receive:rebuild-part', 'receive:encode'],
    ...['send:read-blocks', 'receive:blocks-read', 'receive:put-part'],
  ],
  ghost: () => new Moved(),
  check(moment, moved): Outcome {
    const { message } = moment;
    switch (message?.kind) {
      case 'copy-fragment':
      case 'rebuild-part':
      case 'encode':
        noteOrder(moment, moved, message as Order);
        return premiseFalse;
      case 'read-blocks':
        return asks(moment, moved, message as ReadBlocks);
      case 'blocks-read':
        return arrived(moment, moved, message as BlocksRead);
      case 'put-part':
        return put(moment, moved, message as PutPart);
      default:
    }
    if (moment.isChain) committed(moment, moved);
    for (const move of moment.moves) noteMove(moment, moved, move);
    for (const places of moment.places) noteConversion(moment, moved, places);
    return premiseFalse;
  },
});

// ------------------------------------------------------------------ what is begun

function noteMove(
  { node, timeUs, metadata, leader }: StorageMoment,
  { proposals }: Moved,
  { term, index, chunk, position, to }: ProposedMove,
): void {
  const { state } = metadata!;
  const row = state.chunks.get(chunk);
  if (row === undefined) return;
  proposals.note(term, index, {
    ...{ purpose: 'repairs', leader: node, term, index, atUs: timeUs, chunk, reader: to },
    isUrgent: marginOf(state, leader!, chunk, row) <= 0,
    givers: giversOf(state, leader!, chunk, row, position),
    needed: neededParts(state.classes.get(row.classId)!.redundancy),
    ...nothingYet(),
  });
}

function noteConversion(
  { node, timeUs, metadata, leader }: StorageMoment,
  { proposals }: Moved,
  { term, index, command }: ProposedPlaces,
): void {
  if (command.kind !== 'convert-begin') return;
  const { state } = metadata!;
  const { chunk } = command;
  const row = state.chunks.get(chunk);
  if (row === undefined) return;
  const needed = neededParts(state.classes.get(row.classId)!.redundancy);
  const sound = row.members.filter((server) => isThere(leader!, chunk, server));
  proposals.note(term, index, {
    ...{ purpose: 'conversions', leader: node, term, index, atUs: timeUs, chunk },
    ...{ isUrgent: false, reader: sound[0] ?? 0, givers: sound.slice(0, needed), needed },
    ...nothingYet(),
  });
}

function nothingYet() {
  const [counted, shares, open] = [new Set<string>(), new Map(), new Map()];
  return { counted, shares, open, order: '', isTwice: false, reads: 0, id: 0 };
}

function committed({ facts: { oracle }, timeUs }: StorageMoment, moved: Moved): void {
  for (const [entry, work] of moved.proposals.committed(oracle, timeUs)) {
    if (work !== undefined) begin(entry, work, moved, oracle.state);
  }
}

function begin(
  { reply }: Applied,
  work: Work,
  { moves, conversions, made }: Moved,
  state: StorageMoment['facts']['oracle']['state'],
): void {
  const { chunk, reader } = work;
  if (reply?.kind === 'plan') {
    const plan = state.plans.get(chunk, reply.plan);
    if (plan === undefined) return;
    work.id = reply.plan;
    const { version, generation } = plan;
    enter(moves, `${reader} ${chunk} ${version} ${generation}`, work);
  } else if (reply?.kind === 'conversion') {
    const row = state.chunks.get(chunk);
    if (row === undefined) return;
    work.id = reply.generation;
    const { version, generation } = row;
    enter(conversions, `${reader} ${chunk} ${version} ${generation}`, work);
    enter(made, `${chunk} ${version} ${reply.generation}`, work);
  }
}

/** What was given up, and begun anew, may be carried out still. */
function enter(works: Map<string, Work>, name: string, work: Work): void {
  const before = works.get(name);
  if (before !== undefined && before.order !== '') work.isTwice = true;
  works.delete(name);
  remember(works, name, work, remembered);
}

/** Whether a plan is still to be carried out, or a conversion is under way. */
function isOpen({ facts }: StorageMoment, { purpose, chunk, id }: Work): boolean {
  const { state } = facts.oracle;
  if (purpose === 'repairs') return state.plans.get(chunk, id) !== undefined;
  return state.chunks.get(chunk)?.conversion?.generation === id;
}

// ------------------------------------------------------------------ what is moved

/** Servers have the number of their node, from 1. */
const serverOf = (node: number): number => node + 1;

function sizeOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** What a server reads for, by the name of what it reads; undefined: for nothing that is known. */
function workOf(
  moment: StorageMoment,
  { moves, conversions }: Moved,
  { chunk, version, generation }: Omit<FragmentName, 'part'>,
): Work | undefined {
  const name = `${serverOf(moment.node)} ${chunk} ${version} ${generation}`;
  const works = [moves.get(name), conversions.get(name)];
  return works.find((one) => one !== undefined && isOpen(moment, one));
}

function noteOrder(moment: StorageMoment, moved: Moved, order: Order): void {
  const generation = order.kind === 'encode' ? order.oldGeneration : order.generation;
  const work = workOf(moment, moved, { ...order, generation });
  if (work === undefined) return;
  const name = `${order.term}.${order.task}`;
  if (work.order !== '' && work.order !== name) work.isTwice = true;
  work.order = name;
}

function asks(moment: StorageMoment, moved: Moved, read: ReadBlocks): Outcome {
  const { node, peer, timeUs, facts } = moment;
  const work = read.forRepair ? workOf(moment, moved, read) : undefined;
  if (work === undefined) return premiseFalse;
  const { request, chunk, version, generation } = read;
  remember(moved.asked, `${node} ${request}`, { read, of: peer, work }, remembered);
  const life = facts.world.incarnation(node);
  work.open.set(request, { atUs: timeUs, life });
  // Who has waited for so long, by the fastest clock, asks another.
  const { dataTimeoutUs, driftBoundPpm } = facts.timings;
  const waitsUs = Math.floor((dataTimeoutUs * (1_000_000 - driftBoundPpm)) / 1_000_000);
  let open = 0;
  for (const [number, one] of work.open) {
    if (one.life !== life || timeUs - one.atUs >= waitsUs) work.open.delete(number);
    else open += 1;
  }
  const { needed, isTwice } = work;
  if (isTwice || open <= needed) return premiseFalse;
  return broken({ nodes: [node], values: { chunk, version, generation, open, needed } });
}

function arrived(moment: StorageMoment, moved: Moved, { request, blocks }: BlocksRead): Outcome {
  const key = `${moment.node} ${request}`;
  const asked = moved.asked.get(key);
  if (asked === undefined || asked.of !== moment.peer) return premiseFalse;
  moved.asked.delete(key);
  const { work } = asked;
  work.open.delete(request);
  const { part, firstBlock } = asked.read;
  const [reader, giver] = [serverOf(moment.node), serverOf(moment.peer)];
  if (blocks.length === 0 || !isOpen(moment, work)) return premiseFalse;
  if (!isFirst(work, `${giver}.${part}.${firstBlock}`)) return premiseFalse;
  if (firstBlock === 0) work.reads += 1;
  if (work.reads > work.givers.length) return premiseFalse;
  const bytes = sizeOf(blocks);
  const into = count(moment, moved, work, 'into', reader, bytes);
  if (into.kind === 'broken' || !work.givers.includes(giver)) return into;
  return count(moment, moved, work, 'out of', giver, bytes);
}

function put(
  moment: StorageMoment,
  moved: Moved,
  { chunk, version, generation, part, blocks }: PutPart,
): Outcome {
  const work = moved.made.get(`${chunk} ${version} ${generation}`);
  if (work === undefined || !isOpen(moment, work)) return premiseFalse;
  const [from, to] = [serverOf(moment.peer), serverOf(moment.node)];
  if (!isFirst(work, `put ${to}.${part}`)) return premiseFalse;
  const bytes = sizeOf(blocks);
  const into = count(moment, moved, work, 'into', to, bytes);
  if (into.kind === 'broken' || from !== work.reader) return into;
  return count(moment, moved, work, 'out of', from, bytes);
}

function isFirst({ counted }: Work, what: string): boolean {
  if (counted.has(what)) return false;
  counted.add(what);
  return true;
}

function count(
  { facts: { timings } }: StorageMoment,
  { accounts }: Moved,
  work: Work,
  way: string,
  server: number,
  bytes: number,
): Outcome {
  const { purpose, leader, term, isUrgent, shares } = work;
  const name = `${leader} ${term} ${purpose} ${way} ${server}`;
  let account = accounts.get(name);
  if (account === undefined) {
    account = new Account(timings);
    remember(accounts, name, account, remembered);
  }
  let share = shares.get(name);
  if (share === undefined) {
    share = account.open(work);
    shares.set(name, share);
  }
  share.bytes += bytes;
  const over = account.overdrawn();
  if (over === undefined) return isUrgent ? premiseFalse : held;
  const { share: first, tokens } = over;
  const values = {
    ...{ chunk: first.chunk, purpose, way, server, bytes: first.bytes, tokens },
    ...{ rate: timings.repairBytesPerSecond, burst: timings.repairBurstBytes, term },
  };
  return broken({ nodes: [leader], values });
}
