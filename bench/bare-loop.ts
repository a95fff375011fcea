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

/**
 * The yardstick of all ratios: five nodes exchange append, reply, commit, reply as plain message
 * objects through the typed-array heap at constant latency. No randomness, digest, copy, trace or
 * check: what queue, dispatch and objects of such a protocol cost on this machine, now.
 *
 * @returns messages handled per second of processor time
 */
export function bareLoop(messages: number): number {
  const queue = new EventQueue();
  const nodes: BareNode[] = Array.from({ length: nodeCount }, (_, id) => ({
    id,
    term: 1,
    log: [],
    match: new Array<number>(nodeCount).fill(0),
    commit: 0,
    confirmed: 0,
  }));
  let now = 0;

  const send = (to: number, message: BareMessage): void => {
    queue.push(now + latencyUs, 0, 1, to, 0, 0, message, undefined);
  };

  const propose = (leader: BareNode): void => {
    const last = leader.log.at(-1);
    const entry = { term: leader.term, index: (last?.index ?? 0) + 1, command: 'x' };
    if (leader.log.length >= logLimit) leader.log.length = 0;
    leader.log.push(entry);
    for (let to = 1; to < nodeCount; to++) {
      send(to, {
        kind: 'append',
        term: leader.term,
        from: leader.id,
        previousIndex: last?.index ?? 0,
        previousTerm: last?.term ?? 0,
        entries: [entry],
        commit: leader.commit,
      });
    }
  };

  const handle = (node: BareNode, message: BareMessage): void => {
    if (message.term !== node.term) return;
    switch (message.kind) {
      case 'append': {
        if (node.log.length >= logLimit) node.log.length = 0;
        for (const entry of message.entries) node.log.push(entry);
        const index = message.previousIndex + message.entries.length;
        send(message.from, { kind: 'append-reply', term: node.term, from: node.id, index });
        break;
      }
      case 'append-reply': {
        node.match[message.from] = message.index;
        let holders = 1;
        for (let at = 1; at < nodeCount; at++) {
          if ((node.match[at] as number) >= message.index) holders++;
        }
        if (holders * 2 <= nodeCount || message.index <= node.commit) break;
        node.commit = message.index;
        node.confirmed = 0;
        for (let to = 1; to < nodeCount; to++) {
          send(to, { kind: 'commit', term: node.term, from: node.id, commit: node.commit });
        }
        break;
      }
      case 'commit':
        node.commit = message.commit;
        send(message.from, {
          kind: 'commit-reply',
          term: node.term,
          from: node.id,
          commit: node.commit,
        });
        break;
      case 'commit-reply':
        if (++node.confirmed === nodeCount - 1) propose(node);
        break;
    }
  };

  propose(nodes[0] as BareNode);
  const begin = process.cpuUsage();
  for (let handled = 0; handled < messages; handled++) {
    now = queue.nextTime();
    const slot = queue.pop();
    const node = nodes[queue.node[slot] as number] as BareNode;
    const message = queue.subject[slot] as BareMessage;
    queue.release(slot);
    handle(node, message);
  }
  const spent = process.cpuUsage(begin);
  return (messages * 1_000_000) / (spent.user + spent.system);
}
