/** Changes one chunk; calls `end` when the next one may begin. */
type Turn = (end: () => void) => void;

/** Lets one change of a chunk go on at a time, in the order in which they came. */
export class Turns {
  private readonly queues: Map<number, Turn[]> = new Map();

  take(chunk: number, turn: Turn): void {
    const queue = this.queues.get(chunk);
    if (queue === undefined) {
      this.queues.set(chunk, []);
      this.run(chunk, turn);
    } else queue.push(turn);
  }

  private run(chunk: number, turn: Turn): void {
    let ended = false;
    turn(() => {
      if (ended) throw new Error(`a turn of chunk ${chunk} ended twice`);
      ended = true;
      const queue = this.queues.get(chunk)!;
      const next = queue.shift();
      if (next === undefined) this.queues.delete(chunk);
      else this.run(chunk, next);
    });
  }
}
