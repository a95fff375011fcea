/** The part before the last `/`; empty for files of the top directory. */
export function directoryOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? '' : file.slice(0, slash);
}

/** The part after the last `/`. */
export function baseNameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

const namePattern = /^[A-Za-z0-9_.,+=@#~-]+$/;

/**
 * Throws a RangeError unless the name can be a file of a node on every file system: parts of
 * letters, digits and `_.,+=@#~-` joined by `/`, none of them `.` or `..`.
 */
export function checkFileName(file: string): void {
  for (const part of file.split('/')) {
    if (!namePattern.test(part) || part === '.' || part === '..') {
      throw new RangeError(`not a file name: ${JSON.stringify(file)}`);
    }
  }
}

/** The same for a directory, where the empty name is the top. */
export function checkDirectoryName(directory: string): void {
  if (directory !== '') checkFileName(directory);
}

/** Throws a RangeError unless the value can be an offset or a length in bytes. */
export function checkOffset(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an offset: ${value}`);
}
