import type { CaseFile } from '../../record/case-file.ts';

/** A pause that is not worth closing, in microseconds. */
const shortUs = 400_000;
/** What is left of one that is closed. */
const leftUs = 200_000;

/**
 * Cases in which what follows a long pause of plan and workload comes sooner; most first.
 */
export function soonerCases(file: CaseFile): readonly CaseFile[] {
  const times = [...new Set([0, ...file.plan.flatMap(timesOf), ...file.intents.flatMap(timesOf)])];
  times.sort((a, b) => a - b);
  const sooner: CaseFile[] = [];
  for (let at = 1; at < times.length; at++) {
    const gapUs = times[at]! - times[at - 1]!;
    if (gapUs < shortUs) continue;
    for (const byUs of [gapUs - leftUs, gapUs >> 1]) {
      sooner.push(moved(file, times[at]!, Math.floor(byUs / 1_000) * 1_000));
    }
  }
  return sooner;
}

function moved(file: CaseFile, fromUs: number, byUs: number): CaseFile {
  const move = (value: unknown): unknown => movedValue(value, fromUs, byUs);
  return {
    ...file,
    plan: file.plan.map(move) as CaseFile['plan'],
    intents: file.intents.map(move),
  };
}

/** Fields that hold a time since the beginning. */
const timeFields = new Set(['atUs', 'notBeforeUs']);

function timesOf(value: unknown): readonly number[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    timeFields.has(name) && typeof part === 'number' ? [part] : timesOf(part),
  );
}

function movedValue(value: unknown, fromUs: number, byUs: number): unknown {
  if (Array.isArray(value)) return value.map((part) => movedValue(part, fromUs, byUs));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => {
    const isLater = timeFields.has(name) && typeof part === 'number' && part >= fromUs;
    return [name, isLater ? part - byUs : movedValue(part, fromUs, byUs)] as const;
  });
  return Object.fromEntries(entries);
}
