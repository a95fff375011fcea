import type { Component } from '../../../sim/component.ts';
import {
  type RaftNode,
  type RaftSettings,
  type RaftView,
  raftCellState,
  raftComponent,
} from '../../raft/index.ts';
import {
  type StorageMessage,
  type StorageWireMessage,
  storageCodec,
} from '../messages/storage-codec.ts';
import type { Reply } from '../metadata/reply.ts';
import { type ChangelogSettings, simulationChangelog } from '../metalogger/changelog.ts';
import { MetaloggerService } from '../metalogger/metalogger-service.ts';
import { masterCard } from './master-card.ts';
import { type MasterOptions, MasterService } from './master-service.ts';

/** One life of a master or a metalogger. */
export type MasterNode = RaftNode<StorageMessage, Reply, MasterService>;

export interface MasterComponentOptions extends MasterOptions {
  /** Which of the peers this one is. */
  readonly index: number;
  /** How many of the first peers vote; after them come those that only follow. */
  readonly masters: number;
  readonly metaloggers: number;
  readonly raft: RaftSettings;
  /** Of metaloggers; default: small sizes, for simulations. */
  readonly changelog?: ChangelogSettings;
}

/** The component of a master, or of a metalogger when `index` is behind the masters. */
export function masterComponent(
  options: MasterComponentOptions,
): Component<MasterNode, StorageWireMessage, RaftView> {
  const { index, masters, metaloggers, peers } = options;
  const settings = { ...options.raft, learners: metaloggers, spares: 0 };
  const component = raftComponent<StorageMessage, Reply, MasterService>({
    name: index < masters ? 'storage-master' : 'storage-metalogger',
    peers: peers.slice(0, masters + metaloggers),
    index,
    settings,
    codec: storageCodec,
    service: (host) =>
      index < masters
        ? new MasterService(host, options)
        : new MetaloggerService(host, options, options.changelog ?? simulationChangelog),
  });
  return { ...component, card: masterCard, cellState: raftCellState };
}
