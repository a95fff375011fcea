import type { SystemDefinition } from '../system-definition.ts';
import type { WorldView } from '../world-view.ts';

/** Bytes of one file of one node, `from` included, `to` excluded. */
export interface DiskPlace {
  readonly node: number;
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Where damage lies: which nodes have lost something that they promised, which bytes of it, and
 * how many good copies of a record are left elsewhere.
 *
 * A node is damaged until its disk holds again, by the world's own account, all that it promised:
 * until a component has written it anew and the damaged files are gone for good. A disk that was
 * lost as a whole stays lost: what was on it may have been promised under the node's old identity.
 *
 * Records are known only for systems that say which records their files hold
 * (`SystemDefinition.records`); for others the atlas counts nodes.
 */
export class DamageAtlas {
  readonly #world: WorldView;
  readonly #records: SystemDefinition['records'];
  readonly #lost: Uint8Array;
  readonly #places: DiskPlace[] = [];

  constructor(world: WorldView, system: Pick<SystemDefinition, 'records'>) {
    this.#world = world;
    this.#records = system.records;
    this.#lost = new Uint8Array(world.serverCount);
  }

  /** Enters that bytes at rest are damaged. */
  addPlace(place: DiskPlace): void {
    this.#places.push(place);
  }

  /** Enters that everything on the node is gone. */
  addWhole(node: number): void {
    this.#lost[node] = 1;
  }

  /** Whether the node lacks now anything that it promised. */
  isDamaged(node: number): boolean {
    return this.#lost[node] === 1 || this.#world.damaged(node);
  }

  /** All damaged bytes that were entered, in order. */
  places(): readonly DiskPlace[] {
    return this.#places;
  }

  /**
   * The first record that a majority has promised and of which damage at this place would leave no
   * good copy on any undamaged node. Undefined when there is none, or records are not known.
   */
  lastCopyAt(place: DiskPlace): string | undefined {
    if (this.#records === undefined) return undefined;
    const hit = this.#keysAt(place);
    if (hit.size === 0) return undefined;
    const copies = new Map<string, { held: number; good: number }>();
    for (const key of hit) copies.set(key, { held: 1, good: 0 });
    for (let node = 0; node < this.#world.serverCount; node++) {
      if (node === place.node) continue;
      const good = !this.isDamaged(node);
      for (const key of this.#keysOf(node)) {
        const count = copies.get(key);
        if (count === undefined) continue;
        count.held++;
        if (good) count.good++;
      }
    }
    const majority = (this.#world.serverCount >> 1) + 1;
    for (const [key, { held, good }] of copies) {
      if (held >= majority && good === 0) return key;
    }
    return undefined;
  }

  #keysAt(place: DiskPlace): ReadonlySet<string> {
    const keys = new Set<string>();
    const bytes = this.#world.disk(place.node).promisedBytes(place.file);
    if (bytes === undefined) return keys;
    for (const record of this.#records!(place.file, bytes)) {
      if (record.from < place.to && place.from < record.to) keys.add(record.key);
    }
    return keys;
  }

  #keysOf(node: number): ReadonlySet<string> {
    const keys = new Set<string>();
    const disk = this.#world.disk(node);
    for (const file of disk.promisedFiles()) {
      const bytes = disk.promisedBytes(file);
      if (bytes === undefined) continue;
      for (const record of this.#records!(file, bytes)) keys.add(record.key);
    }
    return keys;
  }
}
