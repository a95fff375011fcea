/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The command that runs a seed again.
 * @param pairs settings as `--set` takes them: `path=value`
 */
export function replayCommand(
  scenario: string,
  seed: number,
  pairs: readonly string[] = [],
): string {
  const settings = pairs.flatMap((pair) => ['--set', shellWord(pair)]);
  return ['seedstorm', 'replay', shellWord(scenario), '--seed', seed, ...settings].join(' ');
}

/** The command that runs a case file again. */
export function replayCaseCommand(path: string): string {
  return `seedstorm replay ${shellWord(path)}`;
}
