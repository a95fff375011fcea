import type { NodeId } from './message.ts';

// Thread-wide on purpose: the trap that guards ambient time and randomness asks on every call.
let currentNode: NodeId | undefined;

/** The node whose code is running in this thread right now, if any. */
export function current(): NodeId | undefined {
  return currentNode;
}

/** Component code of this node begins to run. */
export function enter(node: NodeId): void {
  currentNode = node;
}

/** Component code no longer runs. */
export function leave(): void {
  currentNode = undefined;
}
