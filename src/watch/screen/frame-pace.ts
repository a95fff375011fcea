/** Calls something at most once in so many milliseconds: at once if it may, else as soon as it may. */
export interface FramePace {
  /** Asks for a call. */
  request(): void;
  /** No call will come any more. */
  stop(): void;
}

/** What a pace is measured with. */
export interface PaceClock {
  readonly nowMs: () => number;
  /** @returns what takes the call back */
  readonly later: (call: () => void, ms: number) => () => void;
}

const realClock: PaceClock = {
  nowMs: () => performance.now(),
  later(call, ms) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** A pace of at most `perSecond` calls a second. */
export function framePace(
  perSecond: number,
  call: () => void,
  clock: PaceClock = realClock,
): FramePace {
  const gapMs = 1_000 / perSecond;
  let lastMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let stopped = false;
  const run = (): void => {
    cancel = undefined;
    lastMs = clock.nowMs();
    call();
  };
  return {
    request() {
      if (stopped || cancel !== undefined) return;
      const waitMs = lastMs + gapMs - clock.nowMs();
      if (waitMs <= 0) run();
      else cancel = clock.later(run, waitMs);
    },
    stop() {
      stopped = true;
      cancel?.();
      cancel = undefined;
    },
  };
}
