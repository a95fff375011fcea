/**
 * Counts the bytes that code of some folder copies from one buffer into another, or has copied by what
 * it calls: by `set`, `slice`, `copyWithin`, `from` and by building a buffer from another one. A view
 * (`subarray`) copies nothing. The folder is looked for in the whole stack of each call, so it is slow:
 * for counting, not beside a clock.
 *
 * What the simulator copies is no copy of the system, and neither is what rungs copy that call its code.
 *
 * @param folder part of the path of the files that count, such as `/src/systems/storage/`
 * @returns what the work gave, and how many bytes were copied meanwhile
 */
export function countCopies<Result>(
  folder: string,
  work: () => Result,
): { readonly result: Result; readonly bytes: number } {
  let bytes = 0;
  const Plain = Uint8Array;
  const { prototype } = Plain;
  const own = { ...Object.getOwnPropertyDescriptors(Object.getPrototypeOf(prototype)) };
  const typed = Object.getPrototypeOf(prototype) as Record<string, unknown>;
  const note = (count: number): void => {
    if (count > 0 && callerIsIn(folder)) bytes += count;
  };
  const wrap = (name: 'set' | 'slice' | 'copyWithin', countOf: Counter): void => {
    const original = own[name]!.value as (...args: unknown[]) => unknown;
    typed[name] = function (this: Uint8Array, ...args: unknown[]): unknown {
      if (this instanceof Plain) note(countOf(this, args));
      return original.apply(this, args);
    };
  };
  wrap('set', (_, [source]) => (source as Uint8Array).length);
  wrap('slice', (self, [from = 0, to = self.length]) => spanOf(self, from, to));
  wrap('copyWithin', (self, [, from = 0, to = self.length]) => spanOf(self, from, to));
  globalThis.Uint8Array = new Proxy(Plain, {
    construct(target, args, newTarget) {
      const [source] = args as readonly unknown[];
      if (source !== null && typeof source === 'object' && !isBuffer(source)) {
        note((source as { length?: number }).length ?? 0);
      }
      return Reflect.construct(target, args, newTarget) as object;
    },
    get(target, name) {
      if (name !== 'from') return Reflect.get(target, name) as unknown;
      return (source: ArrayLike<number> & Iterable<number>, ...rest: never[]) => {
        if (ArrayBuffer.isView(source)) note(source.length);
        return target.from(source, ...rest);
      };
    },
  });
  try {
    const result = work();
    return { result, bytes };
  } finally {
    globalThis.Uint8Array = Plain;
    for (const name of ['set', 'slice', 'copyWithin']) {
      Object.defineProperty(typed, name, own[name]!);
    }
  }
}

type Counter = (self: Uint8Array, args: readonly unknown[]) => number;

function isBuffer(source: object): boolean {
  return source instanceof ArrayBuffer || source instanceof SharedArrayBuffer;
}

/** How many bytes a range has whose ends may count from the end. */
function spanOf(self: Uint8Array, from: unknown, to: unknown): number {
  const place = (end: number): number =>
    Math.min(self.length, Math.max(0, end < 0 ? self.length + end : end));
  return Math.max(0, place(Number(to)) - place(Number(from)));
}

/** Copies of these count for nobody: of the simulator itself, and of all that a rung calls. */
const simulator = '/src/sim/';
const judges = ['/invariants/', '/src/checkers/'] as const;

/** Whether the code that copies, below the wrappers of this file, is in the folder or called from it. */
function callerIsIn(folder: string): boolean {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const stack = new Error('where').stack ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  const lines = stack.split('\n').slice(1);
  const frames = lines.filter((line) => !line.includes('copy-meter.ts'));
  if (frames[0]?.includes(simulator)) return false;
  if (frames.some((line) => judges.some((judge) => line.includes(judge)))) return false;
  return frames.some((line) => line.includes(folder));
}
