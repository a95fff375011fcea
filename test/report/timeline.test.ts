import { beforeAll, describe, expect, test } from 'vitest';
import storm from '../../scenarios/raft-storm.ts';
import type { RunTrace } from '../../src/record/run-trace.ts';
import type { Fields } from '../../src/record/trace-event.ts';
import { EventSearch, everyEvent, kindCounts } from '../../src/report/html/model/event-search.ts';
import { countLines, eachLine } from '../../src/report/html/model/message-lines.ts';
import { moved, revealing, ticksIn, zoomed } from '../../src/report/html/model/time-axis.ts';
import {
  causesOf,
  lastAtOrBefore,
  type Timeline,
  timelineOf,
} from '../../src/report/html/model/timeline.ts';
import { traced } from './traces.ts';

let trace: RunTrace;
let timeline: Timeline;
beforeAll(async () => {
  trace = await traced(storm, { seed: 8 });
  timeline = timelineOf(trace);
});

describe('the state of a node', () => {
  /** What it must be, by going through all events from the start. */
  function* naiveStates(of: RunTrace) {
    const fields = new Map<string, Record<string, unknown>>();
    const up = new Set<string>();
    for (const event of of.events) {
      const { node } = event;
      if (node !== undefined && event.type === 'lifecycle') {
        if (event.text === 'started') up.add(node);
        if (event.text === 'killed' || event.text === 'power-lost') {
          up.delete(node);
          fields.delete(node);
        }
      }
      if (event.type === 'step') {
        const known = event.view === undefined ? (fields.get(node!) ?? {}) : { ...event.view };
        for (const [name, [, after]] of Object.entries(event.changed ?? {})) known[name] = after;
        fields.set(node!, known);
      }
      yield { fields, up };
    }
  }

  test('is that of all events up to there', () => {
    let at = 0;
    let crashes = 0;
    for (const { fields, up } of naiveStates(trace)) {
      // Each node at each event would take minutes; a stride of a prime meets all sorts of events.
      if (at % 7 === 0) {
        timeline.rows.forEach(({ id, server }, row) => {
          if (!server) return;
          const state = timeline.states.stateAt(row, at);
          const expected = up.has(id) ? (fields.get(id) ?? {}) : {};
          expect(Object.fromEntries(state.fields)).toEqual(expected);
          expect(state.status === 'down').toBe(!up.has(id));
          if (state.status === 'down' && state.incarnation > 0) crashes++;
        });
      }
      at++;
    }
    expect(crashes).toBeGreaterThan(0);
  });

  test('is the same when the events before are left out', async () => {
    const last = await traced(storm, { seed: 8 }, 1_500);
    expect(last.dropped + last.events.length).toBe(trace.events.length);
    expect(last.events).toEqual(trace.events.slice(last.dropped));
    const short = timelineOf(last);
    for (let at = 0; at < last.events.length; at += 97) {
      short.rows.forEach(({ server }, row) => {
        if (!server) return;
        const [part, whole] = [short, timeline].map((one) =>
          one.states.stateAt(row, one === short ? at : at + last.dropped),
        );
        expect(part).toEqual(whole);
      });
    }
  });

  test('holds what messages and views say, short and apart from the run', () => {
    const sent = trace.events.flatMap((event) => (event.type === 'step' ? event.sent : []));
    const append = sent.find(
      ({ kind, fields }) => kind === 'append' && fields?.entries !== undefined,
    );
    expect(append?.fields).toMatchObject({ term: expect.any(Number), entries: expect.anything() });
    const views = trace.events.flatMap((event) =>
      event.type === 'step' && event.view !== undefined ? [event.view as Fields] : [],
    );
    expect(views[0]).toMatchObject({ role: 'follower', term: 0 });
    expect(JSON.stringify(trace.events).length / trace.events.length).toBeLessThan(700);
  });
});

describe('a recorder with details', () => {
  test('changes nothing of the run', async () => {
    const { runCase } = await import('../../src/run/run.ts');
    const { record } = await runCase(storm, { seed: 8 });
    expect(trace.record.digest).toBe(record.digest);
  });
});

describe('messages in a window', () => {
  test('are all those that cross it, each once', () => {
    const { lines, endUs } = timeline;
    // The last moments of messages that took much longer than most.
    const late = lines.kinds.flatMap(({ slow }) =>
      slow.slice(0, 5).map(({ untilUs }) => [untilUs - 5, untilUs] as const),
    );
    expect(late.length).toBeGreaterThan(3);
    for (const [fromUs, untilUs] of [
      ...late,
      [0, endUs],
      [1_200_000, 1_300_000],
      [2_000_000, 2_000_400],
      [endUs - 10, endUs],
    ] as const) {
      for (const kind of lines.kinds) {
        const found: unknown[] = [];
        eachLine(kind, fromUs, untilUs, (line) => void found.push(line));
        const expected = kind.lines.filter(
          (line) => line.fromUs <= untilUs && line.untilUs >= fromUs,
        );
        expect(new Set(found)).toEqual(new Set(expected));
        expect(found).toHaveLength(expected.length);
        const begun = kind.lines.filter((line) => line.fromUs >= fromUs && line.fromUs <= untilUs);
        expect(countLines(kind, fromUs, untilUs)).toBe(begun.length);
      }
    }
  });
});

describe('faults', () => {
  test('never lie over one another in a line', () => {
    expect(timeline.faults.length).toBeGreaterThan(5);
    const lanes = Map.groupBy(timeline.faults, ({ lane }) => lane);
    for (const lane of lanes.values()) {
      lane.reduce((before, fault) => {
        expect(fault.fromUs).toBeGreaterThan(before.untilUs);
        return fault;
      });
    }
  });

  test('of partitions tell the two sides apart', () => {
    const invented = timelineOf({
      ...trace,
      events: [
        {
          type: 'fault',
          step: 1,
          timeUs: 5,
          text: 'begin partition [n1,n2]: partition: n1 | n2',
          fault: {
            plan: 0,
            family: 'partition',
            phase: 'begin',
            nodes: ['n1', 'n2'],
            cut: [
              ['n1', 'n2'],
              ['n2', 'n1'],
            ],
          },
        },
      ],
    });
    const [fault] = invented.faults;
    expect(fault).toMatchObject({ sort: 'network', text: 'partition: n1 | n2', fromUs: 5 });
    expect(fault!.rows.map(({ row, far }) => [row, far])).toEqual([
      [0, false],
      [1, true],
    ]);
  });
});

describe('the search', () => {
  test('finds words in any order and case, fields of messages, nodes and kinds', () => {
    const search = new EventSearch(trace.events);
    const all = search.find(everyEvent);
    expect(all).toHaveLength(trace.events.length);
    const votes = search.find({ ...everyEvent, text: 'N2  vOTe' });
    expect(votes.length).toBeGreaterThan(0);
    const terms = search.find({ ...everyEvent, text: 'term=1' });
    expect(terms.length).toBeGreaterThan(0);
    for (const at of terms) expect(JSON.stringify(trace.events[at])).toContain('"term":1');
    const withoutNode = search.find({ ...everyEvent, hiddenNodes: new Set(['n1']) });
    expect(withoutNode).toHaveLength(trace.events.filter(({ node }) => node !== 'n1').length);
    const kinds = kindCounts(trace.events);
    expect(kinds.reduce((sum, { count }) => sum + count, 0)).toBe(trace.events.length);
    const [first, ...others] = kinds;
    const hiddenKinds = new Set(others.map(({ kind }) => kind));
    expect(search.find({ ...everyEvent, hiddenKinds })).toHaveLength(first!.count);
    expect(search.find({ ...everyEvent, text: 'no such thing' })).toHaveLength(0);
  });
});

describe('the way back', () => {
  test('goes from cause to cause', () => {
    const at = trace.events.findLastIndex(
      (event) => event.type === 'step' && event.what === 'reply',
    );
    const chain = causesOf(timeline, at);
    expect(chain.length).toBeGreaterThan(3);
    for (const [index, later] of chain.entries()) {
      const cause = chain[index + 1];
      if (cause === undefined) continue;
      expect(cause).toBeLessThan(later);
      expect(trace.events[later]).toMatchObject({ causeStep: trace.events[cause]!.step });
    }
  });
});

describe('the axis', () => {
  test('has round ticks in one unit, as many as there is room for', () => {
    const labels = (fromUs: number, untilUs: number) =>
      ticksIn({ fromUs, untilUs }, 5).map(({ label }) => label);
    expect(labels(0, 12_000_000)).toEqual(['0 s', '5 s', '10 s']);
    expect(labels(1_234_000, 1_236_500)).toEqual([
      '1.2340 s',
      '1.2345 s',
      '1.2350 s',
      '1.2355 s',
      '1.2360 s',
      '1.2365 s',
    ]);
    expect(labels(7, 12)).toHaveLength(6);
  });

  test('zooms around a point, moves within limits and brings a time into sight', () => {
    const limits = { fromUs: 0, untilUs: 1_000 };
    const closer = zoomed({ fromUs: 0, untilUs: 1_000 }, 0.5, 250, limits);
    expect(closer).toEqual({ fromUs: 125, untilUs: 625 });
    expect(zoomed(closer, 100, 300, limits)).toEqual(limits);
    expect(moved(closer, -400, limits)).toEqual({ fromUs: 0, untilUs: 500 });
    expect(moved(closer, 900, limits)).toEqual({ fromUs: 500, untilUs: 1_000 });
    expect(revealing(closer, 300, limits)).toBe(closer);
    const seen = revealing(closer, 900, limits);
    expect(seen.fromUs).toBeLessThan(900);
    expect(seen.untilUs).toBeGreaterThan(900);
    expect(lastAtOrBefore(Float64Array.of(1, 3, 3, 9), 3)).toBe(2);
    expect(lastAtOrBefore(Float64Array.of(1, 3), 0)).toBe(-1);
  });
});
