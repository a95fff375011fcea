/** A 32-bit hash of a text (FNV-1a over UTF-16 units, then mixed). Equal on every engine. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return mixWord(hash);
}

/** Spreads the bits of a 32-bit word over the whole word; a bijection. */
export function mixWord(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

/** Joins two words into one key; the order matters. */
export function joinWords(first: number, second: number): number {
  return mixWord((Math.imul(first, 0x9e3779b1) + second) | 0);
}
