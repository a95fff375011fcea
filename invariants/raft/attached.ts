import type { StableCoreTracker, WorldView } from '../../src/index.ts';
import type { Membership } from './membership.ts';
import type { NodeLedger } from './node-ledger.ts';

/**
 * Since when each member could keep up with the stable core: in it, or as sound as its members and
 * with fair links to all of them. The core alone would leave out those who came back later.
 */
export class AttachedNodes {
  /** True time by node; -1 when it is not attached. */
  readonly sinceUs: number[];
  readonly #world: WorldView;
  readonly #core: StableCoreTracker;
  readonly #nodes: readonly NodeLedger[];
  readonly #membership: Membership;
  #seenVersion = -1;
  #seenMembers = -1;

  constructor(
    world: WorldView,
    core: StableCoreTracker,
    nodes: readonly NodeLedger[],
    membership: Membership,
  ) {
    this.#membership = membership;
    this.#world = world;
    this.#core = core;
    this.#nodes = nodes;
    this.sinceUs = nodes.map(() => -1);
  }

  update(): void {
    const { topologyVersion, timeUs } = this.#world;
    const { version } = this.#membership;
    if (topologyVersion === this.#seenVersion && version === this.#seenMembers) return;
    this.#seenVersion = topologyVersion;
    this.#seenMembers = version;
    const members = this.#core.members();
    for (const { index, lostDisk } of this.#nodes) {
      const isAttached =
        !lostDisk &&
        this.#membership.isMember(index) &&
        this.#isSound(index) &&
        this.#reachesAll(index, members);
      if (!isAttached) this.sinceUs[index] = -1;
      else if ((this.sinceUs[index] as number) < 0) this.sinceUs[index] = timeUs;
    }
  }

  #isSound(node: number): boolean {
    const world = this.#world;
    return (
      !world.damaged(node) &&
      world.status(node) === 'up' &&
      world.clockWithinBounds(node) &&
      world.diskHealthy(node) &&
      !world.metIoError(node)
    );
  }

  #reachesAll(node: number, members: readonly number[]): boolean {
    const world = this.#world;
    if (members.length === 0) return false;
    return members.every(
      (member) => member === node || (world.linkFair(node, member) && world.linkFair(member, node)),
    );
  }
}
