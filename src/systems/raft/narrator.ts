import type { Config, Narrator, Remark, Step } from '../../sim/system-definition.ts';
import type { RaftNode } from './driver.ts';
import type { ClientReply, ClientRequest, RaftKvMessage } from './kv-messages.ts';
import { settingsFrom } from './settings.ts';
import type { AppendMessage, AppendReply, Configuration, VoteReply } from './types.ts';
import type { RaftView } from './view.ts';

/** Tells a run of Raft KV to a person who knows Raft. */
export function raftNarrator(config: Config, names: readonly string[]): Narrator {
  return new RaftNarrator(config, names);
}

/** An entry as one speaks of it: `entry 3 of term 2`. */
function entryText(index: number, term: number): string {
  return index === 0 ? 'nothing' : `entry ${index} of term ${term}`;
}

function logText(view: RaftView): string {
  return view.lastIndex === 0
    ? 'its log is empty'
    : `its log ends with ${entryText(view.lastIndex, view.lastTerm)}`;
}

class RaftNarrator implements Narrator {
  readonly cluster: readonly string[];
  readonly #names: readonly string[];
  readonly #servers: number;
  /** Who has granted a node its vote in the campaign that it is in. */
  readonly #votes: Set<string>[];
  /** What each call asks for, by session and sequence. */
  readonly #calls = new Map<string, string>();
  /** Nodes that are about to answer by their lease. */
  readonly #byLease = new Set<number>();

  constructor(config: Config, names: readonly string[]) {
    this.#names = names;
    this.#servers = Number(config.nodes);
    this.#votes = Array.from({ length: this.#servers }, () => new Set<string>());
    this.cluster = [clusterText(config, names)];
  }

  probe(node: number, name: string): void {
    if (name === 'lease read served') this.#byLease.add(node);
  }

  step(step: Step): readonly Remark[] {
    this.#noteCalls(step);
    if (step.node >= this.#servers || step.cause === 'release') return [];
    const before = step.before as RaftView;
    const after = step.after as RaftView;
    const remarks = [
      ...this.#life(step, before, after),
      ...this.#role(step, before, after),
      ...this.#log(step, before, after),
      ...this.#commit(step, before, after),
      ...this.#sent(step),
    ];
    this.#byLease.delete(step.node);
    return remarks;
  }

  /** What clients ask for, as they send it. */
  #noteCalls(step: Step): void {
    if (step.node < this.#servers) return;
    for (let at = 0; at < step.sentCount; at++) {
      const message = step.sent[at]!.message as RaftKvMessage;
      if (message.kind === 'request') this.#calls.set(callKey(message), callText(message));
    }
  }

  #life(step: Step, before: RaftView, after: RaftView): readonly Remark[] {
    const remarks: Remark[] = [];
    if (before.phase !== after.phase) {
      if (after.phase === 'running' && step.incarnation > 1) {
        const { term, votedFor } = after;
        const vote =
          votedFor === 0 ? 'without a vote' : `with its vote for ${this.#name(votedFor)}`;
        remarks.push({ says: `is back, in term ${term} ${vote}; ${logText(after)}` });
      } else if (after.phase === 'repairing') {
        remarks.push({ says: 'finds its disk damaged and asks the others for what is lost' });
      } else if (after.phase === 'withdrawn') {
        remarks.push({ says: 'finds too much of its disk gone and withdraws' });
      }
    }
    if (!before.diskFailing && after.diskFailing) remarks.push({ says: 'fails to write its log' });
    return remarks;
  }

  #role(step: Step, before: RaftView, after: RaftView): readonly Remark[] {
    const votes = this.#votes[step.node]!;
    const message = step.received as RaftKvMessage | undefined;
    if (after.role === 'candidate' && (before.role !== 'candidate' || before.term !== after.term)) {
      votes.clear();
    }
    if (message?.kind === 'vote-reply' && message.granted && !message.pre) {
      votes.add(this.#names[step.from] ?? '');
    }
    if (before.role === after.role && before.term === after.term) return [];
    if (after.role === 'leader' && before.role !== 'leader') {
      const by =
        votes.size === 0
          ? 'by its own vote'
          : `with the vote${votes.size > 1 ? 's' : ''} of ${listed([...votes])}`;
      return [{ says: `wins the election of term ${after.term} ${by}; ${logText(before)}` }];
    }
    if (after.role === 'candidate') {
      return [{ says: `asks for votes in term ${after.term}; ${logText(after)}`, isDetail: true }];
    }
    if (before.role === 'leader') {
      const why =
        after.term > before.term
          ? `it hears of term ${after.term}${step.from < 0 ? '' : ` from ${this.#names[step.from]}`}`
          : 'it has not heard from a majority';
      return [{ says: `stops leading term ${before.term}: ${why}` }];
    }
    return [];
  }

  #log(step: Step, before: RaftView, after: RaftView): readonly Remark[] {
    const message = step.received as RaftKvMessage | undefined;
    const remarks: Remark[] = [];
    if (after.configurationIndex > before.configurationIndex && after.configurationIndex > 0) {
      const members = this.#members(after.configuration);
      remarks.push({ says: `goes over to ${members}, by entry ${after.configurationIndex}` });
    }
    if (message?.kind === 'append' && message.entries.length > 0 && after.lastIndex > 0) {
      remarks.push(...this.#took(step, message, before, after));
    } else if (after.role === 'leader' && before.role === 'leader') {
      for (let index = before.lastIndex + 1; index <= after.lastIndex; index++) {
        const call = message?.kind === 'request' ? this.#calls.get(callKey(message)) : undefined;
        const what = call === undefined ? 'takes' : `takes "${call}" as`;
        remarks.push({ says: `${what} entry ${index} of term ${after.lastTerm} into its log` });
      }
    }
    if (after.snapshotIndex > before.snapshotIndex && message?.kind === 'snapshot') {
      remarks.push({ says: `installs a snapshot up to entry ${after.snapshotIndex}` });
    }
    return remarks;
  }

  #took(
    step: Step,
    { entries }: AppendMessage,
    before: RaftView,
    after: RaftView,
  ): readonly Remark[] {
    const from = this.#names[step.from];
    const last = entries[entries.length - 1]!;
    const first = entries[0]!;
    if (before.phase === 'running' && after.logEpoch !== before.logEpoch) {
      const old = entryText(before.lastIndex, before.lastTerm);
      const now = entryText(after.lastIndex, after.lastTerm);
      return [
        { says: `cuts off the end of its log, ${old}, and takes ${now} from ${from} instead` },
      ];
    }
    if (after.lastIndex === before.lastIndex || after.lastIndex < last.index) return [];
    const what =
      first.index === last.index
        ? entryText(last.index, last.term)
        : `entries ${first.index} to ${last.index}, the last of term ${last.term},`;
    return [{ says: `takes ${what} from ${from} into its log`, isDetail: true }];
  }

  #commit(step: Step, before: RaftView, after: RaftView): readonly Remark[] {
    if (after.commit <= before.commit || before.phase !== 'running') return [];
    const term = (step.state as RaftNode).core?.log.term(after.commit) ?? -1;
    const what = term < 0 ? `entry ${after.commit}` : entryText(after.commit, term);
    return after.role === 'leader'
      ? [{ says: `takes ${what} for committed${this.#holders(step.node, after)}` }]
      : [{ says: `learns that ${what} is committed`, isDetail: true }];
  }

  /** Who holds what a leader takes for committed, by what it believes of them. */
  #holders(leader: number, { match, commit }: RaftView): string {
    const others = this.#names
      .slice(0, this.#servers)
      .filter((_, node) => node !== leader && (match[node] ?? 0) >= commit);
    if (others.length === 0) return ', on its own copy';
    const itself = (match[leader] ?? 0) >= commit ? ' beside itself' : ', not yet on its own disk';
    return `: ${listed(others)} ${others.length > 1 ? 'hold' : 'holds'} it${itself}`;
  }

  #sent(step: Step): readonly Remark[] {
    const remarks: Remark[] = [];
    for (let at = 0; at < step.sentCount; at++) {
      const { to, message } = step.sent[at]!;
      const remark = this.#message(step, this.#names[to] ?? '', message as RaftKvMessage);
      if (remark !== undefined) remarks.push(remark);
    }
    return remarks;
  }

  #message(step: Step, to: string, message: RaftKvMessage): Remark | undefined {
    switch (message.kind) {
      case 'vote-reply':
        return voteText(message, to);
      case 'append-reply':
        return ackText(message, to);
      case 'reply':
        return this.#answer(step, to, message);
      case 'timeout-now':
        return { says: `hands leadership over to ${to}` };
      default:
        return undefined;
    }
  }

  #answer(step: Step, to: string, reply: ClientReply): Remark | undefined {
    if (reply.status !== 'ok') return undefined;
    const call = this.#calls.get(callKey(reply)) ?? 'its call';
    if (call.startsWith('cas ')) {
      const what = reply.swapped ? 'it is done' : 'another value was there';
      return { says: `answers ${to}'s "${call}": ${what}` };
    }
    if (!call.startsWith('get ')) return { says: `answers ${to} that "${call}" is done` };
    const how = this.#byLease.has(step.node) ? ' by its lease, asking nobody' : '';
    const found = reply.value === null ? 'unset' : `"${reply.value}"`;
    return { says: `answers ${to}'s "${call}"${how}: ${found}` };
  }

  #name(member: number): string {
    return this.#names[member - 1] ?? `member ${member}`;
  }

  #members({ voters, outgoing, learners }: Configuration): string {
    const named = (list: readonly number[]): string => listed(list.map((one) => this.#name(one)));
    const old = outgoing.length === 0 ? '' : ` jointly with the old voters ${named(outgoing)}`;
    const extra = learners.length === 0 ? '' : `, learners ${named(learners)}`;
    return `the voters ${named(voters)}${old}${extra}`;
  }
}

function voteText({ granted, pre, term }: VoteReply, to: string): Remark | undefined {
  if (!granted || pre) return undefined;
  return { says: `votes for ${to} in term ${term}`, isDetail: true };
}

function ackText({ ok, index, term }: AppendReply, to: string): Remark | undefined {
  if (!ok || index === 0) return undefined;
  return {
    says: `tells ${to}, in term ${term}, that it holds the log up to entry ${index}`,
    isDetail: true,
  };
}

function callKey({ client, sequence }: Pick<ClientRequest, 'client' | 'sequence'>): string {
  return `${client}/${sequence}`;
}

/** Long values are padding. */
const shownLength = 24;

function callText({ operation, key, value, expected }: ClientRequest): string {
  const shown = (text: string): string =>
    text.length > shownLength ? `${text.slice(0, shownLength)}...` : text;
  const name = shown(key);
  switch (operation) {
    case 'get':
      return `get ${name}`;
    case 'delete':
      return `delete ${name}`;
    case 'cas':
      return `cas ${name} from ${expected === null ? 'unset' : shown(expected)} to ${shown(value)}`;
    case 'append':
      return `append ${shown(value)} to ${name}`;
    case 'put':
      return `put ${name} = ${shown(value)}`;
  }
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

function clusterText(config: Config, names: readonly string[]): string {
  const settings = settingsFrom(config);
  const servers = names.slice(0, Number(config.nodes));
  const spares = servers.slice(servers.length - settings.spares);
  const outside =
    settings.spares === 0
      ? ''
      : ` (${listed(spares)} ${spares.length > 1 ? 'are no members' : 'is no member'} at first)`;
  const ways = [
    settings.preVote ? 'with pre-vote' : 'without pre-vote',
    settings.checkQuorum ? 'a leader that checks its quorum' : 'no check of the quorum',
    ...(settings.leaseReads ? ['reads by lease'] : []),
  ];
  const timeoutMs = settings.electionTimeoutUs / 1_000;
  return (
    `The servers ${listed(servers)} run a key-value map on Raft${outside}, ${listed(ways)}; ` +
    `election timeouts lie between ${timeoutMs} and ${2 * timeoutMs} ms.`
  );
}
