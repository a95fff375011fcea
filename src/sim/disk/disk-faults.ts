import { choicePoint } from '../choice-point.ts';
import type { ChoicePoint, Stream } from '../choices.ts';
import type { DiskFaultMode } from '../fault-plan.ts';
import type { DiskTrouble } from '../world-control.ts';

const points: Readonly<Record<DiskFaultMode, ChoicePoint>> = {
  'read-error': choicePoint('disk-read-error'),
  'write-error': choicePoint('disk-write-error'),
  'sync-error': choicePoint('disk-sync-error'),
  full: choicePoint('disk-full'),
  stall: choicePoint('disk-stall'),
  slow: choicePoint('disk-slow'),
  'lying-sync': choicePoint('disk-lying-sync'),
  'phantom-write': choicePoint('disk-phantom-write'),
  'misdirected-write': choicePoint('disk-misdirected-write'),
};

/** Troubles in force at one disk; several may overlap. */
export class DiskFaults {
  readonly #stream: Stream;
  #troubles: readonly DiskTrouble[] = [];

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Whether any trouble is in force. Ask first: it is the fast path. */
  get any(): boolean {
    return this.#troubles.length > 0;
  }

  begin(trouble: DiskTrouble): void {
    this.#troubles = [...this.#troubles, trouble];
  }

  end(trouble: DiskTrouble): void {
    this.#troubles = this.#troubles.filter((other) => other !== trouble);
  }

  /** Whether an operation on a file, known by a content key, meets this trouble. */
  hits(mode: DiskFaultMode, file: string, key: number): boolean {
    for (const trouble of this.#troubles) {
      if (trouble.mode !== mode || !file.includes(trouble.file)) continue;
      // All of them is no choice: it stays so when choices are calm.
      if (trouble.perMillion >= 1_000_000) return true;
      if (this.#stream.chance(points[mode], key, trouble.perMillion) === 1) return true;
    }
    return false;
  }
}
