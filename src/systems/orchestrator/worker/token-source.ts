import type { NodeId } from '../../../sim/message.ts';
import type { OrchestratorWireMessage } from '../messages/orchestrator-codec.ts';
import type { Refusal } from '../state/reply.ts';

/** What a machine joins with. */
export interface JoinTerms {
  readonly token: string;
  /** The name that the node is to have in the cluster. */
  readonly name: string;
}

/** Where a machine that is to join gets its token from. */
export interface TokenSource {
  /** Calls back as soon as there is one. Asked again before that: the later one is told. */
  take(done: (terms: JoinTerms) => void): void;
  /** The managers did not let it in. */
  refused(why: Refusal | null): void;
  /** A message that is none of the worker's own. */
  message(from: NodeId, message: OrchestratorWireMessage): void;
}

/** A token that somebody has written into the configuration of the machine. */
export class GivenToken implements TokenSource {
  private readonly terms: JoinTerms;

  constructor(terms: JoinTerms) {
    this.terms = terms;
  }

  take(done: (terms: JoinTerms) => void): void {
    done(this.terms);
  }

  refused(): void {}

  message(): void {}
}
