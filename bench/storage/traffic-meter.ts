import type { Step, WorldObserver } from '../../src/sim/observer.ts';
import type { StorageMessage } from '../../src/systems/storage/messages/storage-codec.ts';

/** Counts what chunk data cross the network, and for whom, as messages leave their senders. */
export class TrafficMeter implements WorldObserver {
  /** Bytes that clients sent to be written. */
  writtenBytes = 0;
  /** Bytes that chunkservers sent to clients. */
  readBytes = 0;
  /** Bytes that chunkservers sent along the chain of a replicated write. */
  chainBytes = 0;
  /** Bytes that chunkservers took from one another to make or move fragments. */
  repairBytes = 0;
  /** Requests of clients for blocks, and those of them for a parity part. */
  reads = 0;
  parityReads = 0;
  readonly #isServer: (node: number) => boolean;
  readonly #dataParts: number;

  /**
   * @param isServer whether the node at an index of the world is a chunkserver
   * @param dataParts of the code; 1 for replicas, which have no parity
   */
  constructor(isServer: (node: number) => boolean, dataParts: number) {
    this.#isServer = isServer;
    this.#dataParts = dataParts;
  }

  afterStep({ node, sent, sentCount }: Step): void {
    const fromServer = this.#isServer(node);
    for (let at = 0; at < sentCount; at++) {
      const { to, message } = sent[at]!;
      this.#count(message as StorageMessage, fromServer, this.#isServer(to));
    }
  }

  #count(message: StorageMessage, fromServer: boolean, toServer: boolean): void {
    switch (message.kind) {
      case 'write-bytes':
        if (fromServer) this.chainBytes += message.bytes.length;
        else this.writtenBytes += message.bytes.length;
        break;
      case 'put-part': {
        const bytes = sumOf(message.blocks);
        if (fromServer) this.repairBytes += bytes;
        else this.writtenBytes += bytes;
        break;
      }
      case 'blocks-read': {
        const bytes = sumOf(message.blocks);
        if (toServer) this.repairBytes += bytes;
        else this.readBytes += bytes;
        break;
      }
      case 'read-blocks':
        if (fromServer) break;
        this.reads += 1;
        if (this.#dataParts > 1 && message.part >= this.#dataParts) this.parityReads += 1;
        break;
    }
  }
}

function sumOf(blocks: readonly { readonly bytes: Uint8Array }[]): number {
  let sum = 0;
  for (const { bytes } of blocks) sum += bytes.length;
  return sum;
}
