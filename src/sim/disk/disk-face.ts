import type { Disk, DiskCallback, DiskDone, DiskError } from '../disk-contract.ts';
import { checkOffset } from './file-names.ts';
import { type OperationCode, operationCode, wholeFile } from './operations.ts';

const textEncoder = new TextEncoder();

/** Takes operations in; the simulated disk is one. */
export interface OperationIntake {
  submit(
    code: OperationCode,
    file: string,
    target: string | undefined,
    offset: number,
    length: number,
    data: Uint8Array | undefined,
    // biome-ignore lint/suspicious/noExplicitAny: each operation has its own type of result
    done: (error: any, result: any) => void,
  ): void;
  /** The component uses promises: continuations will have to run. */
  asynchronous(): void;
}

/** What a component sees of its simulated disk: both faces of each operation. */
export class DiskFace implements Disk {
  readonly #intake: OperationIntake;

  constructor(intake: OperationIntake) {
    this.#intake = intake;
  }

  read(file: string): Promise<Uint8Array | undefined>;
  read(file: string, done: DiskCallback<Uint8Array | undefined>): void;
  read(file: string, done?: DiskCallback<Uint8Array | undefined>): unknown {
    return this.#hand(operationCode.read, file, undefined, 0, wholeFile, undefined, done);
  }

  readAt(file: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  readAt(
    file: string,
    offset: number,
    length: number,
    done: DiskCallback<Uint8Array | undefined>,
  ): void;
  readAt(
    file: string,
    offset: number,
    length: number,
    done?: DiskCallback<Uint8Array | undefined>,
  ): unknown {
    checkOffset(offset);
    checkOffset(length);
    return this.#hand(operationCode.read, file, undefined, offset, length, undefined, done);
  }

  write(file: string, data: Uint8Array | string): Promise<void>;
  write(file: string, data: Uint8Array | string, done: DiskDone): void;
  write(file: string, data: Uint8Array | string, done?: DiskDone): unknown {
    const bytes = typeof data === 'string' ? textEncoder.encode(data) : data;
    return this.#hand(operationCode.write, file, undefined, 0, 0, bytes, done);
  }

  writeAt(file: string, offset: number, data: Uint8Array): Promise<void>;
  writeAt(file: string, offset: number, data: Uint8Array, done: DiskDone): void;
  writeAt(file: string, offset: number, data: Uint8Array, done?: DiskDone): unknown {
    checkOffset(offset);
    return this.#hand(operationCode.writeAt, file, undefined, offset, 0, data, done);
  }

  append(file: string, data: Uint8Array | string): Promise<void>;
  append(file: string, data: Uint8Array | string, done: DiskDone): void;
  append(file: string, data: Uint8Array | string, done?: DiskDone): unknown {
    const bytes = typeof data === 'string' ? textEncoder.encode(data) : data;
    return this.#hand(operationCode.append, file, undefined, 0, 0, bytes, done);
  }

  truncate(file: string, length: number): Promise<void>;
  truncate(file: string, length: number, done: DiskDone): void;
  truncate(file: string, length: number, done?: DiskDone): unknown {
    checkOffset(length);
    return this.#hand(operationCode.truncate, file, undefined, length, 0, undefined, done);
  }

  sync(file: string): Promise<void>;
  sync(file: string, done: DiskDone): void;
  sync(file: string, done?: DiskDone): unknown {
    return this.#hand(operationCode.sync, file, undefined, 0, 0, undefined, done);
  }

  rename(from: string, to: string): Promise<void>;
  rename(from: string, to: string, done: DiskDone): void;
  rename(from: string, to: string, done?: DiskDone): unknown {
    return this.#hand(operationCode.rename, from, to, 0, 0, undefined, done);
  }

  remove(file: string): Promise<void>;
  remove(file: string, done: DiskDone): void;
  remove(file: string, done?: DiskDone): unknown {
    return this.#hand(operationCode.remove, file, undefined, 0, 0, undefined, done);
  }

  list(directory: string): Promise<readonly string[]>;
  list(directory: string, done: DiskCallback<readonly string[]>): void;
  list(directory: string, done?: DiskCallback<readonly string[]>): unknown {
    return this.#hand(operationCode.list, directory, undefined, 0, 0, undefined, done);
  }

  syncDirectory(directory: string): Promise<void>;
  syncDirectory(directory: string, done: DiskDone): void;
  syncDirectory(directory: string, done?: DiskDone): unknown {
    return this.#hand(operationCode.syncDirectory, directory, undefined, 0, 0, undefined, done);
  }

  #hand(
    code: OperationCode,
    file: string,
    target: string | undefined,
    offset: number,
    length: number,
    data: Uint8Array | undefined,
    // biome-ignore lint/suspicious/noExplicitAny: each operation has its own type of result
    done: ((error: any, result: any) => void) | undefined,
  ): unknown {
    if (done !== undefined) {
      this.#intake.submit(code, file, target, offset, length, data, done);
      return undefined;
    }
    this.#intake.asynchronous();
    return new Promise((resolve, reject) => {
      this.#intake.submit(
        code,
        file,
        target,
        offset,
        length,
        data,
        (error: DiskError | null, result) => {
          if (error === null) resolve(result);
          else reject(error);
        },
      );
    });
  }
}
