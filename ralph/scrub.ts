import { homedir } from 'node:os';

/** What stands for a text that must not be told. */
export type Replacement = readonly [text: string, inPlace: string];

const secretName = /key|token|secret|passw|credential|auth/i;
const leastSecret = 8;

/**
 * Takes paths of this machine and secrets out of what goes into logs: those are made to be committed.
 * @param places paths with the words for them
 * @param environment names of variables that an agent gets
 */
export function scrubber(
  places: readonly Replacement[],
  environment: readonly string[] = [],
): (text: string) => string {
  const secrets = environment
    .filter((name) => secretName.test(name))
    .map((name): Replacement => [process.env[name] ?? '', `<${name}>`])
    .filter(([value]) => value.length >= leastSecret);
  const home: Replacement = [homedir(), '~'];
  const all = [...secrets, ...places, home]
    .filter(([text]) => text.length > 1)
    // A path within another one comes first.
    .sort(([a], [b]) => b.length - a.length);
  return (text) => all.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
}
