import type { Plan } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataOracle } from './oracle.ts';

/** A fragment and the server that has it. */
export interface Identity {
  readonly server: number;
  readonly chunk: number;
  readonly version: number;
  readonly generation: number;
  readonly part: number;
}

export function planKey({ server, chunk, version, generation, part }: Identity): string {
  return `${chunk} v${version} g${generation} p${part} on ${server}`;
}

/** Every deletion that was ever planned, and when it was due first. */
export class DeletePlans {
  readonly #due: Map<string, number> = new Map();

  /** Takes what the newest entries have planned. */
  follow({ touched }: MetadataOracle): void {
    for (const { table, group, row } of touched.values()) {
      if (table !== 'plans') continue;
      const plan = row as Plan;
      if (plan.kind !== 'delete') continue;
      const key = planKey({ ...plan, chunk: group });
      if (!this.#due.has(key)) this.#due.set(key, plan.dueUs);
    }
  }

  /** When a fragment might be erased first; undefined: never. */
  dueUs(identity: Identity): number | undefined {
    return this.#due.get(planKey(identity));
  }
}
