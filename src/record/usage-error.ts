/**
 * Something that a person gave is wrong: an argument, a scenario file, a case file, a setting.
 * The command line prints it on one screen, without a stack trace, and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** Where: a file with its line or field, or an option of the command line; empty: nowhere special. */
  readonly where: string;
  /** What would be right; empty: nothing to suggest. */
  readonly hint: string;

  constructor(what: string, where = '', hint = '') {
    super(where === '' ? what : `${where}: ${what}`);
    this.what = what;
    this.where = where;
    this.hint = hint;
  }
}
