import type { Env } from '../../../src/sim/env.ts';

/** One record on disk: durable as a whole or not at all. */
export class RecordFile {
  private readonly disk: Env['disk'];
  private readonly text: () => string;
  private saving = false;
  private readonly unsaved: (() => void)[] = [];

  /** @param text the record as it is now */
  constructor(disk: Env['disk'], text: () => string) {
    this.disk = disk;
    this.text = text;
  }

  /** What comes while it is being written goes with the next time. */
  save(done: () => void): void {
    this.unsaved.push(done);
    if (!this.saving) this.next();
  }

  private next(): void {
    const told = this.unsaved.splice(0);
    this.saving = told.length > 0;
    if (!this.saving) return;
    const { disk } = this;
    disk.write('worker-new', new TextEncoder().encode(this.text()), () => {
      disk.sync('worker-new', (failed) => {
        if (failed !== null) return;
        disk.rename('worker-new', 'worker', () => {
          disk.syncDirectory('', (error) => {
            if (error !== null) return;
            for (const one of told) one();
            this.next();
          });
        });
      });
    });
  }
}
