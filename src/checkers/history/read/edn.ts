import { HistoryFormatError } from './history-format-error.ts';

/** A form of a file with the line on which it begins. */
export interface Form {
  readonly value: unknown;
  readonly line: number;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
};

const closings: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const delimiter = /[\s,()[\]{}";]/;

/**
 * Reads EDN, the notation of Clojure's data, as far as histories need it: keywords and symbols become
 * strings without their colon, lists, vectors and sets become arrays, maps become objects by the text
 * of their keys, tags and metadata are dropped.
 */
export class EdnReader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * The next form at the top; undefined at the end.
   * @throws HistoryFormatError where it is no EDN
   */
  next(): Form | undefined {
    this.#skip();
    if (this.#at >= this.#text.length) return undefined;
    const line = this.#line;
    return { value: this.#form(), line };
  }

  /** Enters a vector or list at the top, so that `next` gives what is in it; false: something else. */
  enter(): boolean {
    this.#skip();
    const enters = this.#text[this.#at] === '[' || this.#text[this.#at] === '(';
    if (enters) this.#at++;
    return enters;
  }

  /** Whether a list that was entered ends here. */
  leaves(): boolean {
    this.#skip();
    return this.#text[this.#at] === ']' || this.#text[this.#at] === ')';
  }

  #fail(problem: string): never {
    throw new HistoryFormatError(this.#line, `is not EDN: ${problem}`);
  }

  /** Skips space, commas, comments and what `#_` discards. */
  #skip(): void {
    const text = this.#text;
    for (; this.#at < text.length; this.#at++) {
      const character = text[this.#at]!;
      if (character === '\n') this.#line++;
      else if (character === ';') {
        const end = text.indexOf('\n', this.#at);
        this.#at = (end < 0 ? text.length : end) - 1;
      } else if (character === '#' && text[this.#at + 1] === '_') {
        this.#at += 2;
        this.#form();
        this.#at--;
      } else if (character !== ' ' && !/[\s,]/.test(character)) return;
    }
  }

  #form(): unknown {
    this.#skip();
    const character = this.#text[this.#at];
    switch (character) {
      case undefined:
        return this.#fail('it ends too early');
      case '"':
        return this.#string();
      case '(':
      case '[':
        return this.#items(closings[character]!);
      case '{':
        return this.#map();
      case '#':
        return this.#tagged();
      case '^':
        this.#at++;
        this.#form();
        return this.#form();
      case '\\':
        return this.#character();
      case ')':
      case ']':
      case '}':
        return this.#fail(`an unexpected ${character}`);
      default:
        return atomOf(this.#token());
    }
  }

  #items(closing: string): unknown[] {
    const from = this.#line;
    this.#at++;
    const items: unknown[] = [];
    for (;;) {
      this.#skip();
      const character = this.#text[this.#at];
      if (character === undefined) {
        throw new HistoryFormatError(from, `is not EDN: what begins here has no ${closing}`);
      }
      if (character === closing) break;
      items.push(this.#form());
    }
    this.#at++;
    return items;
  }

  #map(): Record<string, unknown> {
    const items = this.#items('}');
    if (items.length % 2 === 1) this.#fail('a map with a key without a value');
    const map: Record<string, unknown> = {};
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      map[typeof key === 'string' ? key : JSON.stringify(key)] = items[i + 1];
    }
    return map;
  }

  #tagged(): unknown {
    this.#at++;
    if (this.#text[this.#at] === '{') return this.#items('}');
    this.#token();
    return this.#form();
  }

  #character(): string {
    this.#at++;
    const first = this.#text[this.#at] ?? this.#fail('it ends too early');
    this.#at++;
    return first + this.#token();
  }

  #string(): string {
    let found = '';
    for (this.#at++; ; this.#at++) {
      let character = this.#text[this.#at];
      if (character === undefined) this.#fail('a string without an end');
      if (character === '"') break;
      if (character === '\n') this.#line++;
      if (character === '\\') {
        character = this.#text[++this.#at] ?? '';
        if (character === 'u') {
          found += String.fromCharCode(Number.parseInt(this.#text.substr(this.#at + 1, 4), 16));
          this.#at += 4;
          continue;
        }
        character = escapes[character] ?? this.#fail(`an unknown escape \\${character}`);
      }
      found += character;
    }
    this.#at++;
    return found;
  }

  #token(): string {
    const from = this.#at;
    while (this.#at < this.#text.length && !delimiter.test(this.#text[this.#at]!)) this.#at++;
    return this.#text.slice(from, this.#at);
  }
}

function atomOf(token: string): unknown {
  if (token === 'nil') return null;
  if (token === 'true') return true;
  if (token === 'false') return false;
  if (/^[+-]?\d/.test(token)) {
    const number = Number(token.replace(/[NM]$/, ''));
    // Ratios, and integers beyond what a number can tell apart, stay texts.
    const exact = Number.isSafeInteger(number) || !/^[+-]?\d+N?$/.test(token);
    return Number.isNaN(number) || !exact ? token : number;
  }
  return token.startsWith(':') ? token.slice(1) : token;
}
