import { beforeAll, describe, expect, test } from 'vitest';
import stale from '../../scenarios/raft-lease-beyond-drift.ts';
import storm from '../../scenarios/raft-storm.ts';
import { checkHistory } from '../../src/checkers/history/check-history.ts';
import { kv } from '../../src/checkers/history/models/kv.ts';
import { readHistory } from '../../src/checkers/history/read/read-history.ts';
import type { RunTrace } from '../../src/record/run-trace.ts';
import type { TraceEvent } from '../../src/record/trace-event.ts';
import { deliveriesOf } from '../../src/report/deliveries.ts';
import { jepsenHistory } from '../../src/report/export/jepsen-edn.ts';
import { perfettoTrace } from '../../src/report/export/perfetto.ts';
import { shivizLog, shivizPattern } from '../../src/report/export/shiviz.ts';
import { traceJsonl } from '../../src/report/export/trace-jsonl.ts';
import { traced } from './traces.ts';

let trace: RunTrace;
beforeAll(async () => {
  trace = await traced(storm, { seed: 8 });
});

describe('ShiViz', () => {
  /** Reads a log as ShiViz does: the pattern of its first line, over and over. */
  function readLog(log: string) {
    const [pattern, delimiter, ...lines] = log.split('\n');
    expect(pattern).toBe(shivizPattern);
    expect(delimiter).toBe('');
    const text = lines.join('\n');
    return [...text.matchAll(new RegExp(pattern!, 'g'))].map(({ groups }) => ({
      host: groups!.host!,
      clock: JSON.parse(groups!.clock!) as Record<string, number>,
      event: groups!.event!,
    }));
  }

  test('has a vector clock for each event, which counts its own host without gaps', () => {
    const entries = readLog(shivizLog(trace));
    expect(entries).toHaveLength(trace.events.filter(({ node }) => node !== undefined).length);
    const own = new Map<string, number>();
    for (const { host, clock } of entries) {
      expect(clock[host]).toBe((own.get(host) ?? 0) + 1);
      own.set(host, clock[host]!);
    }
    expect(entries.some(({ event }) => event.startsWith('message append from'))).toBe(true);
  });

  test('orders two events by their clocks just when one can have led to the other', async () => {
    const small = await traced(storm, { seed: 8 }, 500);
    const events = small.events.filter(({ node }) => node !== undefined);
    const entries = readLog(shivizLog(small));
    const pasts = pastsOf(small.events, events);
    let ordered = 0;
    let concurrent = 0;
    for (let later = 0; later < events.length; later++) {
      for (let earlier = 0; earlier < later; earlier++) {
        const happenedBefore = pasts[later]!.has(earlier);
        expect(isBefore(entries[earlier]!.clock, entries[later]!.clock)).toBe(happenedBefore);
        expect(isBefore(entries[later]!.clock, entries[earlier]!.clock)).toBe(false);
        if (happenedBefore) ordered++;
        else concurrent++;
      }
    }
    expect(Math.min(ordered, concurrent)).toBeGreaterThan(1_000);
  });

  /** Who can have led to whom, by walking along nodes and messages. */
  function pastsOf(all: readonly TraceEvent[], hosted: readonly TraceEvent[]) {
    const numbers = new Map(hosted.map((event, number) => [event, number]));
    const sources = new Map(
      deliveriesOf(all).flatMap(({ sentAt, receivedAt }) =>
        sentAt < 0 || receivedAt < 0 ? [] : [[all[receivedAt]!, all[sentAt]!] as const],
      ),
    );
    const last = new Map<string, number>();
    const pasts: Set<number>[] = [];
    hosted.forEach((event, number) => {
      const source = sources.get(event);
      const before = [last.get(event.node!), source && numbers.get(source)];
      const past = new Set<number>();
      for (const one of before) {
        if (one === undefined) continue;
        past.add(one);
        for (const older of pasts[one]!) past.add(older);
      }
      pasts.push(past);
      last.set(event.node!, number);
    });
    return pasts;
  }

  function isBefore(a: Record<string, number>, b: Record<string, number>): boolean {
    const hosts = Object.keys(a);
    const notAfter = hosts.every((host) => a[host]! <= (b[host] ?? 0));
    return notAfter && Object.keys(b).some((host) => (a[host] ?? 0) < b[host]!);
  }
});

describe('messages', () => {
  test('are paired by the step that sent them, also when they waited on a clogged link', () => {
    const all = deliveriesOf(trace.events);
    expect(all.length).toBeGreaterThan(500);
    const faults = trace.events.map((event) => event.type === 'fault' && event.fault?.family);
    expect(faults).toContain('clog');
    for (const { kind, from, to, sentAt, slot, receivedAt } of all) {
      expect(sentAt).toBeGreaterThanOrEqual(0);
      const sender = trace.events[sentAt]!;
      expect(sender).toMatchObject({ type: 'step', node: from });
      if (sender.type === 'step') expect(sender.sent[slot]).toMatchObject({ kind, to });
      if (receivedAt < 0) continue;
      const receiver = trace.events[receivedAt]!;
      expect(receiver).toMatchObject({ node: to, from, what: kind, causeStep: sender.step });
    }
    const received = trace.events.filter(
      (event) => event.type === 'step' && event.from !== undefined && event.from !== event.node,
    );
    expect(all.filter(({ receivedAt }) => receivedAt >= 0)).toHaveLength(received.length);
  });

  test('may be lost, come twice or come from before the first event', () => {
    const base = { type: 'step', incarnation: 1, cause: 'message', sent: [] } as const;
    const sent = [
      { to: 'n2', kind: 'ask' },
      { to: 'n2', kind: 'ask' },
      { to: 'n3', kind: 'ask' },
    ];
    const get = { ...base, node: 'n2', from: 'n1', what: 'ask', causeStep: 9 } as const;
    const found = deliveriesOf([
      { ...get, step: 8, timeUs: 1, causeStep: 2 },
      { ...base, step: 9, timeUs: 2, node: 'n1', cause: 'timer', sent },
      { ...get, step: 10, timeUs: 3 },
      { ...get, step: 11, timeUs: 4 },
      { ...get, step: 12, timeUs: 5 },
    ]);
    expect(
      found.map(({ sentAt, slot, receivedAt, duplicate }) => [sentAt, slot, receivedAt, duplicate]),
    ).toEqual([
      [-1, -1, 0, false],
      [1, 0, 2, false],
      [1, 1, 3, false],
      [1, 2, -1, false],
      [1, 0, 4, true],
    ]);
  });
});

describe('Perfetto', () => {
  interface Slice {
    readonly ph: string;
    readonly name: string;
    readonly pid: number;
    readonly tid?: number;
    readonly ts?: number;
    readonly dur?: number;
    readonly id?: number;
    readonly args?: Record<string, unknown>;
  }
  const read = (): readonly Slice[] =>
    (JSON.parse(perfettoTrace(trace)) as { traceEvents: Slice[] }).traceEvents;

  test('has a slice for each step, and no two of one track that overlap in part', () => {
    const slices = read().filter(({ ph }) => ph === 'X');
    const steps = trace.events.filter(({ type }) => type === 'step');
    expect(slices.filter(({ args }) => args?.step !== undefined)).toHaveLength(steps.length);
    const tracks = Map.groupBy(slices, ({ pid, tid }) => `${pid}/${tid}`);
    for (const track of tracks.values()) {
      const open: number[] = [];
      for (const { ts, dur } of track.toSorted((a, b) => a.ts! - b.ts! || b.dur! - a.dur!)) {
        while (open.length > 0 && open.at(-1)! <= ts!) open.pop();
        expect(ts! + dur!).toBeLessThanOrEqual(open.at(-1) ?? Number.POSITIVE_INFINITY);
        open.push(ts! + dur!);
      }
    }
  });

  test('has an arrow for each message that arrived, from slice to slice', () => {
    const all = read();
    const at = new Set(
      all.filter(({ ph }) => ph === 'X').map(({ pid, tid, ts }) => `${pid}/${tid}/${ts}`),
    );
    const ends = all.filter(({ ph }) => ph === 'f');
    const starts = new Map(all.filter(({ ph }) => ph === 's').map((start) => [start.id, start]));
    expect(ends.length).toBe(
      deliveriesOf(trace.events).filter((one) => one.receivedAt >= 0).length,
    );
    for (const end of ends) {
      const start = starts.get(end.id)!;
      expect(start.name).toBe(end.name);
      expect(start.ts!).toBeLessThanOrEqual(end.ts!);
      for (const { pid, tid, ts } of [start, end]) expect(at).toContain(`${pid}/${tid}/${ts}`);
    }
  });

  test('counts terms and commits, and shows faults and lives', () => {
    const all = read();
    const names = new Set(all.map(({ name }) => name));
    expect(all.some(({ ph, name }) => ph === 'C' && name === 'term')).toBe(true);
    expect(names).toContain('life 1');
    const families = trace.events.flatMap((event) =>
      event.type === 'fault' && event.fault?.phase === 'begin' ? [event.fault.family] : [],
    );
    expect(families.length).toBeGreaterThan(0);
    for (const family of families) expect(names).toContain(family);
  });
});

describe('JSON lines', () => {
  test('hold the run and every event', () => {
    const [head, ...lines] = traceJsonl(trace).trimEnd().split('\n');
    expect(JSON.parse(head!)).toMatchObject({ type: 'run', schema: 'seedstorm-trace/1' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(trace.events);
  });
});

describe('the history of Jepsen', () => {
  const withoutOrigin = (text: string, options = {}) =>
    readHistory(text, options).map(({ origin: _, ...operation }) => operation);

  test('is read back as what clients saw, operation for operation', () => {
    const edn = jepsenHistory(trace)!;
    const ours = withoutOrigin(trace.history!, { model: kv });
    expect(withoutOrigin(edn, { model: kv, independent: true })).toEqual(ours);
    expect(ours.some(({ op, result }) => op === 'cas' && result === false)).toBe(true);
    expect(ours.some(({ outcome }) => outcome === 'info')).toBe(true);
  });

  test('calls a refused cas a failure, as Jepsen does, and names faults', () => {
    const lines = jepsenHistory(trace)!.split('\n');
    const refused = lines.filter(
      (line) => line.includes(':result false') && line.includes(':f :cas'),
    );
    expect(refused.length).toBeGreaterThan(0);
    for (const line of refused) {
      expect(line).toContain(':type :fail');
      expect(line).toContain(':error :precondition-failed');
    }
    expect(lines.some((line) => /:process :nemesis, :f :start-/.test(line))).toBe(true);
    const times = lines.filter(Boolean).map((line) => Number(/:time (\d+)/.exec(line)![1]));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('is judged as the run was', async () => {
    const broken = await traced(stale, { seed: 2 });
    const judge = (text: string, options: object): string =>
      checkHistory(kv, readHistory(text, { model: kv, ...options })).verdict;
    const verdict = judge(broken.history!, {});
    expect(judge(jepsenHistory(broken)!, { independent: true })).toBe(verdict);
  });

  test('escapes what texts may hold', () => {
    const hostile = 'a"b\\c\n} ; #_';
    const line = { process: 1, type: 'invoke', op: 'put', key: hostile, value: hostile, time: 5 };
    const history = `${JSON.stringify(line)}\n`;
    const edn = jepsenHistory({ ...trace, events: [], history })!;
    expect(withoutOrigin(edn, { independent: true })).toEqual(withoutOrigin(history));
  });
});
