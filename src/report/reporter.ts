import type { GateListener } from '../record/gate-record.ts';
import type { Paint } from './paint.ts';

/**
 * A reader of a gate, or of a sweep, while it runs and when it is over: `pretty`, `junit` and their
 * kind, or one of your own. All hooks are optional; `GateListener` says when each is called. A
 * reporter only reads: nothing it does changes a verdict.
 *
 * A module of one's own exports a factory by default, and `--reporter ./mine.ts` names it:
 *
 * @example
 * const mine: ReporterFactory = ({ write }) => ({
 *   onPart: (part) => write(`${part.verdict} ${part.name}`),
 * });
 * // typeof mine => 'function'
 */
export interface Reporter extends GateListener {}

/** Where a reporter writes: its file (`--outputFile.<name>`), else standard output. */
export interface ReporterOutput {
  /** Adds lines. */
  write(lines: string | readonly string[]): void;
  /**
   * Puts a whole document in the place of the last one. A file is written anew each time, so that an
   * interrupted gate leaves what it had; standard output gets the last document at the end.
   */
  replace(document: string): void;
  /** Colours; none in files. */
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A path, given from the working directory, as a link in what is written here has to have it. */
  linkTo(path: string): string;
  /** Appends to another file that the environment names, such as a job summary. */
  appendTo(path: string, text: string): void;
}

/** Makes a reporter; called once before anything runs. */
export type ReporterFactory = (output: ReporterOutput) => Reporter;
