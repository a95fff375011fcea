/**
 * What the screen of `watch` and the thread of the simulation say to each other: plain data that
 * can be posted between threads. The screen sends a `ToSession`, the session sends a `FromSession`.
 *
 * Order: the session sends a first snapshot when the run is ready, or `failed` and nothing more.
 * It never waits for the screen, and it drops snapshots rather than letting them pile up: after
 * each snapshot it sends the next one only when that was `seen`. A `SessionPort` says so by itself
 * when its listener returns.
 */

import type { WatchCommand } from './commands.ts';
import type { LogSnapshot } from './log-snapshot.ts';
import type { WatchSnapshot } from './snapshot.ts';

export type * from './commands.ts';
export { speeds } from './commands.ts';
export type * from './log-snapshot.ts';
export type * from './snapshot.ts';

/** Snapshots a second, at most. */
export const snapshotsPerSecond: number = 15;

/** From the screen. */
export type ToSession =
  | { readonly kind: 'command'; readonly command: WatchCommand }
  /** The last snapshot is drawn: the next one may come. */
  | { readonly kind: 'seen' };

/** To the screen. */
export type FromSession =
  | { readonly kind: 'snapshot'; readonly snapshot: WatchSnapshot | LogSnapshot }
  /** Nothing can go on: the screen restores the terminal, prints it and ends with the code. */
  | {
      readonly kind: 'failed';
      readonly text: string;
      readonly details: readonly string[];
      /** 1: a handler never returned. 2: the input is at fault. 70: the harness is. */
      readonly exitCode: 1 | 2 | 70;
    }
  /** The answer to `quit`: the session is over. */
  | { readonly kind: 'ended'; readonly exitCode: number };

/** What the screen talks to: a worker, or a session in the same thread (tests). */
export interface SessionPort {
  send(command: WatchCommand): void;
  /** One listener; it gets whatever was sent before it came. */
  listen(listener: (message: FromSession) => void): void;
  /** Ends the session at once, whatever it does. */
  close(): Promise<void>;
}
