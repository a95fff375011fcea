import type { ChoicePoint } from './choices.ts';
import { hashText } from './hash.ts';

// A pure memo: the same name gives the same point in every run and every thread.
const points = new Map<string, ChoicePoint>();

/** The point of decision with this name, for example `latency`. */
export function choicePoint(name: string): ChoicePoint {
  let point = points.get(name);
  if (point === undefined) {
    point = { name, hash: hashText(`point ${name}`) };
    points.set(name, point);
  }
  return point;
}
