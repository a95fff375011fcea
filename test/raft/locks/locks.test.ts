import { describe, expect, test } from 'vitest';
import { sweep } from '../../../src/index.ts';
import type { Address } from '../../../src/sim/message.ts';
import type { Ask, LockMessage } from './lock-messages.ts';
import { LockService } from './lock-service.ts';
import { lockStorm } from './lock-storm.ts';

const seeds = 40;

async function rungsBroken(Service: typeof LockService): Promise<readonly string[]> {
  const { record } = await sweep(lockStorm(Service), { seeds: 25, rerunPercent: 0 });
  return record.failures.map(({ rung }) => rung);
}

describe('a second machine on the same Raft', () => {
  test('holds its laws in a storm, and every way of ending a call is met', async () => {
    const { record } = await sweep(lockStorm(), { seeds });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(seeds);
    for (const { id, premise } of record.rungs) expect(premise, id).toBeGreaterThan(0);
    for (const [call, outcomes] of [
      ['acquire', ['committed', 'not-leader', 'unavailable', 'disk-full', 'unknown']],
      ['tick', ['committed', 'unavailable', 'disk-full', 'unknown']],
      ['look', ['fresh', 'not-leader', 'unavailable']],
    ] as const) {
      for (const outcome of outcomes) {
        const seen = record.probes[`${call} ${outcome}`];
        expect(seen, `${call} ${outcome}`).toBeGreaterThan(0);
      }
    }
    expect(record.probes['shell ended']).toBeGreaterThan(0);
    expect(record.probes['snapshot installed']).toBeGreaterThan(0);
  }, 120_000);

  test('looks that do not wait for Raft are stale', async () => {
    class StaleLooks extends LockService {
      protected override look(from: Address, ask: Ask): void {
        this.tell(from, ask, this.machine.holders.get(ask.lock)?.fence ?? 0);
      }
    }
    expect(await rungsBroken(StaleLooks)).toContain('K2');
  }, 120_000);

  test('a shell that begins with the election lacks what others have acknowledged', async () => {
    class EarlyShell extends LockService {
      private begun = 0;
      override message(from: Address, message: LockMessage): void {
        if (this.host.isLeader && this.ledTerm === 0) {
          this.ledTerm = ++this.begun;
          this.appliedAtBegin = this.machine.applied;
        }
        super.message(from, message);
      }
      override beginsToLead(): void {}
      override ceasesToLead(): void {
        this.ledTerm = 0;
      }
    }
    expect(await rungsBroken(EarlyShell)).toContain('K3');
  }, 120_000);

  test('a shell that goes on after its term sends ticks of another', async () => {
    class EndlessShell extends LockService {
      override ceasesToLead(): void {}
      override beginsToLead(term: number): void {
        if (this.ledTerm === 0) super.beginsToLead(term);
      }
    }
    expect(await rungsBroken(EndlessShell)).toContain('K4');
  }, 120_000);

  test('a machine that looks at something of its node has another state', async () => {
    class Drawn extends LockService {
      override applied(entry: Parameters<LockService['applied']>[0]): void {
        super.applied(entry);
        if (this.host.env.id === 'n4' && entry.kind === 'command') this.machine.hash ^= 1;
      }
    }
    expect(await rungsBroken(Drawn)).toContain('K1');
  }, 120_000);
});
