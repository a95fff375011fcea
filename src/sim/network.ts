import { choicePoint } from './choice-point.ts';
import type { Choices, Stream } from './choices.ts';
import type { Environment } from './environment.ts';
import { latencyTable, latencyUs } from './latency-table.ts';
import type { Codec, Message } from './message.ts';
import type { LinkTrouble } from './world-control.ts';

const latencyPoint = choicePoint('latency');
const lossPoint = choicePoint('loss');
const duplicatePoint = choicePoint('duplicate');
const reorderPoint = choicePoint('reorder');
const corruptPoint = choicePoint('corrupt');
const undetectedPoint = choicePoint('undetected');
const flipPoint = choicePoint('flipped bit');
const slowPoint = choicePoint('slow node');

const noTrouble: Readonly<LinkTrouble> = {
  cut: 0,
  shut: 0,
  clogged: 0,
  lossPerMillion: 0,
  duplicatePerMillion: 0,
  reorderPerMillion: 0,
  corruptPerMillion: 0,
  extraLatencyUs: 0,
};

/** A message on its way. */
export interface Packet {
  readonly from: number;
  readonly to: number;
  readonly port: string;
  readonly message: Message;
  /** Content key, for the choices that concern this packet. */
  readonly key: number;
  /** Known only where bandwidth is limited, 0 elsewhere. */
  readonly sizeBytes: number;
}

/** What the network needs from the world. */
export interface NetworkHost {
  /** `causeStep`: the step that the delivery goes back to; default: the one that is running. */
  deliverAt(timeUs: number, packet: Packet, causeStep?: number): void;
  /** Extra delay of a slowed node; 0 for others. */
  slowUs(node: number): number;
}

/** A packet that waits on a clogged link, and the step that sent it. */
export interface WaitingPacket {
  readonly packet: Packet;
  readonly causeStep: number;
}

/** A directed link with its state. */
class Link {
  readonly stream: Stream;
  readonly trouble: LinkTrouble = { ...noTrouble };
  /** Latest time at which a message that keeps the order arrives. */
  orderedUs = 0;
  /** The same of those that trouble made late: what is sent once it is over still comes after them. */
  lateUs = 0;
  /** When the last byte handed to the link will have left. */
  busyUntilUs = 0;
  /** Messages that arrived while the link was clogged. */
  waiting: WaitingPacket[] = [];

  constructor(stream: Stream) {
    this.stream = stream;
  }
}

/**
 * Datagrams over directed links: latency, loss, duplication, reordering, damage, bandwidth and a
 * bounded queue. A link keeps the order of its messages unless a choice says otherwise.
 */
export class Network {
  readonly #host: NetworkHost;
  readonly #environment: Environment;
  readonly #choices: Choices;
  readonly #nodeIds: readonly string[];
  /** By sender and receiver; made when first used, for most pairs of endpoints never talk. */
  readonly #links: (Link | undefined)[];

  constructor(
    host: NetworkHost,
    environment: Environment,
    choices: Choices,
    nodeIds: readonly string[],
  ) {
    this.#host = host;
    this.#environment = environment;
    this.#choices = choices;
    this.#nodeIds = nodeIds;
    this.#links = new Array<Link | undefined>(nodeIds.length * nodeIds.length).fill(undefined);
  }

  trouble(from: number, to: number): LinkTrouble {
    return this.#link(from, to).trouble;
  }

  open(from: number, to: number): boolean {
    const { trouble } = this.#link(from, to);
    return trouble.cut === 0 && trouble.shut === 0 && trouble.clogged === 0;
  }

  fair(from: number, to: number): boolean {
    const { trouble } = this.#link(from, to);
    return (
      trouble.cut === 0 &&
      trouble.shut === 0 &&
      trouble.clogged === 0 &&
      trouble.lossPerMillion === 0 &&
      trouble.corruptPerMillion === 0 &&
      trouble.extraLatencyUs === 0
    );
  }

  /** Until when messages that keep their order wait behind one that trouble made late; in the past: none do. */
  lateUntilUs(from: number, to: number): number {
    return this.#link(from, to).lateUs;
  }

  /** Takes a message from a node. It belongs to the network. */
  send(
    nowUs: number,
    from: number,
    to: number,
    port: string,
    message: Message,
    codec: Codec<Message>,
  ): void {
    const packet: Packet = {
      from,
      to,
      port,
      message,
      key: codec.identity(message) | 0,
      sizeBytes: this.#environment.netBandwidth > 0 ? codec.sizeBytes(message) : 0,
    };
    if (from === to) {
      this.#host.deliverAt(nowUs + this.#environment.netLatencyMinUs, packet);
      return;
    }
    const link = this.#link(from, to);
    const { trouble, stream } = link;
    const environment = this.#environment;
    if (trouble.cut > 0 || trouble.shut > 0) return;
    const loss = environment.netLossPerMillion + trouble.lossPerMillion;
    if (loss > 0 && stream.chance(lossPoint, packet.key, loss) === 1) return;
    const corrupt = environment.netCorruptPerMillion + trouble.corruptPerMillion;
    if (corrupt > 0 && stream.chance(corruptPoint, packet.key, corrupt) === 1) {
      const damaged = this.#damage(link, packet, codec);
      if (damaged !== undefined) this.#transmit(nowUs, link, damaged);
      return;
    }
    this.#transmit(nowUs, link, packet);
    const duplicate = environment.netDuplicatePerMillion + trouble.duplicatePerMillion;
    if (duplicate > 0 && stream.chance(duplicatePoint, packet.key, duplicate) === 1) {
      this.#transmit(nowUs, link, { ...packet, message: codec.copy(message) });
    }
  }

  /**
   * Whether a packet that has come to the end of its link may be delivered now. If the link is
   * clogged it waits there, and goes back to `causeStep` when it is delivered later.
   */
  arrives(packet: Packet, causeStep: number): boolean {
    if (packet.from === packet.to) return true;
    const link = this.#link(packet.from, packet.to);
    if (link.trouble.cut > 0) return false;
    if (link.trouble.clogged === 0) return true;
    link.waiting.push({ packet, causeStep });
    return false;
  }

  /** Messages that wait on clogged links, and the steps that sent them. */
  waiting(): readonly WaitingPacket[] {
    return this.#links.flatMap((link) => link?.waiting ?? []);
  }

  /** Forgets a message that waits on a clogged link. */
  forget(packet: Packet): void {
    const link = this.#link(packet.from, packet.to);
    link.waiting = link.waiting.filter((waiting) => waiting.packet !== packet);
  }

  /** Lets go what waited on links that are clogged no more. */
  release(nowUs: number): void {
    for (const link of this.#links) {
      if (link === undefined || link.waiting.length === 0 || link.trouble.clogged > 0) continue;
      const { waiting } = link;
      link.waiting = [];
      for (const { packet, causeStep } of waiting) {
        this.#host.deliverAt(nowUs, packet, causeStep);
      }
    }
  }

  #link(from: number, to: number): Link {
    return this.#links[from * this.#nodeIds.length + to] ?? this.#newLink(from, to);
  }

  #newLink(from: number, to: number): Link {
    const name = `net/${this.#nodeIds[from]}>${this.#nodeIds[to]}`;
    const link = new Link(this.#choices.stream(name));
    this.#links[from * this.#nodeIds.length + to] = link;
    return link;
  }

  #transmit(nowUs: number, link: Link, packet: Packet): void {
    const environment = this.#environment;
    const { stream, trouble } = link;
    let leavesUs = nowUs;
    if (environment.netBandwidth > 0) {
      const start = link.busyUntilUs > nowUs ? link.busyUntilUs : nowUs;
      const backlogBytes = ((start - nowUs) * environment.netBandwidth) / 1_000_000;
      if (environment.netQueueBytes > 0 && backlogBytes > environment.netQueueBytes) return;
      leavesUs = start + Math.ceil((packet.sizeBytes * 1_000_000) / environment.netBandwidth);
      link.busyUntilUs = leavesUs;
    }
    const index = stream.below(latencyPoint, packet.key, latencyTable.length);
    let arrivesUs =
      leavesUs +
      environment.netLatencyMinUs +
      latencyUs(environment.netLatencyUs, index) +
      trouble.extraLatencyUs;
    const slowUs = this.#host.slowUs(packet.from) + this.#host.slowUs(packet.to);
    if (slowUs > 0) arrivesUs += stream.below(slowPoint, packet.key, slowUs + 1);
    const reorder = environment.netReorderPerMillion + trouble.reorderPerMillion;
    if (reorder === 0 || stream.chance(reorderPoint, packet.key, reorder) === 0) {
      // One microsecond apart, so that permuted ties cannot break the order of the link.
      if (arrivesUs <= link.orderedUs) arrivesUs = link.orderedUs + 1;
      link.orderedUs = arrivesUs;
      if (trouble.extraLatencyUs > 0) link.lateUs = arrivesUs;
    }
    this.#host.deliverAt(arrivesUs, packet);
  }

  /** A damaged frame: lost when the checksum sees it, else delivered if it still decodes. */
  #damage(link: Link, packet: Packet, codec: Codec<Message>): Packet | undefined {
    const share = this.#environment.netUndetectedPerMillion;
    if (share === 0 || link.stream.chance(undetectedPoint, packet.key, share) === 0)
      return undefined;
    const frame = codec.encode(packet.message).slice();
    if (frame.length === 0) return undefined;
    const bit = link.stream.below(flipPoint, packet.key, frame.length * 8);
    frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      return { ...packet, message: codec.decode(frame) };
    } catch {
      return undefined;
    }
  }
}
