import seedrandom from 'seedrandom';
import type { ChoiceBase, ChoicePoint, Choices, NamedChoice, Stream } from './choices.ts';
import { hashText, mixWord } from './hash.ts';

const manyOccurrences = 1 << 16;
const twoTo32 = 4_294_967_296;
/** The seed of everything that must vary between nodes even when calm. */
const calmSalt = 'calm';

/** Told of every choice whose value is not the calm one. */
export type ChoiceRecorder = (choice: NamedChoice) => void;

/**
 * The choices of one run. Values come from hashing (salt, point, key, occurrence), so they do not
 * depend on the order in which other choices are made.
 *
 * Occurrences are counted in a table of fixed size. Two keys that share a slot share a count, which
 * costs a little independence and never determinism. What is told of a choice, and what names one,
 * counts its own key alone: else one draw more somewhere else could take the names away from others.
 */
export class KeyedChoices implements Choices {
  readonly base: ChoiceBase;
  readonly occurrences: Uint16Array;
  readonly recorder: ChoiceRecorder | undefined;
  readonly #streams = new Map<string, KeyedStream>();
  /** Named choices by a hash of their identity; undefined when there are none. */
  readonly #named: Map<number, Named[]> | undefined;
  #forkAt = 0;
  #nextForkStep: number;
  #unfit: NamedChoice | undefined;

  /** @param slots size of the table of occurrences; a power of two, small for a few draws */
  constructor(base: ChoiceBase, recorder?: ChoiceRecorder, slots: number = manyOccurrences) {
    this.base = base;
    this.occurrences = new Uint16Array(slots);
    this.recorder = recorder;
    this.#named = index(base.kind === 'seed' ? base.overrides : base.list);
    this.#nextForkStep = base.kind === 'seed' ? (base.forks[0]?.[0] ?? Infinity) : Infinity;
  }

  stream(name: string): KeyedStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new KeyedStream(this, name, this.#named !== undefined);
      stream.salt(this.#saltSeed());
      this.#streams.set(name, stream);
    }
    return stream;
  }

  atStep(step: number): void {
    if (step < this.#nextForkStep) return;
    const { forks } = this.base as Extract<ChoiceBase, { kind: 'seed' }>;
    while (this.#forkAt < forks.length && (forks[this.#forkAt] as [number, number])[0] <= step) {
      this.#forkAt++;
    }
    this.#nextForkStep = forks[this.#forkAt]?.[0] ?? Infinity;
    const seed = this.#saltSeed();
    for (const stream of this.#streams.values()) stream.salt(seed);
  }

  /**
   * The first named choice that did not fit this run: its value lies outside the domain, or (asked
   * at the end) it was never made.
   */
  misfit(): NamedChoice | undefined {
    if (this.#unfit !== undefined) return this.#unfit;
    for (const bucket of this.#named?.values() ?? []) {
      for (const entry of bucket) if (!entry.used) return entry.choice;
    }
    return undefined;
  }

  /** The value named for a choice, or -1. */
  named(stream: KeyedStream, point: ChoicePoint, key: number, nth: number, size: number): number {
    const bucket = this.#named?.get(identityHash(stream.nameHash, point.hash, key, nth));
    if (bucket === undefined) return -1;
    for (const entry of bucket) {
      const { choice } = entry;
      if (choice.key !== key || choice.occurrence !== nth) continue;
      if (choice.point !== point.name || choice.stream !== stream.name) continue;
      entry.used = true;
      if (choice.value < size) return choice.value;
      this.#unfit ??= choice;
      return -1;
    }
    return -1;
  }

  #saltSeed(): string | undefined {
    if (this.base.kind === 'calm') return undefined;
    const fork = this.#forkAt === 0 ? undefined : this.base.forks[this.#forkAt - 1];
    return fork === undefined ? `${this.base.seed}` : `${this.base.seed}+${fork[0]}:${fork[1]}`;
  }
}

interface Named {
  readonly choice: NamedChoice;
  used: boolean;
}

/** One stream of a `KeyedChoices`. */
export class KeyedStream implements Stream {
  readonly name: string;
  readonly nameHash: number;
  readonly #owner: KeyedChoices;
  /** The table of the owner. */
  readonly #occurrences: Uint16Array;
  readonly #slow: boolean;
  /** Salts are made when first drawn with: most links of a world never carry a message. */
  #salted = false;
  #seed: string | undefined;
  #calmWord: number | undefined;
  #word = 0;
  #calm = false;
  /** How often each key was met at each point, where that has to be exact. */
  #met: Map<ChoicePoint, Map<number, number>> | undefined;

  constructor(owner: KeyedChoices, name: string, hasNamed: boolean) {
    this.#owner = owner;
    this.#occurrences = owner.occurrences;
    this.name = name;
    this.nameHash = hashText(`stream ${name}`);
    this.#slow = hasNamed || owner.recorder !== undefined;
  }

  /** Takes the salt from a seed; without one the stream is calm. */
  salt(seed: string | undefined): void {
    this.#calm = seed === undefined;
    this.#seed = seed;
    this.#salted = false;
  }

  /** The salt of a calm stream, of which `spread` draws where all others are 0. */
  #calmly(): number {
    this.#calmWord ??= seedrandom.alea(`${calmSalt}/${this.name}`).int32();
    return this.#calmWord;
  }

  #saltNow(): number {
    const seed = this.#seed;
    this.#word =
      seed === undefined ? this.#calmly() : seedrandom.alea(`${seed}/${this.name}`).int32();
    this.#salted = true;
    return this.#word;
  }

  /** The draw before it is scaled to a domain. */
  #draw(point: ChoicePoint, key: number, nth: number): number {
    return draw(this.#salted ? this.#word : this.#saltNow(), point.hash, key, nth);
  }

  below(point: ChoicePoint, key: number, size: number): number {
    const nth = this.#count(point, key);
    let value = this.#calm ? 0 : scale(this.#draw(point, key, nth), size);
    if (this.#slow) value = this.#decided(point, key, this.#meet(point, key), size, value, 0);
    return value;
  }

  chance(point: ChoicePoint, key: number, perMillion: number): 0 | 1 {
    const nth = this.#count(point, key);
    let value = 0;
    if (!this.#calm && perMillion > 0) {
      value = this.#draw(point, key, nth) < perMillion * 4294.967296 ? 1 : 0;
    }
    if (this.#slow) value = this.#decided(point, key, this.#meet(point, key), 2, value, 0);
    return value as 0 | 1;
  }

  spread(point: ChoicePoint, key: number, size: number): number {
    const nth = this.#count(point, key);
    if (!this.#calm && !this.#slow) return scale(this.#draw(point, key, nth), size);
    const met = this.#meet(point, key);
    const calm = scale(draw(this.#calmly(), point.hash, key, met), size);
    const value = this.#calm ? calm : scale(this.#draw(point, key, nth), size);
    return this.#slow ? this.#decided(point, key, met, size, value, calm) : value;
  }

  /** Counts a key without mixing it up with any other. */
  #meet(point: ChoicePoint, key: number): number {
    this.#met ??= new Map();
    let keys = this.#met.get(point);
    if (keys === undefined) {
      keys = new Map();
      this.#met.set(point, keys);
    }
    const nth = keys.get(key) ?? 0;
    keys.set(key, nth + 1);
    return nth;
  }

  #count(point: ChoicePoint, key: number): number {
    const slot =
      (Math.imul(this.nameHash ^ point.hash, 0x9e3779b1) + Math.imul(key, 0x85ebca6b)) | 0;
    const occurrences = this.#occurrences;
    const at = (slot ^ (slot >>> 15)) & (occurrences.length - 1);
    const nth = occurrences[at] as number;
    occurrences[at] = nth + 1;
    return nth;
  }

  #decided(
    point: ChoicePoint,
    key: number,
    nth: number,
    size: number,
    drawn: number,
    calm: number,
  ): number {
    const named = this.#owner.named(this, point, key, nth, size);
    const value = named < 0 ? drawn : named;
    if (value !== calm) {
      this.#owner.recorder?.({
        stream: this.name,
        point: point.name,
        key,
        occurrence: nth,
        value,
      });
    }
    return value;
  }
}

/** A uniform 32-bit unsigned integer from what identifies a choice. */
function draw(salt: number, point: number, key: number, nth: number): number {
  let word = Math.imul(salt ^ point, 0x9e3779b1) ^ key;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = (word ^ (word >>> 15)) + Math.imul(nth, 0x735a2d97) + salt;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

function scale(word: number, size: number): number {
  return Math.floor((word * size) / twoTo32);
}

function identityHash(stream: number, point: number, key: number, nth: number): number {
  return mixWord((stream ^ Math.imul(point, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b)) + nth);
}

function index(list: readonly NamedChoice[]): Map<number, Named[]> | undefined {
  if (list.length === 0) return undefined;
  const buckets = new Map<number, Named[]>();
  for (const choice of list) {
    const hash = identityHash(
      hashText(`stream ${choice.stream}`),
      hashText(`point ${choice.point}`),
      choice.key,
      choice.occurrence,
    );
    const bucket = buckets.get(hash);
    if (bucket === undefined) buckets.set(hash, [{ choice, used: false }]);
    else bucket.push({ choice, used: false });
  }
  return buckets;
}
