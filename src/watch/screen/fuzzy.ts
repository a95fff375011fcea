/**
 * How well a typed text fits a candidate: each of its words must be found in it as a subsequence.
 * Letters at the start of words and in a row count more; 0: does not fit.
 */
export function fuzzyScore(typed: string, candidate: string): number {
  const text = candidate.toLowerCase();
  let total = 1;
  for (const word of typed.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const score = wordScore(word, text);
    if (score === 0) return 0;
    total += score;
  }
  // Among equals the shorter one is meant.
  return total + 1 / (1 + candidate.length);
}

function wordScore(word: string, text: string): number {
  const whole = text.search(new RegExp(`(^|[^a-z0-9])${escaped(word)}`));
  if (whole >= 0) {
    const ends = new RegExp(`(^|[^a-z0-9])${escaped(word)}($|[^a-z0-9])`).test(text);
    return word.length * (ends ? 5 : 4) + (whole === 0 ? 2 : 0);
  }
  const inside = text.indexOf(word);
  if (inside >= 0) return word.length * 3;
  let score = 0;
  let from = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return 0;
    const starts = at === 0 || !/[a-z0-9]/.test(text[at - 1]!);
    score += starts ? 2 : at === from ? 1.5 : 0.5;
    from = at + 1;
  }
  return score;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The candidates that fit, best first; all of them, in their order, when nothing is typed. */
export function fuzzyFilter<Candidate>(
  typed: string,
  candidates: readonly Candidate[],
  textOf: (candidate: Candidate) => string,
): readonly Candidate[] {
  if (typed.trim() === '') return candidates;
  return candidates
    .map((candidate, index) => ({ candidate, index, score: fuzzyScore(typed, textOf(candidate)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ candidate }) => candidate);
}
