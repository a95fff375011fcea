import type { Finding, GatePart, GateRecord, KnownReport } from '../record/gate-record.ts';
import { redFindings } from '../record/gate-verdict.ts';
import { count, duration, plural } from './format.ts';

/** Seeds that a part judged. */
export function seedsOf(part: GatePart): number {
  if (part.kind !== 'sweep') return 0;
  return part.ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** What a part did, in a few words. */
export function partText(part: GatePart): string {
  if (part.verdict === 'not run') return 'not run';
  switch (part.kind) {
    case 'doctor': {
      const seeds = plural(part.to - part.from + 1, 'seed');
      return `${seeds} in ${plural(part.ways.length, 'way')}, ${plural(part.events, 'event')} compared`;
    }
    case 'case':
      return `pinned case of ${part.scenario}`;
    case 'sweep': {
      const { record } = part;
      if (record === undefined) return 'no seed was judged';
      const counts = [`${count(record.held)} held`];
      if (record.broken > 0) counts.push(`${count(record.broken)} broken`);
      if (record.inconclusive > 0) counts.push(`${count(record.inconclusive)} inconclusive`);
      return `${rangesText(part.ranges)}: ${counts.join(', ')}; ${count(record.rerun)} run twice`;
    }
    case 'canary':
      return part.rung === undefined
        ? `planted bug ${part.mutant}`
        : `planted bug found by ${part.rung}, seeds needed: ${count(part.seedsToKill ?? 0)}`;
  }
}

/** Seeds as the command line takes them. */
export function rangesText(ranges: readonly (readonly [number, number])[]): string {
  if (ranges.length === 0) return 'no seed';
  return `seeds ${ranges.map(([from, to]) => `${from}..${to}`).join(' and ')}`;
}

/** The code that was judged. */
export function codeText({
  commit,
  dirty,
  firstSeed,
}: Pick<GateRecord, 'commit' | 'dirty' | 'firstSeed'>): string {
  const changed = dirty ? ' with changes' : '';
  const code = commit === null ? 'no commit' : `commit ${commit.slice(0, 12)}${changed}`;
  return `${code}, fresh seeds from ${firstSeed}`;
}

/** `seed 17`, `13 seeds, first 17`, `a pinned case`. */
export function seedsText({ count: times, seeds }: Finding): string {
  const [first] = seeds;
  if (first === undefined) return 'a pinned case';
  return times === 1 ? `seed ${first}` : `${plural(times, 'seed')}, first ${first}`;
}

/** One sentence on an entry of the known-failures list. */
export function knownText({ entry, state, count: times }: KnownReport): string {
  const { rung, scenario, fingerprint, until, reason } = entry;
  const where = scenario === undefined ? '' : ` of ${scenario}`;
  const which = fingerprint === undefined ? '' : ` ${fingerprint}`;
  const outcomes = {
    met: `tolerated until ${until}, ${plural(times, 'run')}`,
    expired: `expired on ${until}, ${plural(times, 'run')}`,
    'not met': `listed until ${until}, but nothing showed it: take it off the list if it is mended`,
  };
  return `${rung}${which}${where}: ${outcomes[state]}; ${reason}`;
}

/** The verdict in one line. */
export function gateText(record: GateRecord): string {
  const { parts, wallMs, interrupted } = record;
  const green = parts.filter(({ verdict }) => verdict === 'held').length;
  const red = redFindings(parts).length;
  const shard = record.shard === undefined ? '' : ` of shard ${shardText(record.shard)}`;
  const words = [`${green} of ${plural(parts.length, 'part')}${shard} held`];
  if (red > 0) words.push(plural(red, 'failure'));
  if (interrupted) words.push('interrupted');
  words.push(duration(wallMs * 1_000));
  return words.join(', ');
}

/** `2/4`. */
export function shardText({ index, count: shards }: { index: number; count: number }): string {
  return `${index}/${shards}`;
}

/** `held`, `fault of the harness`. */
export function verdictWord(verdict: GatePart['verdict']): string {
  return verdict === 'fault' ? 'fault of the harness' : verdict;
}
