import type { Config, Narrator, Remark, Step } from '../../sim/system-definition.ts';
import { raftNarrator } from '../raft/narrator.ts';
import type { FragmentName } from './block-checksum.ts';
import type { MasterNode } from './master/master-component.ts';
import type { ControlMessage } from './messages/control-messages.ts';
import type { DataMessage } from './messages/data-messages.ts';
import type { MetadataMessage } from './messages/metadata-messages.ts';
import type { Command } from './metadata/command.ts';
import { explainBriefly, type PlacementMade } from './placement/explain.ts';
import { topologyOf } from './topology.ts';

type Told = ControlMessage | DataMessage | MetadataMessage;

/** Tells a run of the storage system: the masters' elections and log, and what becomes of chunks. */
export function storageNarrator(config: Config, names: readonly string[]): Narrator {
  return new StorageNarrator(config, names);
}

class StorageNarrator implements Narrator {
  readonly cluster: readonly string[];
  readonly #raft: Narrator;
  readonly #names: readonly string[];
  readonly #speakers: number;
  /** The last search for places that was told, and chunks that were found none for within their caps. */
  #placed: PlacementMade | null = null;
  readonly #illPlaced = new Set<number>();

  constructor(config: Config, names: readonly string[]) {
    const { masters, metaloggers, firstServer, nodes, regions } = topologyOf(config);
    this.#names = names;
    this.#speakers = firstServer;
    // For Raft everybody else is a client.
    this.#raft = raftNarrator({ ...config, nodes: firstServer }, names);
    const loggers =
      metaloggers === 0 ? '' : `, whose log goes to ${range(names, masters, firstServer)} as well`;
    this.cluster = [
      `The masters ${range(names, 0, masters)} keep the metadata by Raft${loggers}; ` +
        `the chunkservers ${range(names, firstServer, nodes)} keep fragments, in ${regions} regions.`,
    ];
  }

  probe(node: number, name: string): void {
    this.#raft.probe?.(node, name);
  }

  step(step: Step): readonly Remark[] {
    const remarks = step.node < this.#speakers ? [...this.#raft.step(step)] : [];
    if (step.node < this.#speakers) remarks.push(...this.#places(step.state as MasterNode));
    for (let at = 0; at < step.sentCount; at++) {
      const { to, message } = step.sent[at]!;
      const remark = remarkOf(message as Told, this.#names[to] ?? '');
      if (remark !== undefined) remarks.push(remark);
    }
    return remarks;
  }

  /** Why a leader puts parts where it does. */
  #places({ service }: MasterNode): readonly Remark[] {
    const placed = service?.leader?.servers.placed ?? null;
    if (placed === null || placed === this.#placed) return [];
    this.#placed = placed;
    const { chunk, placement } = placed;
    const isNews = placement.verdict !== 'satisfied' && !this.#illPlaced.has(chunk);
    if (isNews) this.#illPlaced.add(chunk);
    return [isNews ? turn(explainBriefly(placed)) : detail(explainBriefly(placed))];
  }
}

/** `n3 to n9`, or the one. */
function range(names: readonly string[], from: number, to: number): string {
  return to - from === 1 ? names[from]! : `${names[from]} to ${names[to - 1]}`;
}

function remarkOf(message: Told, to: string): Remark | undefined {
  switch (message.kind) {
    case 'set-version':
      return detail(`orders ${to} to make ${named(message)} with fence ${message.fence} durable`);
    case 'version-set': {
      if (message.fault !== null) return turn(`cannot make ${named(message)}: ${message.fault}`);
      const { lastFence, lastSequence } = message;
      return detail(`has ${named(message)}; its last write is ${lastSequence} of ${lastFence}`);
    }
    case 'adopt':
      return turn(`orders ${to} to take ${named(message)} over from ${message.source}`);
    case 'copy-fragment':
      return turn(`orders ${to} to copy ${named(message)} from ${message.source}`);
    case 'rebuild-part':
      return turn(`orders ${to} to rebuild ${named(message)} from ${message.sources.length} parts`);
    case 'encode':
      return turn(`orders ${to} to encode chunk ${message.chunk} at version ${message.version}`);
    case 'erase-fragment':
      return turn(`orders ${to} to erase ${named(message)}, by the log up to ${message.index}`);
    case 'verify-fragment':
      return detail(`orders ${to} to read all of ${named(message)}`);
    case 'fragment-bad':
      return turn(`reports ${named(message)} as ${message.fault}`);
    case 'task-done': {
      const how = message.fault === null ? 'done' : `failed: ${message.fault}`;
      return detail(`tells ${to} that task ${message.task} is ${how}`);
    }
    default:
      return remarkOfData(message, to);
  }
}

function remarkOfData(message: Told, to: string): Remark | undefined {
  switch (message.kind) {
    case 'write-bytes': {
      const { offset, bytes, sequence } = message;
      const end = offset + bytes.length;
      return detail(
        `writes bytes ${offset} to ${end} of ${named(message)} to ${to}, as ${sequence}`,
      );
    }
    case 'bytes-written': {
      const how =
        message.fault === null ? 'durable' : `not done, ${message.fault} at ${message.at}`;
      return detail(`tells ${to} that write ${message.sequence} of ${named(message)} is ${how}`);
    }
    case 'put-part':
      return detail(`puts ${named(message)} on ${to}`);
    case 'part-put':
      if (message.fault === null) return undefined;
      return turn(`does not keep ${named(message)}: ${message.fault}`);
    case 'call':
      return detail(`asks ${to} for ${commandText(message.command)}`);
    case 'call-done': {
      if (message.outcome !== 'done' || message.reply === null) return undefined;
      const { reply, index } = message;
      const what = reply.kind === 'error' ? reply.errno : reply.kind;
      return turn(`answers ${to} by entry ${index}: ${what}`);
    }
    case 'write-failed':
      return turn(
        `tells ${to} that a write to chunk ${message.chunk} does not get past ${message.at}`,
      );
    default:
      return undefined;
  }
}

function turn(says: string): Remark {
  return { says };
}

function detail(says: string): Remark {
  return { says, isDetail: true };
}

/** A fragment as one speaks of it. */
function named({ chunk, version, generation, part }: FragmentName): string {
  const of = generation === 0 ? '' : `, generation ${generation}, part ${part}`;
  return `chunk ${chunk} at version ${version}${of}`;
}

function commandText(command: Command): string {
  if ('name' in command) return `${command.kind} ${command.name}`;
  return 'inode' in command ? `${command.kind} of inode ${command.inode}` : command.kind;
}
