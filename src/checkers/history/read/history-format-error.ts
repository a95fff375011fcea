/** A history that cannot be read, with the line (from 1) that is wrong. */
export class HistoryFormatError extends Error {
  override readonly name = 'HistoryFormatError';
  readonly line: number;
  /** What is wrong, without the line. */
  readonly problem: string;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
    this.problem = problem;
  }
}
