import {
  type Broken,
  broken,
  held,
  type Outcome,
  premiseFalse,
  type Rung,
  rung,
} from '../../src/index.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import type { EntryLook } from './oracle.ts';

/** What is wrong with an entry, by name; `null`: nothing to judge; `true`: it is as it must be. */
export type Finding = Readonly<Record<string, unknown>> | true | null;

/** A law that looks at every committed entry just after it was applied, in the order of the log. */
export interface EntryLaw<G = unknown> {
  readonly id: string;
  /** Fresh memory for one run. */
  readonly ghost: () => G;
  judge(look: EntryLook, ghost: G, facts: OrchestratorFacts): Finding;
}

/** A rung over such a law. */
export interface EntryRung extends Rung<OrchestratorMoment> {
  readonly law: EntryLaw;
}

/** What people read of such a rung, and how it is seen. */
type EntryRungDefinition<G> = Omit<
  Rung<OrchestratorMoment>,
  'kind' | 'watches' | 'ghost' | 'check'
> &
  Pick<EntryLaw<G>, 'ghost' | 'judge'>;

/** Defines a rung that judges entries one by one, each at its own index. */
export function entryRung<G>(definition: EntryRungDefinition<G>): EntryRung {
  const { ghost, judge, ...info } = definition;
  const { id } = info;
  const law = { id, ghost, judge } as EntryLaw;
  return {
    ...rung<OrchestratorMoment>({
      ...info,
      kind: 'always',
      watches: ['chain'],
      check: ({ facts }): Outcome => facts.verdicts.of(id),
    }),
    law,
  };
}

/** What the laws say of the entries that were committed in one step. */
export class Verdicts {
  readonly #laws: readonly { readonly law: EntryLaw; readonly ghost: unknown }[];
  readonly #outcomes: Map<string, Outcome> = new Map();
  readonly #errors: Map<string, unknown> = new Map();

  constructor(laws: readonly EntryLaw[]) {
    this.#laws = laws.map((law) => ({ law, ghost: law.ghost() }));
  }

  /** A new batch of entries begins. */
  begin(): void {
    this.#outcomes.clear();
  }

  judge(look: EntryLook, facts: OrchestratorFacts): void {
    for (const { law, ghost } of this.#laws) {
      const { id } = law;
      if (this.#outcomes.get(id)?.kind === 'broken' || this.#errors.has(id)) continue;
      try {
        const finding = law.judge(look, ghost, facts);
        if (finding === null) continue;
        this.#outcomes.set(id, finding === true ? held : brokenBy(look, finding));
      } catch (error) {
        // Thrown again by the rung, which the ladder can put to sleep.
        this.#errors.set(id, error);
      }
    }
  }

  of(id: string): Outcome {
    const error = this.#errors.get(id);
    if (error !== undefined) throw error;
    return this.#outcomes.get(id) ?? premiseFalse;
  }
}

function brokenBy(
  { envelope, index }: EntryLook,
  finding: Readonly<Record<string, unknown>>,
): Broken {
  return broken({ nodes: [], values: { ...finding, by: envelope.command.kind, index } });
}
