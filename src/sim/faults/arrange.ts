/** Nodes in an order that a drawn number picks. */
export function shuffled(nodes: readonly number[], arrangement: number): number[] {
  return [...nodes].sort((a, b) => mix(arrangement, a) - mix(arrangement, b) || a - b);
}

/** A word that looks random, of a drawn number and a node. */
export function mix(arrangement: number, node: number): number {
  let word = Math.imul(arrangement ^ Math.imul(node + 1, 0x9e3779b1), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 15), 0xc2b2ae35);
  return (word ^ (word >>> 13)) >>> 0;
}
