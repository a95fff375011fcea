import type { AnyComponent } from './component.ts';
import type { Environment } from './environment.ts';
import type { NodeId } from './message.ts';
import type { Network } from './network.ts';
import type { SimNode } from './sim-node.ts';
import type { DiskView, NodeStatus, WorldView } from './world-view.ts';

/** The part of a world that only tells: ground truth for checkers, budget and nemesis. */
export abstract class WorldFacts implements WorldView {
  abstract readonly nodeCount: number;
  abstract readonly serverCount: number;
  abstract readonly timeUs: number;
  abstract readonly steps: number;
  nowUs = 0;
  topologyVersion = 0;
  protected readonly nodes: SimNode[] = [];
  protected readonly indexes: Map<NodeId, number> = new Map();
  protected abstract readonly network: Network;
  protected abstract readonly environment: Environment;

  nodeId(index: number): NodeId {
    return (this.nodes[index] as SimNode).id;
  }

  nodeIndex(id: NodeId): number {
    return this.indexes.get(id) ?? -1;
  }

  zone(index: number): string {
    return (this.nodes[index] as SimNode).zone;
  }

  status(index: number): NodeStatus {
    return (this.nodes[index] as SimNode).status;
  }

  incarnation(index: number): number {
    return (this.nodes[index] as SimNode).incarnation;
  }

  component(index: number): AnyComponent {
    return (this.nodes[index] as SimNode).component;
  }

  state(index: number): unknown {
    return (this.nodes[index] as SimNode).state;
  }

  disk(index: number): DiskView {
    return (this.nodes[index] as SimNode).disk;
  }

  linkOpen(from: number, to: number): boolean {
    return this.network.open(from, to);
  }

  linkFair(from: number, to: number): boolean {
    return this.network.fair(from, to);
  }

  linkLateUntilUs(from: number, to: number): number {
    return this.network.lateUntilUs(from, to);
  }

  monotonicUs(index: number): number {
    return (this.nodes[index] as SimNode).clock.monotonicUs(this.nowUs);
  }

  wallUs(index: number): number {
    return (this.nodes[index] as SimNode).clock.wallUs(this.nowUs);
  }

  clockWithinBounds(index: number): boolean {
    const node = this.nodes[index] as SimNode;
    const bound = this.environment.clockDriftPpm;
    return node.slowUs === 0 && Math.abs(node.clock.partsPerMillion) <= bound;
  }

  diskHealthy(index: number): boolean {
    return (this.nodes[index] as SimNode).disk.healthy;
  }

  damaged(index: number): boolean {
    return (this.nodes[index] as SimNode).disk.damaged;
  }

  metIoError(index: number): boolean {
    return (this.nodes[index] as SimNode).disk.metIoError;
  }
}
