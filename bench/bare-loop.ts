import { EventQueue } from '../src/sim/event-queue.ts';

interface BareEntry {
  readonly term: number;
  readonly index: number;
  readonly command: string;
}

type BareMessage =
  | {
      readonly kind: 'append';
      readonly term: number;
      readonly from: number;
      readonly previousIndex: number;
      readonly previousTerm: number;
      readonly entries: readonly BareEntry[];
      readonly commit: number;
    }
  | {
      readonly kind: 'append-reply';
      readonly term: number;
      readonly from: number;
      readonly index: number;
    }
  | {
      readonly kind: 'commit';
      readonly term: number;
      readonly from: number;
      readonly commit: number;
    }
  | {
      readonly kind: 'commit-reply';
      readonly term: number;
      readonly from: number;
      readonly commit: number;
    };

interface BareNode {
  readonly id: number;
  readonly term: number;
  readonly log: BareEntry[];
  readonly match: number[];
  commit: number;
  confirmed: number;
}

const nodeCount = 5;
const latencyUs = 300;
/** The log is cut at this length, so that memory stays flat. */
const logLimit = 1024;

/** The cluster of the bare loop. */
class BareCluster {
  readonly queue = new EventQueue();
  readonly nodes: BareNode[] = Array.from({ length: nodeCount }, (_, id) => ({
    id,
    term: 1,
    log: [],
    match: new Array<number>(nodeCount).fill(0),
    commit: 0,
    confirmed: 0,
  }));
  now = 0;

  send(to: number, message: BareMessage): void {
    this.queue.push(this.now + latencyUs, 0, 1, to, 0, 0, message, undefined);
  }

  propose(leader: BareNode): void {
    const { term, log, id, commit } = leader;
    const last = log.at(-1);
    const entry = { term, index: (last?.index ?? 0) + 1, command: 'x' };
    if (log.length >= logLimit) log.length = 0;
    log.push(entry);
    const previousIndex = last?.index ?? 0;
    const previousTerm = last?.term ?? 0;
    for (let to = 1; to < nodeCount; to++) {
      const entries = [entry];
      this.send(to, {
        kind: 'append',
        term,
        from: id,
        previousIndex,
        previousTerm,
        entries,
        commit,
      });
    }
  }

  handle(node: BareNode, message: BareMessage): void {
    const { term, id } = node;
    if (message.term !== term) return;
    switch (message.kind) {
      case 'append': {
        if (node.log.length >= logLimit) node.log.length = 0;
        for (const entry of message.entries) node.log.push(entry);
        const index = message.previousIndex + message.entries.length;
        this.send(message.from, { kind: 'append-reply', term, from: id, index });
        break;
      }
      case 'append-reply':
        this.acknowledged(node, message.from, message.index);
        break;
      case 'commit': {
        const { commit } = message;
        node.commit = commit;
        this.send(message.from, { kind: 'commit-reply', term, from: id, commit });
        break;
      }
      case 'commit-reply':
        if (++node.confirmed === nodeCount - 1) this.propose(node);
        break;
    }
  }

  acknowledged(leader: BareNode, from: number, index: number): void {
    const { term, id, match } = leader;
    match[from] = index;
    let holders = 1;
    for (let at = 1; at < nodeCount; at++) if ((match[at] as number) >= index) holders++;
    if (holders * 2 <= nodeCount || index <= leader.commit) return;
    leader.commit = index;
    leader.confirmed = 0;
    for (let to = 1; to < nodeCount; to++) {
      this.send(to, { kind: 'commit', term, from: id, commit: index });
    }
  }
}

/**
 * The yardstick of all ratios: five nodes exchange append, reply, commit, reply as plain message
 * objects through the typed-array heap at constant latency. No randomness, digest, copy, trace or
 * check: what queue, dispatch and objects of such a protocol cost on this machine, now.
 *
 * @returns messages handled per second of processor time
 */
export function bareLoop(messages: number): number {
  const cluster = new BareCluster();
  const { queue, nodes } = cluster;
  cluster.propose(nodes[0] as BareNode);
  const begin = process.cpuUsage();
  for (let handled = 0; handled < messages; handled++) {
    cluster.now = queue.nextTime();
    const slot = queue.pop();
    const node = nodes[queue.node[slot] as number] as BareNode;
    const message = queue.subject[slot] as BareMessage;
    queue.release(slot);
    cluster.handle(node, message);
  }
  const spent = process.cpuUsage(begin);
  return (messages * 1_000_000) / (spent.user + spent.system);
}
