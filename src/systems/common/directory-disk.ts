import type { Disk } from '../../sim/disk-contract.ts';

/** The files of one directory of a disk, under their names in it. Its own top directory is that one. */
export function diskIn(disk: Disk, directory: string): Disk {
  const inside = (file: string): string => `${directory}/${file}`;
  const below = (name: string): string => (name === '' ? directory : inside(name));
  const face: { [Name in keyof Disk]: (...given: never[]) => unknown } = {
    read: (file: string, done: never) => disk.read(inside(file), done),
    readAt: (file: string, offset: number, length: number, done: never) =>
      disk.readAt(inside(file), offset, length, done),
    write: (file: string, data: never, done: never) => disk.write(inside(file), data, done),
    writeAt: (file: string, offset: number, data: never, done: never) =>
      disk.writeAt(inside(file), offset, data, done),
    append: (file: string, data: never, done: never) => disk.append(inside(file), data, done),
    truncate: (file: string, length: number, done: never) =>
      disk.truncate(inside(file), length, done),
    sync: (file: string, done: never) => disk.sync(inside(file), done),
    rename: (from: string, to: string, done: never) => disk.rename(inside(from), inside(to), done),
    remove: (file: string, done: never) => disk.remove(inside(file), done),
    list: (name: string, done: never) => disk.list(below(name), done),
    syncDirectory: (name: string, done: never) => disk.syncDirectory(below(name), done),
  };
  return face as unknown as Disk;
}
