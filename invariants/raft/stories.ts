import { entry, type Rig } from './test-kit.ts';

/** Stories of one rung: those that break it, and lawful ones that look much the same. */
export interface Stories {
  readonly red: Readonly<Record<string, (rig: Rig) => void>>;
  readonly green: Readonly<Record<string, (rig: Rig) => void>>;
  /** What the clients recorded, for rungs that judge it. */
  readonly history?: (color: 'red' | 'green') => unknown;
}

/** Stories by id of the rung. */
export type StoryBook = Readonly<Record<string, Stories>>;

export const [e11, e12, e13] = [entry(1, 1), entry(1, 2), entry(1, 3)];

/** Node 0 leads term 1 and has entries on all disks. */
export function replicated(rig: Rig, log = [e11, e12]): void {
  rig.elect(0, 1);
  rig.promise(0, { entries: log });
  rig.step(0, { log, marks: { next: [3, 1, 1] } });
  for (const node of [1, 2]) rig.hold(node, 1, log);
}

/** A node dies by power loss and comes back with this log. */
export function restart(rig: Rig, node: number, log = [e11]): void {
  rig.lifecycle(node, 'power-lost');
  rig.boot(node, { marks: { term: 1 }, log });
}
