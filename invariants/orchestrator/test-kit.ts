import type { Command, Envelope } from '../../src/systems/orchestrator/state/command.ts';
import { done, type Reply, refuse } from '../../src/systems/orchestrator/state/reply.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import { Rig } from '../../src/systems/orchestrator/test-rig.ts';
import { Verdicts } from './entry-rung.ts';
import { entryRungs } from './ladder.ts';
import type { OrchestratorFacts } from './moment.ts';
import { StorePast } from './store-past.ts';

/** What is said of an entry that exists on paper only. */
type Said = Partial<Omit<Envelope, 'command'>> & { readonly entryTerm?: number };

/**
 * A store with a leader and workers under the laws for entries: tests let it do what is lawful, and
 * then bend its rows as no entry may.
 */
export class LawRig {
  readonly rig: Rig = new Rig();
  readonly #past: StorePast = new StorePast();
  readonly #verdicts: Verdicts = new Verdicts(entryRungs.map(({ law }) => law));
  /** Containers that run on, by their tasks. */
  readonly running: Set<string> = new Set();
  readonly broken: Set<string> = new Set();
  /** How often each law had something to look at. */
  readonly premises: Map<string, number> = new Map();
  readonly #facts: OrchestratorFacts = {
    machines: { ofTask: (task: string) => (this.running.has(task) ? [{ node: 0 }] : []) },
    world: { damaged: () => false, nodeId: () => 'n1' },
    objects: { orphaned: new Set() },
  } as unknown as OrchestratorFacts;

  constructor() {
    this.rig.after = (command, reply) => this.judge(command, reply);
    this.rig.lead({ kind: 'barrier' });
  }

  get state(): ClusterState {
    return this.rig.state;
  }

  /** Rows are changed as no command would, and that is taken for an entry. */
  bend(change: (state: ClusterState) => void, command: Command = { kind: 'barrier' }): void {
    this.state.applied += 1;
    change(this.state);
    this.state.settle();
    this.judge(command, done);
  }

  /** The same for a command that says of itself that it was refused. */
  bendRefused(change: (state: ClusterState) => void, command: Command): void {
    this.state.applied += 1;
    change(this.state);
    this.state.settle();
    this.judge(command, refuse('conflict'));
  }

  judge(command: Command, reply: Reply, said: Said = {}): void {
    const { state } = this;
    this.#past.follow(state);
    const { entryTerm = this.rig.term, ...given } = said;
    const { timeUs } = state;
    const envelope: Envelope = {
      ...{ session: 0, sequence: 0, oldest: 0, term: this.rig.term, timeUs },
      ...given,
      command,
    };
    this.#verdicts.begin();
    this.#verdicts.judge(
      {
        ...{ index: state.applied, term: entryTerm, timeUs, envelope, reply },
        ...{ repeated: false, state, past: this.#past },
      },
      this.#facts,
    );
    for (const { id } of entryRungs) {
      const { kind } = this.#verdicts.of(id);
      if (kind === 'broken') this.broken.add(id);
      if (kind === 'held') this.premises.set(id, (this.premises.get(id) ?? 0) + 1);
    }
  }
}
