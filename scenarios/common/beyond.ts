/** What a scenario's weather cannot bring about, and why: one reason for several rungs or cells. */
export function beyond(why: string, ...what: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(what.map((one) => [one, why]));
}
