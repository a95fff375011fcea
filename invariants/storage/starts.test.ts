import { describe, expect, it } from 'vitest';
import { storageFacts } from './facts.ts';
import type { StorageMoment } from './moment.ts';
import { onlyReadsFail, serversStart } from './starts.ts';

const server = 3;
const seconds = 1_000_000;

/** A chunkserver that starts at 0, in a world that is looked at ten times a second. */
class Start {
  phase = 'recovering';
  status = 'up';
  isHealthy = true;
  isInTime = true;
  config: Record<string, boolean> = {};
  timeUs = 0;
  outcome = 'premise false';
  private readonly ghost: Map<number, number> = new Map();

  constructor() {
    this.look(true);
  }

  private look(isStart: boolean): void {
    const world = {
      state: () => (this.status === 'down' ? undefined : { core: { phase: this.phase } }),
      status: () => this.status,
      diskHealthy: () => this.isHealthy,
      clockWithinBounds: () => this.isInTime,
    };
    const table = { byNumber: { size: 10 } };
    const servers = [undefined, undefined, undefined, { table }];
    const facts = { world, options: { config: this.config }, servers };
    const moment = { node: server, timeUs: this.timeUs, isStart, facts };
    const outcome = serversStart.check(moment as unknown as StorageMoment, this.ghost);
    if (outcome.kind === 'broken') {
      const words = storageFacts.SA7!({ nodes: ['n4'], values: outcome.values } as never);
      expect(words.join(' ')).toMatch(/^n4 runs and .* It has been starting for 10\d\d\d ms/);
    }
    this.outcome = outcome.kind;
  }

  after(forUs: number): string {
    for (const endUs = this.timeUs + forUs; this.timeUs < endUs; ) {
      this.timeUs += seconds / 10;
      this.look(false);
      if (this.outcome === 'broken') break;
    }
    return this.outcome;
  }
}

describe('SA7 a server starts', () => {
  it('holds for one that serves in time, and breaks for one that goes on starting', () => {
    const start = new Start();
    expect(start.after(8 * seconds)).toBe('premise false');
    start.phase = 'serving';
    expect(start.after(seconds / 10)).toBe('held');
    expect(new Start().after(11 * seconds)).toBe('broken');
  });

  it('asks nothing of one that does not run, or slowly, or has not the disk that it needs', () => {
    for (const hinder of [
      (start: Start) => {
        start.status = 'stalled';
      },
      (start: Start) => {
        start.isHealthy = false;
      },
      (start: Start) => {
        start.isInTime = false;
      },
      (start: Start) => {
        start.status = 'down';
      },
    ]) {
      const start = new Start();
      start.after(8 * seconds);
      hinder(start);
      expect(start.after(30 * seconds)).toBe('premise false');
      Object.assign(start, { status: 'up', isHealthy: true, isInTime: true });
      // From then on it has all its time again.
      expect(start.after(8 * seconds)).toBe('premise false');
      expect(start.after(8 * seconds)).toBe('broken');
    }
  });

  it('does not take files that cannot be read for an excuse', () => {
    const start = new Start();
    start.config[onlyReadsFail] = true;
    start.isHealthy = false;
    expect(start.after(8 * seconds)).toBe('premise false');
    expect(start.after(8 * seconds)).toBe('broken');
  });
});
