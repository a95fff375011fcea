import type { WorldView } from '../../src/index.ts';

/** A world of which only the first servers count as servers: the others stand among the clients. */
export class SpeakersWorld implements WorldView {
  readonly serverCount: number;
  readonly #world: WorldView;

  constructor(world: WorldView, speakers: number) {
    this.#world = world;
    this.serverCount = speakers;
  }

  get timeUs(): number {
    return this.#world.timeUs;
  }

  get steps(): number {
    return this.#world.steps;
  }

  get nodeCount(): number {
    return this.#world.nodeCount;
  }

  get topologyVersion(): number {
    return this.#world.topologyVersion;
  }

  nodeId(node: number): string {
    return this.#world.nodeId(node);
  }

  nodeIndex(id: string): number {
    return this.#world.nodeIndex(id);
  }

  zone(node: number): string {
    return this.#world.zone(node);
  }

  status(node: number): ReturnType<WorldView['status']> {
    return this.#world.status(node);
  }

  incarnation(node: number): number {
    return this.#world.incarnation(node);
  }

  component(node: number): ReturnType<WorldView['component']> {
    return this.#world.component(node);
  }

  state(node: number): unknown {
    return this.#world.state(node);
  }

  disk(node: number): ReturnType<WorldView['disk']> {
    return this.#world.disk(node);
  }

  linkOpen(from: number, to: number): boolean {
    return this.#world.linkOpen(from, to);
  }

  linkFair(from: number, to: number): boolean {
    return this.#world.linkFair(from, to);
  }

  linkLateUntilUs(from: number, to: number): number {
    return this.#world.linkLateUntilUs(from, to);
  }

  monotonicUs(node: number): number {
    return this.#world.monotonicUs(node);
  }

  wallUs(node: number): number {
    return this.#world.wallUs(node);
  }

  clockWithinBounds(node: number): boolean {
    return this.#world.clockWithinBounds(node);
  }

  diskHealthy(node: number): boolean {
    return this.#world.diskHealthy(node);
  }

  damaged(node: number): boolean {
    return this.#world.damaged(node);
  }

  metIoError(node: number): boolean {
    return this.#world.metIoError(node);
  }
}
