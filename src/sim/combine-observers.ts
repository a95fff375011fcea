import type { WorldObserver } from './observer.ts';

const members = [
  'afterStep',
  'lifecycle',
  'promised',
  'directoryPromised',
  'threw',
  'probe',
  'log',
  'fault',
] as const satisfies readonly (keyof WorldObserver)[];

/** One observer that tells several, in order. Members that nobody has stay absent. */
export function combineObservers(observers: readonly WorldObserver[]): WorldObserver {
  if (observers.length === 1) return observers[0] as WorldObserver;
  const combined: Record<string, unknown> = {};
  for (const member of members) {
    const parts = observers.filter((observer) => observer[member] !== undefined);
    if (parts.length === 0) continue;
    // A function that is written into a property at once would be born old: see `OperationQueue`.
    const tellAll = (...given: unknown[]): void => {
      for (const part of parts) (part[member] as (...args: unknown[]) => void)(...given);
    };
    combined[member] = tellAll;
  }
  combined['afterStep'] = combineAfterStep(observers);
  if (combined['afterStep'] === undefined) delete combined['afterStep'];
  return combined as WorldObserver;
}

/** The hot member without a rest parameter. */
function combineAfterStep(observers: readonly WorldObserver[]): WorldObserver['afterStep'] {
  const parts = observers.filter((observer) => observer.afterStep !== undefined);
  if (parts.length === 0) return undefined;
  return (step) => {
    for (let at = 0; at < parts.length; at++) (parts[at] as WorldObserver).afterStep?.(step);
  };
}
