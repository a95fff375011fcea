import type { PlainMoment } from '../../../src/index.ts';
import type { MasterNode } from '../../../src/systems/storage/master/master-component.ts';
import type { StorageMessage } from '../../../src/systems/storage/messages/storage-codec.ts';

export type MasterMoment = PlainMoment<MasterNode, StorageMessage>;

/** Of the first nodes; behind them comes a metalogger. */
export const masterCount = 3;
export const followers = 4;

/** A master or a metalogger. */
export function isMaster(node: number): boolean {
  return node >= 0 && node < followers;
}
