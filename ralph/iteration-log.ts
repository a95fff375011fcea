import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * The log of one iteration: opened once, where no file stands, and never again. What is in it is
 * remembered, so that nobody else can add to it, change it or take it away.
 */
export class IterationLog {
  readonly path: string;
  readonly #scrub: (text: string) => string;
  #descriptor: number;
  #text = '';

  /**
   * @param scrub takes out what must not be told: paths of this machine, secrets
   * @throws when a file stands there
   */
  constructor(path: string, scrub: (text: string) => string = (text) => text) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.#scrub = scrub;
    this.#descriptor = openSync(path, 'wx');
  }

  /** Adds lines. */
  write(lines: string | readonly string[]): void {
    const text = typeof lines === 'string' ? lines : lines.join('\n');
    this.#append(`${this.#scrub(text)}\n`);
  }

  #append(text: string): void {
    writeSync(this.#descriptor, text);
    this.#text += text;
  }

  /** Puts the file back if somebody else wrote to it or took it away; says whether that was so. */
  restore(): boolean {
    const found = statSync(this.path, { throwIfNoEntry: false });
    const own = fstatSync(this.#descriptor);
    const isOwn = found?.ino === own.ino && found.dev === own.dev;
    if (isOwn && readFileSync(this.path, 'utf8') === this.#text) return false;
    if (isOwn) {
      ftruncateSync(this.#descriptor, 0);
      writeSync(this.#descriptor, this.#text, 0);
    } else {
      closeSync(this.#descriptor);
      mkdirSync(dirname(this.path), { recursive: true });
      rmSync(this.path, { force: true, recursive: true });
      this.#descriptor = openSync(this.path, 'wx');
      writeSync(this.#descriptor, this.#text);
    }
    return true;
  }

  /** Ends it. @returns the hash of its content */
  close(): string {
    this.restore();
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    chmodSync(this.path, 0o444);
    return sha256(this.#text);
  }
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
