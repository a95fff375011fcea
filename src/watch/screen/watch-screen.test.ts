import { stripVTControlCharacters } from 'node:util';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { FixturePort } from '../../../test/watch/fixture-port.ts';
import {
  logSnapshot,
  partitionSnapshot,
  violationSnapshot,
} from '../../../test/watch/fixture-snapshots.ts';
import type { LogSnapshot, WatchCommand, WatchSnapshot } from '../protocol.ts';
import { framePace } from './frame-pace.ts';
import { lookFor } from './look.ts';
import { ScreenModel } from './screen-model.ts';
import { WatchScreen } from './watch-screen.ts';

interface Shown {
  readonly port: FixturePort;
  readonly model: ScreenModel;
  /** Presses keys one after the other, each when the one before has been dealt with. */
  keys(...names: readonly string[]): Promise<void>;
  /** The frame as soon as it says so; the test times out when it never does. */
  frame(wanted: string | RegExp | ((text: string) => boolean)): Promise<string>;
}

let close: () => void = () => {};
afterEach(() => close());

const codes: Readonly<Record<string, string>> = {
  escape: '\u001b',
  enter: '\r',
  up: '\u001b[A',
  down: '\u001b[B',
  tab: '\t',
  backspace: '\u007f',
};

function show(snapshot: WatchSnapshot | LogSnapshot): Shown {
  const port = new FixturePort(snapshot);
  const model = new ScreenModel(port, { columns: 100, rows: 40 }, () => {});
  const app = render(createElement(WatchScreen, { model, look: lookFor('none') }));
  close = () => app.unmount();
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const frame: Shown['frame'] = async (wanted) => {
    for (;;) {
      const last = stripVTControlCharacters(app.lastFrame() ?? '');
      if (fits(last, wanted)) return last;
      await tick();
    }
  };
  return {
    port,
    model,
    frame,
    async keys(...names) {
      await frame(/\w/);
      for (const name of names) {
        const before = model.getState();
        app.stdin.write(codes[name] ?? name);
        while (model.getState() === before) await tick();
      }
    },
  };
}

function fits(text: string, wanted: Parameters<Shown['frame']>[0]): boolean {
  if (typeof wanted === 'function') return wanted(text);
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

/** What the screen asked for, beside the size of the window of events. */
function asked({ port }: Shown): readonly WatchCommand[] {
  return port.commands.filter(({ kind }) => kind !== 'window');
}

describe('the screen of a world', () => {
  test('shows every panel that fits, and who can talk to whom', async () => {
    const screen = show(partitionSnapshot());
    const frame = await screen.frame('1 nodes');
    for (const title of ['2 network', '3 plan', '4 ladder', '7 events']) {
      expect(frame).toContain(title);
    }
    expect(frame).toContain('n1 n5 ││ n2 n3 n4');
    expect(frame).toContain('raft-storm seed 8123');
  });

  test.each([
    ['1', /n2 .*leader[\s\S]*applied 6/],
    ['2', /n2→n4 append.*clogged/],
    ['3', /! +2 partition halves[\s\S]*over, from 1.200000 s to 2.400000 s, on n5/],
    ['4', /✓ I42 +Reads are linearizable +1,234/],
    ['5', /p99 180 ms[\s\S]*put k3 = 7/],
    ['6', /leader steps down without quorum +4/],
    ['7', /candidate -> leader; term 3 -> 4/],
  ])('panel %s zoomed has the whole body', async (key, wanted) => {
    const screen = show(partitionSnapshot());
    await screen.frame('1 nodes');
    await screen.keys(key, 'z');
    const frame = await screen.frame((text) => text.match(/^─ \d \w+ ─/gm)?.length === 1);
    expect(frame).toMatch(wanted);
    await screen.keys('q');
    await screen.frame('2 network');
    expect(asked(screen)).toEqual([]);
  });

  test('a violation is told at the top and in the ladder', async () => {
    const frame = await show(violationSnapshot()).frame('BROKEN');
    expect(frame).toContain('✗ BROKEN I42 Reads are linearizable');
    expect(frame).toContain('read 6, acknowledged 7');
    expect(frame).toContain('lowest broken: I42');
  });

  test('help opens and closes', async () => {
    const screen = show(partitionSnapshot());
    await screen.keys('?');
    await screen.frame('heal everything in force');
    await screen.keys('q');
    await screen.frame('1 nodes');
    expect(asked(screen)).toEqual([]);
  });

  test('the palette finds a command by parts of its words', async () => {
    const screen = show(partitionSnapshot());
    await screen.keys(...':part n2 n4');
    await screen.frame(/› partition n2 n4/);
    await screen.keys('enter');
    expect(asked(screen)).toEqual([
      { kind: 'intervene', what: { kind: 'partition', between: ['n2', 'n4'] } },
    ]);
  });

  test('two pasts stand side by side', async () => {
    const base = partitionSnapshot();
    const past = { ok: 3, fail: 0, leaders: 1, faults: 2, deaths: 0 };
    const { outcome } = violationSnapshot().status;
    const screen = show({
      ...base,
      comparison: {
        edit: 'without fault 2',
        complete: true,
        progress: 1,
        first: { title: 'as it was', outcome: outcome!, ...past },
        second: { title: 'changed', ...past, ok: 9 },
        parting: {
          step: 12_001,
          timeUs: 3_000_000,
          first: base.events.lines.slice(0, 2),
          second: base.events.lines.slice(2, 4),
        },
      },
    });
    const frame = await screen.frame('two pasts');
    expect(frame).toContain('they part at 3.000000 s, step 12,001');
    expect(frame).toMatch(/as it was.*│ changed/);
    expect(frame).toMatch(/operations ok +3.*operations ok +9 +\+6/);
    await screen.keys('a', 'y');
    await screen.keys('q');
    expect(asked(screen)).toEqual([{ kind: 'adopt' }, { kind: 'dismiss' }]);
  });

  test('a search and a trail take the place of the events', async () => {
    const base = partitionSnapshot();
    const screen = show({
      ...base,
      search: {
        filter: { text: 'ack' },
        hits: base.events.lines.slice(0, 3),
        total: 3,
        scanned: 12_345,
        complete: true,
      },
    });
    expect(await screen.frame('found "ack"')).toContain('3 hits');
    await screen.keys('7', 'n', 'q');
    expect(asked(screen)).toEqual([
      { kind: 'seek', to: { step: base.events.lines[1]!.step } },
      { kind: 'search', filter: {} },
    ]);
    const hops = [{ step: 5, timeUs: 9, node: 'n1', text: 'sent', side: 'itself' as const }];
    screen.port.say({
      kind: 'snapshot',
      snapshot: { ...base, follow: { title: 'append n2 to n3', hops, complete: true } },
    });
    expect(await screen.frame('following append n2 to n3')).toContain('itself');
  });

  test('what was done by hand and is not saved is not thrown away unasked', async () => {
    const screen = show(partitionSnapshot());
    await screen.keys('q');
    await screen.frame('not saved. Quit?');
    await screen.keys('n');
    expect(asked(screen)).toEqual([]);
    await screen.keys('q', 'y');
    expect(asked(screen)).toEqual([{ kind: 'quit' }]);
  });
});

describe('the screen of a directory', () => {
  test('shows sweeps, findings, rungs and the loop, and opens a finding', async () => {
    const screen = show(logSnapshot());
    const frame = await screen.frame('1 sweeps');
    expect(frame).toContain('48.2 seeds/s');
    expect(frame).toContain('5,120 of 10,000');
    expect(frame).toContain('seed 8123');
    expect(frame).toContain('iteration 7');
    await screen.keys('3');
    await screen.frame('broken in 2 seeds');
    await screen.keys('2', 'j', 'enter');
    expect(asked(screen)).toEqual([{ kind: 'open', path: 'logs/failures/raft-storm/9.json' }]);
    screen.port.say({
      kind: 'snapshot',
      snapshot: { ...partitionSnapshot(), status: { ...partitionSnapshot().status, unsaved: 0 } },
    });
    await screen.frame('1 nodes');
    await screen.keys('q');
    expect(asked(screen).at(-1)).toEqual({ kind: 'leave' });
  });
});

test('frames come at most so often, and the last one always comes', () => {
  let now = 0;
  let timer: { readonly at: number; readonly call: () => void } | undefined;
  const calls: number[] = [];
  const pace = framePace(10, () => calls.push(now), {
    nowMs: () => now,
    later(call, ms) {
      timer = { at: now + ms, call };
      return () => {
        timer = undefined;
      };
    },
  });
  for (now = 0; now < 1_000; now++) {
    if (timer !== undefined && now >= timer.at) {
      const { call } = timer;
      timer = undefined;
      call();
    }
    if (now < 501) pace.request();
  }
  expect(calls).toEqual([0, 100, 200, 300, 400, 500, 600]);
  pace.request();
  pace.stop();
  expect(timer).toBeUndefined();
});
