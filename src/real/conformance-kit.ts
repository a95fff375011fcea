import type { Component } from '../sim/component.ts';
import type { DiskError } from '../sim/disk-contract.ts';
import type { Env } from '../sim/env.ts';
import type { Message } from '../sim/message.ts';

/** A message of these cases: any plain data. */
export interface Note extends Message {
  readonly [field: string]: unknown;
}

/**
 * What a component may rely on in every environment, as a component that does it. There are two
 * nodes: `tested`, which runs the case, and `echo`, which sends each message back.
 */
export interface ConformanceCase {
  readonly title: string;
  /** How many lives the node has; the process is killed after each. Default 1. */
  readonly lives?: number;
  /** Takes messages by a handler; without it, by `receive`. */
  message?(env: Env<Note>, from: string, note: Note, port: string): void;
  /** The body: ends well, or throws. */
  run(env: Env<Note>, life: number): Promise<void>;
}

/** The component that sends back what it gets, and says on which port it came. */
export const echo: Component<null, Note> = {
  name: 'echo',
  create: () => null,
  message(_state, env, from, note, port) {
    env.network.send(from, { ...note, port });
  },
};

/** The component that runs a case in one life, and tells how it ended. */
export function caseComponent(
  tested: ConformanceCase,
  life: () => number,
  ended: (error: unknown) => void,
): Component<null, Note> {
  const { message } = tested;
  return {
    name: tested.title,
    create: () => null,
    async start(_state, env) {
      try {
        await tested.run(env, life());
        ended(undefined);
      } catch (error) {
        ended(error);
      }
    },
    ...(message !== undefined && {
      message: (_state: null, env: Env<Note>, from: string, note: Note, port: string) =>
        message(env, from, note, port),
    }),
  };
}

/** Throws unless two plain values are equal. */
export function equal(actual: unknown, expected: unknown): void {
  const one = show(actual);
  const other = show(expected);
  if (one !== other) throw new Error(`got ${one}, expected ${other}`);
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part) =>
      part instanceof Uint8Array ? `bytes ${[...part].join(' ')}` : part,
    ) ?? 'undefined'
  );
}

/** Throws unless the condition holds. */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected that ${what}`);
}

/** How an operation ended, as a text. */
export function fails(operation: Promise<unknown>): Promise<string> {
  return operation.then(
    () => 'done',
    (error: DiskError) => `${error.name} ${error.operation} ${error.file} ${error.code}`,
  );
}

/** Bytes as text. */
export function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
