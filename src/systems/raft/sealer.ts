import type { RaftEnv } from './raft-env.ts';
import type { Wal } from './wal.ts';

/** Seals the last batch of the log when the log has been quiet for a while: see `Wal.seal`. */
export class Sealer {
  /** A seal is being written: no other write may be. */
  busy: boolean = false;
  private armed = false;
  private readonly env: RaftEnv;
  private readonly wal: Wal;
  private readonly quietUs: number;

  constructor(env: RaftEnv, wal: Wal, quietUs: number) {
    this.env = env;
    this.wal = wal;
    this.quietUs = quietUs;
  }

  /** Something is not sealed, and no timer runs for it yet. */
  get isDue(): boolean {
    return !this.armed && this.wal.unsealed;
  }

  /**
   * @param done called when a seal is written, or could not be: other writes may go on
   * @param mayBegin whether no other write is wanted at the moment of asking
   */
  arm(done: () => void, mayBegin: () => boolean): void {
    this.armed = true;
    const { wal } = this;
    const { position } = wal;
    this.env.timers.set('seal', this.quietUs, () => {
      this.armed = false;
      if (!wal.unsealed) return;
      if (wal.position !== position || !mayBegin()) {
        this.arm(done, mayBegin);
        return;
      }
      this.busy = true;
      wal.seal(() => {
        this.busy = false;
        done();
      });
    });
  }
}
