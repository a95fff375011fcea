import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { ClientSettings } from '../client/client-settings.ts';
import { FileError } from '../client/file-error.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import { writerIn } from '../metadata/cluster.ts';
import type { RegionFacts } from '../metadata/queries.ts';
import type { RegionMode, SessionRole } from '../metadata/rows.ts';
import { RegionClient } from './region-client.ts';
import { sideEnv } from './side-env.ts';

/** One of the clusters that mirror each other. */
export interface SideSettings {
  /** Its number, the same that its masters have in their settings. */
  readonly region: number;
  /** All nodes of the cluster. */
  readonly nodes: readonly NodeId[];
  readonly client: Omit<ClientSettings, 'role' | 'mode'>;
}

/** A cluster as the mirror sees it: a client in the role that the cluster's mode asks for. */
export class Side {
  readonly settings: SideSettings;
  private readonly env: Env<StorageWireMessage>;
  private role: SessionRole = 'client';
  private current: RegionClient;

  constructor(env: Env<StorageWireMessage>, settings: SideSettings) {
    this.settings = settings;
    this.env = sideEnv(env, `region ${settings.region}`);
    this.current = this.mount();
  }

  get region(): number {
    return this.settings.region;
  }

  get files(): RegionClient {
    return this.current;
  }

  start(): void {
    this.current.start();
  }

  receive(from: NodeId, message: StorageWireMessage): boolean {
    if (!this.settings.nodes.includes(from)) return false;
    this.current.receive(from, message);
    return true;
  }

  /** What the cluster says about itself; null when it does not answer. */
  async survey(): Promise<RegionFacts | null> {
    try {
      return await this.current.region(this.region);
    } catch (error) {
      if (error instanceof FileError) return null;
      throw error;
    }
  }

  /** A client that may change what a region of that mode holds. */
  as(mode: RegionMode): RegionClient {
    const role = writerIn(mode) ?? 'client';
    if (role !== this.role) {
      this.role = role;
      this.current.stop();
      this.current = this.mount();
      this.current.start();
    }
    return this.current;
  }

  private mount(): RegionClient {
    // What the mirror reads does not change, and what it writes nobody else does.
    const { client } = this.settings;
    return new RegionClient(this.env, { ...client, role: this.role, mode: 'close-to-open' });
  }
}
