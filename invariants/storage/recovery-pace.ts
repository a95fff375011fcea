import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes, isBusy } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { giversOf, isThere, marginOf } from './known-parts.ts';
import type { LeaderReader, StorageFacts, StorageMoment } from './moment.ts';
import { canTakeOne, sitesOf, takers } from './room.ts';

/** Bytes that a leader may order into a server, or out of one, by a count of the checker's own. */
interface Bucket {
  readonly leader: number;
  readonly term: number;
  tokens: number;
  atUs: number;
}

export const recoveryIsThrottled = rung<StorageMoment, Map<string, Bucket>>({
  id: 'SH8',
  title: 'recovery is throttled',
  statement:
    'A leader orders no more bytes of repairs and moves into a server, nor out of one, than its rate and burst allow, but for chunks that can lose nothing more.',
  source:
    'MooseFS limits per chunkserver; Ceph recovery reservations; seaweedfs#7632; storage.md, section 4, H8',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['moves'],
  ghost: () => new Map(),
  check({ node, timeUs, moves, leader, metadata, after, facts }, buckets): Outcome {
    if (leader === undefined || metadata === undefined) return premiseFalse;
    const { state } = metadata;
    const { repairBurstBytes: burst, repairBytesPerSecond: rate, driftBoundPpm } = facts.timings;
    let outcome: Outcome = premiseFalse;
    for (const { chunk, position, to } of moves) {
      const row = state.chunks.get(chunk);
      if (row === undefined) continue;
      const each = fragmentBytes(state, state.classes.get(row.classId)!);
      const isUrgent = marginOf(state, leader, chunk, row) <= 0;
      const givers = giversOf(state, leader, chunk, row, position);
      for (const [at, server] of [to, ...givers].entries()) {
        const way = at === 0 ? 'into' : 'out of';
        // What is made of several parts takes in all of them.
        const bytes = at === 0 ? givers.length * each : each;
        const name = `${node} ${after!.term} ${way} ${server}`;
        const bucket = bucketOf(buckets, name, node, after!.term, burst);
        const passedUs = timeUs - bucket.atUs;
        const earned = (passedUs * rate * (1 + driftBoundPpm / 1_000_000)) / 1_000_000;
        bucket.tokens = Math.min(burst, bucket.tokens + earned);
        bucket.atUs = timeUs;
        // One byte for what both sides round.
        if (!isUrgent && bucket.tokens + 1 < Math.min(bytes, burst)) {
          const tokens = Math.floor(bucket.tokens);
          const values = { chunk, way, server, bytes, tokens, rate };
          return broken({ nodes: [node], values });
        }
        bucket.tokens -= bytes;
      }
      if (!isUrgent) outcome = held;
    }
    return outcome;
  },
});

function bucketOf(
  buckets: Map<string, Bucket>,
  name: string,
  leader: number,
  term: number,
  burst: number,
): Bucket {
  const known = buckets.get(name);
  if (known !== undefined) return known;
  const fresh: Bucket = { leader, term, tokens: burst, atUs: 0 };
  buckets.set(name, fresh);
  return fresh;
}

/** Chunks that can lose nothing more and wait for a repair, as one leader had them. */
interface Waiting {
  term: number;
  /** By chunk: since when it waits, and repairs of others that began meanwhile. */
  readonly chunks: Map<number, { sinceUs: number; overtaken: number }>;
}

/** Repairs that were chosen before the chunk came to lack so much may still begin. */
const mostOvertakes = 8;

export const leastLeftFirst = rung<StorageMoment, Waiting>({
  id: 'SF3',
  title: 'the least left first',
  statement:
    'While a chunk that can lose nothing more waits for a repair that is possible, no more than a few repairs of chunks that can lose more begin.',
  source:
    'HDFS queues by remaining redundancy; Ceph degraded-ratio priorities; storage.md, section 4, F3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['moves'],
  ghost: () => ({ term: 0, chunks: new Map() }),
  check({ node, timeUs, moves, leader, metadata, after, facts }, waiting): Outcome {
    if (leader === undefined || metadata === undefined) return premiseFalse;
    const { state } = metadata;
    if (waiting.term !== after!.term) {
      waiting.term = after!.term;
      waiting.chunks.clear();
    }
    for (const { chunk } of moves) waiting.chunks.delete(chunk);
    const margins = moves.map(({ chunk }) => {
      const row = state.chunks.get(chunk);
      return row === undefined ? 0 : marginOf(state, leader, chunk, row);
    });
    const less = moves.filter((_, at) => margins[at]! > 0);
    const dueUs = facts.timings.downGraceUs + 4 * facts.timings.taskTimeoutUs;
    // With others that lack something, there was a choice.
    const lacking = lackingOf(leader);
    const isChosen = margins.includes(0) && lacking.size > 1;
    let outcome: Outcome = isChosen ? held : premiseFalse;
    if (less.length === 0) return outcome;
    for (const chunk of lacking) {
      const row = state.chunks.get(chunk)!;
      const begins = moves.some((move) => move.chunk === chunk);
      // A place that there was not, or is not any more, is nobody's choice: it waits anew from then on.
      if (
        begins ||
        !isAsked(state, leader, chunk, row) ||
        !hasPlace(facts, state, leader, chunk, row)
      ) {
        waiting.chunks.delete(chunk);
        continue;
      }
      outcome = held;
      const one = waiting.chunks.get(chunk) ?? { sinceUs: timeUs, overtaken: 0 };
      waiting.chunks.set(chunk, one);
      one.overtaken += less.length;
      if (one.overtaken <= mostOvertakes || timeUs - one.sinceUs < dueUs) continue;
      const { overtaken, sinceUs } = one;
      const waitsUs = timeUs - sinceUs;
      const values = { chunk, members: row.members, overtaken, waitsUs, by: less[0]!.chunk };
      return broken({ nodes: [node], values });
    }
    return outcome;
  },
});

/** Chunks with a part on no server, or on one that the leader holds for dead. */
function lackingOf({ lead: { indexes }, servers }: LeaderReader): ReadonlySet<number> {
  const all = new Set(indexes.lacking);
  for (const [server, { dead }] of servers.all) {
    if (dead) for (const chunk of indexes.chunksOf.get(server) ?? []) all.add(chunk);
  }
  return all;
}

/** Whether a chunk waits for a repair, and cannot be read once another part of it is lost. */
function isAsked(state: MetadataState, leader: LeaderReader, chunk: number, row: Chunk): boolean {
  if (row.version === 0 || isBusy(row)) return false;
  const isUnderWay = state.plans
    .keys(chunk)
    .some((id) => state.plans.get(chunk, id)!.kind === 'move');
  return !isUnderWay && marginOf(state, leader, chunk, row) === 0;
}

/** Whether servers that the leader has heard all the time could take a part that the chunk lacks. */
function hasPlace(
  { world }: StorageFacts,
  state: MetadataState,
  leader: LeaderReader,
  chunk: number,
  row: Chunk,
): boolean {
  const storageClass = state.classes.get(row.classId)!;
  const partBytes = fragmentBytes(state, storageClass);
  // Who must still erase a part of the chunk takes no other one before that is done.
  const busy = state.plans.keys(chunk).map((id) => state.plans.get(chunk, id)!.server);
  const able = takers(state, state.servers.keys(), partBytes).filter((server) => {
    if (row.members.includes(server) || busy.includes(server)) return false;
    const news = leader.servers.all.get(server);
    const hasRoom = news !== undefined && news.freeBytes >= partBytes;
    return hasRoom && !news.dead && news.ready && world.status(server - 1) === 'up';
  });
  // What lies on a server that is lost, or is bad, is wanted too.
  const there = row.members.filter((member) => isThere(leader, chunk, member));
  return canTakeOne(storageClass, sitesOf(state, there), sitesOf(state, able));
}

export const missingBeforeMoving = rung<StorageMoment>({
  id: 'SF9',
  title: 'what is missing comes first',
  statement:
    'No part that is there and well is moved elsewhere while another part of its chunk, which could be read, is on no server; nor off a server that is being emptied while another part has long been lost.',
  source: 'HDFS-16064: what is being emptied counts as there, and what is missing waits',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['moves'],
  check({ node, moves, leader, metadata, facts }): Outcome {
    if (leader === undefined || metadata === undefined) return premiseFalse;
    const { state } = metadata;
    const { downGraceUs, taskTimeoutUs } = facts.timings;
    // So long a leader may take to look at all chunks of a server that it has given up.
    const lostUs = facts.world.monotonicUs(node) - downGraceUs - 4 * taskTimeoutUs;
    let outcome: Outcome = premiseFalse;
    for (const { chunk, position, to } of moves) {
      const row = state.chunks.get(chunk);
      const source = row?.members[position] ?? 0;
      if (row === undefined || source === 0) continue;
      const isDead = leader.servers.all.get(source)?.dead ?? false;
      if (isDead || leader.bad.isBad(chunk, source)) continue;
      const isEmptied = state.servers.get(source)?.state === 'draining';
      const isLost = row.members.some((member) => {
        const news = leader.servers.all.get(member);
        return member === 0 || (isEmptied && news?.dead === true && news.deadSinceUs < lostUs);
      });
      if (!isLost) {
        outcome = held;
        continue;
      }
      if (marginOf(state, leader, chunk, row) < 0) continue;
      const { members } = row;
      return broken({ nodes: [node], values: { chunk, position, source, to, members } });
    }
    return outcome;
  },
});
