import { execSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { enter, leave } from '../sim/current.ts';
import { AmbientAccess, installTrap } from './trap.ts';

installTrap();

const inside = (work: () => unknown): unknown => {
  enter('n1');
  try {
    return work();
  } finally {
    leave();
  }
};

describe('the ambient trap', () => {
  afterEach(leave);

  it.each<readonly [string, () => unknown, RegExp]>([
    ['Date.now', () => Date.now(), /n1 used Date\.now\(\).*env\.clock\.wallUs/],
    ['new Date', () => new Date(), /new Date\(\).*env\.clock/],
    ['Date as a function', () => Date(), /Date\(\)/],
    [
      'a constructor found on a date',
      () => new (new Date(0).constructor as typeof Date)(),
      /new Date/,
    ],
    ['performance.now', () => performance.now(), /performance\.now.*monotonicUs/],
    ['process.hrtime', () => process.hrtime(), /hrtime/],
    ['process.hrtime.bigint', () => process.hrtime.bigint(), /hrtime\.bigint/],
    ['Math.random', () => Math.random(), /Math\.random.*env\.random/],
    ['crypto.randomUUID', () => crypto.randomUUID(), /randomUUID.*env\.random/],
    ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1)), /getRandomValues/],
    ['a named import of node:crypto', () => randomUUID(), /randomUUID/],
    [
      'a named import of node:fs',
      () => readFileSync('/etc/hostname'),
      /fs\.readFileSync.*env\.disk/,
    ],
    ['setTimeout', () => setTimeout(() => {}, 1), /setTimeout.*env\.timers/],
    ['setImmediate', () => setImmediate(() => {}), /setImmediate/],
    ['fetch', () => fetch('http://localhost'), /fetch.*env\.network/],
    ['http', () => http.get('http://localhost:1'), /a socket.*env\.network/],
    ['execSync', () => execSync('true'), /child_process\.execSync/],
    ['WeakRef', () => new WeakRef({}), /WeakRef.*garbage/],
    ['FinalizationRegistry', () => new FinalizationRegistry(() => {}), /FinalizationRegistry/],
  ])('stops %s inside a component', (_, work, message) => {
    expect(() => inside(work)).toThrow(AmbientAccess);
    expect(() => inside(work)).toThrow(message);
  });

  it('lets a component use what a seed decides', () => {
    expect(inside(() => new Date(5).getTime())).toBe(5);
    expect(inside(() => Date.UTC(1970, 0, 1))).toBe(0);
    expect(inside(() => new Date(0) instanceof Date)).toBe(true);
    expect(inside(() => Math.max(1, 2))).toBe(2);
  });

  it('leaves everybody else alone', async () => {
    expect(Date.now()).toBeGreaterThan(1_600_000_000_000);
    expect(new Date()).toBeInstanceOf(Date);
    expect(typeof Date()).toBe('string');
    class Later extends Date {}
    expect(new Later()).toBeInstanceOf(Later);
    expect(Math.random()).toBeLessThan(1);
    expect(process.hrtime.bigint()).toBeGreaterThan(0n);
    expect(randomUUID()).toMatch(/^[0-9a-f-]{36}$/);
    expect(new WeakRef(globalThis).deref()).toBe(globalThis);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(readFileSync(new URL(import.meta.url), 'utf8')).toContain('the ambient trap');
  });
});
