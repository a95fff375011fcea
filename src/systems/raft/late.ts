import type { RaftEnv } from './raft-env.ts';

const leastUs = 500;

/** Holds pieces of work back where the run asks for that by `env.maybe`, each once. */
export class Late {
  private readonly env: RaftEnv;
  private readonly name: string;
  private work: object | undefined;
  private held = false;

  constructor(env: RaftEnv, name: string) {
    this.env = env;
    this.name = name;
  }

  /** Whether the work has to wait, for at most so long; `then` is called when it may begin. */
  holds(work: object, mostUs: number, then: () => void): boolean {
    if (this.work === work) return this.held;
    const { random, timers } = this.env;
    this.work = work;
    this.held = this.env.maybe(this.name);
    if (!this.held) return false;
    timers.set(this.name, random.between(leastUs, mostUs, this.name), () => {
      this.held = false;
      then();
    });
    return true;
  }
}
