import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataOracle } from './oracle.ts';

interface Written {
  version: number;
  generation: number;
  atUs: number;
}

/** When chunks took on the version and the code that they have: what a repair makes is not new. */
export class LastWritten {
  readonly #chunks: Map<number, Written> = new Map();

  /** Takes in the entries that were committed now. */
  follow({ touched }: MetadataOracle, timeUs: number): void {
    for (const cell of touched.values()) {
      if (cell.table !== 'chunks') continue;
      const chunk = cell.key as number;
      if (cell.gone) {
        this.#chunks.delete(chunk);
        continue;
      }
      const { version, generation } = cell.row as Readonly<Chunk>;
      const known = this.#chunks.get(chunk);
      if (known?.version === version && known.generation === generation) continue;
      this.#chunks.set(chunk, { version, generation, atUs: timeUs });
    }
  }

  /** In true time; 0: never. */
  atUs(chunk: number): number {
    return this.#chunks.get(chunk)?.atUs ?? 0;
  }
}
