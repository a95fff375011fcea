import { expect, test } from 'vitest';
import { plainPaint } from '../report/paint.ts';
import type { SweepProgress } from '../run/run-contract.ts';
import { progressLine, progressText } from './progress.ts';
import type { Terminal } from './terminal.ts';

const progress: SweepProgress = {
  done: 1_234,
  total: 2_000,
  held: 1_233,
  broken: 1,
  inconclusive: 0,
  seedsPerSecond: 31.24,
  secondsLeft: 24.5,
  steps: 1,
};

function terminal(animated: boolean, notes: string[]): Terminal {
  return {
    paint: plainPaint,
    notePaint: plainPaint,
    width: 80,
    animated,
    out: () => {},
    note: (lines) => void notes.push(...[lines].flat()),
  };
}

test('the line has the rate and the time left, and names what is not green', () => {
  expect(progressText(progress)).toBe(
    '1,234/2,000 seeds  61.7 %  31.2 seeds/s  24.5 s left  1 broken',
  );
  expect(progressText({ ...progress, total: undefined, secondsLeft: undefined, broken: 0 })).toBe(
    '1,234 seeds  31.2 seeds/s',
  );
});

test('on a screen it is written over and taken away', () => {
  let screen = '';
  const line = progressLine(terminal(true, []), (text) => {
    screen += text;
  });
  line.clear();
  expect(screen).toBe('');
  line.show(progress);
  line.show(progress);
  line.clear();
  const shown = `\r\u001B[2K${progressText(progress)}`;
  expect(screen).toBe(`${shown}${shown}\r\u001B[2K`);
});

test('without a screen there is a plain line every 30 seconds', () => {
  const notes: string[] = [];
  let nowMs = 0;
  const line = progressLine(
    terminal(false, notes),
    () => expect.unreachable('no raw text without a screen'),
    () => nowMs,
  );
  for (nowMs = 0; nowMs <= 65_000; nowMs += 1_000) line.show(progress);
  line.clear();
  expect(notes).toEqual([progressText(progress), progressText(progress)]);
});
