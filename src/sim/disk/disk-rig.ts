import type { ChoiceBase, NamedChoice } from '../choices.ts';
import { Digest } from '../digest.ts';
import type { DiskError } from '../disk-contract.ts';
import { calmEnvironment, type Environment } from '../environment.ts';
import { KeyedChoices } from '../keyed-choices.ts';
import { type DiskHost, SimulatedDisk } from './disk.ts';

interface Pending {
  readonly atUs: number;
  readonly order: number;
  readonly life: number;
  readonly callback: () => void;
}

/** A world of one disk, for tests: runs its completions in order of time. */
export class DiskRig implements DiskHost {
  readonly folder: Digest = new Digest();
  readonly marks: string[] = [];
  readonly promises: string[] = [];
  readonly disk: SimulatedDisk;
  timeUs = 0;
  #pending: Pending[] = [];
  #life = 1;
  #order = 0;

  constructor(base: ChoiceBase | number, environment: Partial<Environment> = {}) {
    const seeded: ChoiceBase =
      typeof base === 'number' ? { kind: 'seed', seed: base, overrides: [], forks: [] } : base;
    const choices = new KeyedChoices(seeded);
    this.disk = new SimulatedDisk(this, choices.stream('disk/n1'), {
      ...calmEnvironment,
      ...environment,
    });
  }

  /** A rig whose choices are calm but for these. */
  static calm(list: readonly NamedChoice[] = [], environment: Partial<Environment> = {}): DiskRig {
    return new DiskRig({ kind: 'calm', list }, environment);
  }

  nowUs(): number {
    return this.timeUs;
  }

  complete(delayUs: number, _label: string, callback: () => void): void {
    const atUs = this.timeUs + delayUs;
    this.#pending.push({ atUs, order: this.#order++, life: this.#life, callback });
  }

  promised(file: string, from: number, to: number): void {
    this.promises.push(`${file} ${from}..${to}`);
  }

  directoryPromised(directory: string): void {
    this.promises.push(`${directory}/`);
  }

  mark(event: string): void {
    this.marks.push(event);
  }

  asynchronous(): void {}

  get busy(): boolean {
    return this.#pending.length > 0;
  }

  /** Runs everything that is pending. */
  settle(): void {
    while (this.step());
  }

  /** Runs the next completion; false when there is none. */
  step(): boolean {
    this.#pending.sort((one, other) => one.atUs - other.atUs || one.order - other.order);
    const next = this.#pending.shift();
    if (next === undefined) return false;
    this.timeUs = next.atUs;
    if (next.life === this.#life) next.callback();
    return true;
  }

  crash(powerLoss: boolean): void {
    this.disk.crash(powerLoss);
    this.#life++;
    this.#pending = [];
    this.disk.reboot();
  }

  /** Reads a file now. */
  read(file: string): Uint8Array | undefined {
    let bytes: Uint8Array | undefined;
    this.disk.face.read(file, (error, result) => {
      if (error !== null) throw error;
      bytes = result;
    });
    this.settle();
    return bytes;
  }

  /** The same as text. */
  text(file: string): string | undefined {
    const bytes = this.read(file);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }
}

/** For whom an outcome does not matter. */
export function ignore(): void {}

/** Hands in one operation, lets it end, and gives its error. */
export function outcome(
  rig: DiskRig,
  ask: (done: (error: DiskError | null) => void) => void,
): string {
  let code = 'never';
  ask((error) => {
    code = error === null ? 'done' : error.code;
  });
  rig.settle();
  return code;
}

/** Writes a file and syncs it and its name. */
export function durable(rig: DiskRig, file: string, content: string): void {
  rig.disk.face.write(file, content, ignore);
  rig.disk.face.sync(file, ignore);
  rig.settle();
  rig.disk.face.syncDirectory('', ignore);
  rig.settle();
}
