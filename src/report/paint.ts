import { Chalk } from 'chalk';

/** Colours by meaning. Each function gives its text back, painted or not. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
}

const same = (text: string): string => text;

/** No colour at all: pipes, files, `NO_COLOR`, `--no-color`. */
export const plainPaint: Paint = {
  strong: same,
  faint: same,
  good: same,
  bad: same,
  doubtful: same,
};

/** The sixteen colours that every terminal has. */
export function colourPaint(): Paint {
  const chalk = new Chalk({ level: 1 });
  return {
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red.bold(text),
    doubtful: (text) => chalk.yellow(text),
  };
}

/** What decides about colour: the flag, the environment, the terminal. */
export interface PaintConditions {
  /** False after `--no-color`. */
  readonly allowed: boolean;
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Colour only where it is seen and wanted; `FORCE_COLOR` wants it anywhere, `NO_COLOR` nowhere. */
export function paintFor(conditions: PaintConditions): Paint {
  const { allowed, isTerminal, environment } = conditions;
  if (!allowed || (environment.NO_COLOR ?? '') !== '') return plainPaint;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced === '0' ? plainPaint : colourPaint();
  return isTerminal && environment.TERM !== 'dumb' ? colourPaint() : plainPaint;
}

/** The paint of a verdict: green only for what held. */
export function verdictPaint(paint: Paint, verdict: string): (text: string) => string {
  if (verdict === 'held') return paint.good;
  return verdict === 'broken' ? paint.bad : paint.doubtful;
}
