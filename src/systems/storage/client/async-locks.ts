/** Locks by name, given in the order in which they were asked for. */
export class AsyncLocks {
  private readonly queues: Map<string, (() => void)[]> = new Map();

  isLocked(name: string): boolean {
    return this.queues.has(name);
  }

  /** Resolves when the lock is had. `unlock` has to be called then, once. */
  lock(name: string): Promise<void> {
    const queue = this.queues.get(name);
    if (queue === undefined) {
      this.queues.set(name, []);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      queue.push(resolve);
    });
  }

  unlock(name: string): void {
    const next = this.queues.get(name)!.shift();
    if (next === undefined) this.queues.delete(name);
    else next();
  }
}
