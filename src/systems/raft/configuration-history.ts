import { decodeConfiguration } from './configuration-format.ts';
import type { Configuration, Entry } from './types.ts';

/**
 * The configurations of a log by the index of their entries, from the one at its base on. A
 * configuration is in force from the moment its entry is in the log, committed or not (Raft,
 * section 6); when the entry is truncated the one before it is in force again.
 */
export class ConfigurationHistory {
  private readonly indexes: number[];
  private readonly configurations: Configuration[];

  /** @param index the last entry that the base of the log covers */
  constructor(index: number, configuration: Configuration) {
    this.indexes = [index];
    this.configurations = [configuration];
  }

  /** The one in force. */
  get current(): Configuration {
    return this.configurations[this.configurations.length - 1]!;
  }

  /** Index of its entry; that of the base when the log has none. */
  get index(): number {
    return this.indexes[this.indexes.length - 1]!;
  }

  /** The one before the one in force, as far as it is known. */
  get previous(): Configuration {
    return this.configurations[this.configurations.length - 2] ?? this.current;
  }

  /** How many are known; entries can take them back down to 1. */
  get size(): number {
    return this.indexes.length;
  }

  /** The one that is in force in a log that ends at an index. */
  at(index: number): Configuration {
    let place = this.indexes.length - 1;
    while (place > 0 && this.indexes[place]! > index) place--;
    return this.configurations[place]!;
  }

  /** Index and configuration by place, oldest first. */
  entry(place: number): { readonly index: number; readonly configuration: Configuration } {
    return { index: this.indexes[place]!, configuration: this.configurations[place]! };
  }

  /** An entry was appended. True when another configuration is in force. */
  appended(entry: Entry): boolean {
    if (entry.kind !== 'configuration') return false;
    this.indexes.push(entry.index);
    this.configurations.push(decodeConfiguration(entry.data));
    return true;
  }

  /** Entries from an index on are gone. True when another configuration is in force. */
  truncatedFrom(index: number): boolean {
    const before = this.indexes.length;
    while (this.indexes.length > 1 && this.index >= index) {
      this.indexes.pop();
      this.configurations.pop();
    }
    return this.indexes.length < before;
  }

  /** The log begins behind a snapshot now. */
  reset(index: number, configuration: Configuration): void {
    this.indexes.length = 0;
    this.configurations.length = 0;
    this.indexes.push(index);
    this.configurations.push(configuration);
  }

  /** Nobody will ask for what was in force before an index, nor truncate up to there. */
  forgetBelow(index: number): void {
    let stale = 0;
    while (stale + 1 < this.indexes.length && this.indexes[stale + 1]! <= index) stale++;
    if (stale === 0) return;
    this.indexes.splice(0, stale);
    this.configurations.splice(0, stale);
  }
}
