import { hashPair } from '../../common/hash.ts';

const fractionBits = 20;
const one: number = 2 ** 24;

/**
 * -log2(word / 2^32) in units of 2^-20, for a word from 1 to 2^32 - 1: by integers alone, one bit of
 * the fraction for each squaring, so that every engine has the same answer.
 */
export function negativeLog2(word: number): number {
  const zeros = Math.clz32(word);
  // The leading 1 goes to bit 24; below it stays what a product of two can hold exactly.
  let mantissa = (word << zeros) >>> 7;
  let fraction = 0;
  for (let bit = 0; bit < fractionBits; bit++) {
    mantissa = Math.floor((mantissa * mantissa) / one);
    fraction *= 2;
    if (mantissa >= one * 2) {
      fraction += 1;
      mantissa = Math.floor(mantissa / 2);
    }
  }
  return ((zeros + 1) << fractionBits) - fraction;
}

/**
 * How far a place stands from a key; the nearest gets it. Divided by the place's weight the draws
 * are exponential, so a place is nearest for its share of all keys, and a place that comes or goes
 * moves only the keys that it wins or had (Thaler and Ravishankar 1998; weighted as in CRUSH straw2).
 */
export function rendezvousDraw(key: number, place: number): number {
  return negativeLog2(hashPair(key, place) || 1);
}

/** Whether draw `a` over weight `weightA` is less than draw `b` over `weightB`; exact. */
export function nearer(a: number, weightA: number, b: number, weightB: number): boolean {
  return a * weightB < b * weightA;
}

/** The greatest weight: with it the comparison of two draws stays below 2^53. */
export const maxWeight: number = 2 ** 26;
