import { UsageError } from '../../record/usage-error.ts';
import type { Host } from '../../run/run-contract.ts';
import { toPlainError } from '../../run/worker-protocol.ts';
import { type FromSession, snapshotsPerSecond, type ToSession } from '../protocol.ts';
import type { Session } from '../session/session.ts';

/** How long a slice of work may take: a command never waits longer. */
const sliceMs = 8;
const snapshotMs: number = 1_000 / snapshotsPerSecond;

/** What a pump needs from its thread. */
export interface PumpOptions {
  readonly host: Host;
  /** Calls back after so many milliseconds; the function that it returns forgets it. */
  readonly later: (ms: number, callback: () => void) => () => void;
  /** Makes the session. Called inside a slice; what it throws is told. */
  readonly make: (drain: (() => void) | undefined) => Session;
  readonly tell: (message: FromSession) => void;
  /** Told when a slice begins and ends, for a watchdog outside. */
  readonly onSlice?: (isWorking: boolean) => void;
}

const exitCodes = { held: 0, broken: 1, inconclusive: 3, 'harness fault': 70 } as const;

/** What a screen is told of an error that nothing survives. */
export function failureOf(error: unknown): FromSession {
  const { message, details = [], stack } = toPlainError(error);
  const isUsage = error instanceof UsageError;
  const where = isUsage ? [] : stack.split('\n').slice(1, 8);
  return {
    kind: 'failed',
    text: isUsage ? error.message : `the harness is at fault: ${message}`,
    details: details.length > 0 ? details : where,
    exitCode: isUsage ? 2 : 70,
  };
}

/**
 * Runs a session slice by slice, hands commands to it between slices, and sends snapshots: at most
 * `snapshotsPerSecond`, only when something changed, and never before the last one was seen.
 */
export class Pump {
  readonly #options: PumpOptions;
  #commands: ToSession[] = [];
  #isSeen = true;
  #toldVersion = -1;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #isOver = false;
  /** Ends the wait for a command or for time to pass. */
  #wake: (() => void) | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Takes a message from the screen. */
  receive(message: ToSession): void {
    if (message.kind === 'seen') this.#isSeen = true;
    else this.#commands.push(message);
    this.#wake?.();
  }

  /** Ends the pump at once. */
  stop(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** Works until somebody quits. */
  async run(): Promise<void> {
    const { host, make, tell } = this.#options;
    try {
      const session = await host.slice((drain) => make(drain));
      while (!this.#isOver) {
        const waitMs = await host.slice(() => this.#slice(session));
        const snapshotInMs = this.#tellSnapshot(session);
        const restMs = Math.min(waitMs, snapshotInMs);
        if (restMs > 0 && !this.#isOver) await this.#rest(restMs);
      }
    } catch (error) {
      tell(failureOf(error));
    }
  }

  #slice(session: Session): number {
    const { onSlice } = this.#options;
    onSlice?.(true);
    try {
      for (const message of this.#commands.splice(0)) this.#obey(session, message);
      return this.#isOver ? 0 : session.work(sliceMs);
    } finally {
      onSlice?.(false);
    }
  }

  #obey(session: Session, message: ToSession): void {
    if (message.kind === 'seen') return;
    const { command } = message;
    if (command.kind !== 'quit') {
      session.command(command);
      return;
    }
    this.#isOver = true;
    const { outcome } = session;
    const exitCode = outcome === undefined ? 0 : exitCodes[outcome.verdict];
    this.#options.tell({ kind: 'ended', exitCode });
  }

  /** @returns milliseconds until the next one may be sent; Infinity: there is nothing to send */
  #tellSnapshot(session: Session): number {
    if (this.#isOver || session.version === this.#toldVersion) return Number.POSITIVE_INFINITY;
    // When it is seen, that wakes the pump.
    if (!this.#isSeen) return Number.POSITIVE_INFINITY;
    const nowMs = this.#options.host.nowMs();
    const waitMs = this.#toldAtMs + snapshotMs - nowMs;
    if (waitMs > 0) return waitMs;
    this.#toldAtMs = nowMs;
    this.#toldVersion = session.version;
    this.#isSeen = false;
    this.#options.tell({ kind: 'snapshot', snapshot: session.snapshot() });
    return Number.POSITIVE_INFINITY;
  }

  #rest(ms: number): Promise<void> {
    if (this.#commands.length > 0) return Promise.resolve();
    return new Promise<void>((resolve) => {
      const forget = Number.isFinite(ms) ? this.#options.later(ms, resolve) : undefined;
      this.#wake = () => {
        forget?.();
        resolve();
      };
    }).then(() => {
      this.#wake = undefined;
    });
  }
}
