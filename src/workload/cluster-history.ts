import type { ClusterAnswer, ClusterQuestion } from './cluster-protocol.ts';
import { History, operationFail, operationInfo, operationOk } from './history.ts';

const outcomes = { ok: operationOk, fail: operationFail, info: operationInfo } as const;

/**
 * What clients of a cluster asked and were told: the columns of a history, and the questions and
 * answers themselves. Element i of each column belongs to operation i.
 */
export class ClusterHistory extends History {
  readonly client: number[] = [];
  /** Counts the lives of a client, from 1. */
  readonly life: number[] = [];
  /** The command or query, in the types of the system. */
  readonly question: unknown[] = [];
  /** Undefined while the operation is open, and when the client began anew meanwhile. */
  readonly answer: (ClusterAnswer | undefined)[] = [];

  begin(
    { process, client, life }: { process: number; client: number; life: number },
    asked: ClusterQuestion,
    clientUs: number,
  ): number {
    const { operation, option, consistency, key } = asked;
    this.client.push(client);
    this.life.push(life);
    this.question.push(asked.question);
    this.answer.push(undefined);
    return this.invoke(
      { process, operation, option, consistency, key, value: asked.asked, expected: null },
      clientUs,
    );
  }

  end(operation: number, answer: ClusterAnswer, clientUs: number): void {
    this.answer[operation] = answer;
    const { outcome, told, index, reason } = answer;
    const completion = { outcome: outcomes[outcome], value: told, swapped: false, index, reason };
    this.complete(operation, completion, clientUs);
  }

  /** The client forgot all: what was open stays unknown. */
  abandon(operation: number, clientUs: number): void {
    const nothing = { value: null, swapped: false, index: 0 };
    const completion = { ...nothing, outcome: operationInfo, reason: 'client-restart' } as const;
    this.complete(operation, completion, clientUs);
  }
}
