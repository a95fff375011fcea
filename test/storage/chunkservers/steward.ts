import type { Component } from '../../../src/sim/component.ts';
import type { Env } from '../../../src/sim/env.ts';
import { crcBytes, crcEnd, crcStart } from '../../../src/systems/common/crc32c.ts';
import type {
  TaskDone,
  VersionSet,
} from '../../../src/systems/storage/messages/control-messages.ts';
import type { BytesWritten } from '../../../src/systems/storage/messages/data-messages.ts';
import {
  type StorageWireMessage,
  storageCodec,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { givenForUs, simulationTimings } from '../../../src/systems/storage/timings.ts';
import { Asker, type Make, type Reply } from './asker.ts';
import { knownForUs } from './chunk-reader.ts';
import type { StewardChunk, StewardLog } from './steward-log.ts';
import { makeStripes } from './stripes.ts';
import { mostWrites, type Written, WrittenBytes } from './written-bytes.ts';

const { blockBytes, chunkBytes } = simulationSettings;
const { dataTimeoutUs, serverLeaseUs, driftBoundPpm } = simulationTimings;
const replicas = 3;
/** Chunks from here on are erasure coded. */
const firstStripe = 1_000;
/** No write has this number. */
const rogueByte = 255;

/**
 * A leader that never fails and the only client in one: it grants, writes along the chain, reforms when
 * a member fails, makes copies, and reads all the time what it has written.
 */
export class Steward extends Asker {
  readonly servers: readonly string[];
  private readonly confirmedUs: Map<string, number> = new Map();
  private readonly lives: Map<string, number> = new Map();
  /** Servers whose beats are not heard until then, so that they stop serving. */
  private readonly expelledUs: Map<string, number> = new Map();
  private term = 1;
  private readonly startUs: number;

  constructor(env: Env<StorageWireMessage>, servers: readonly string[], log: StewardLog) {
    super(env, log);
    this.startUs = env.clock.monotonicUs();
    this.servers = servers;
  }

  start(chunks: number, untilUs: number): void {
    for (let chunk = 1; chunk <= chunks; chunk++) {
      const state: StewardChunk = {
        chunk,
        bytes: new WrittenBytes(chunkBytes),
        version: 0,
        highestVersion: 0,
        fence: 0,
        sequence: 0,
        members: [],
        erasing: new Set(),
      };
      this.log.chunks.set(chunk, state);
      void this.write(state, untilUs);
    }
    void makeStripes(this, firstStripe, untilUs);
  }

  override message(from: string, message: StorageWireMessage): void {
    if (message.kind !== 'beat') {
      super.message(from, message);
      return;
    }
    const { server, beat, life, ready } = message;
    if ((this.expelledUs.get(from) ?? 0) > this.env.clock.monotonicUs()) return;
    if (ready) this.confirmedUs.set(from, this.env.clock.monotonicUs());
    const wantsReport = this.lives.get(from) !== life;
    if (ready) this.lives.set(from, life);
    const { term } = this;
    const { index } = this.log;
    const heard = { server, beat, life, wantsReport, serveUs: serverLeaseUs / 2, leftOut: [] };
    this.env.network.send(from, { kind: 'beat-heard', term, index, ...heard });
  }

  private serveLeaseIsOver(server: string): boolean {
    const confirmedUs = this.confirmedUs.get(server) ?? this.startUs;
    const nowUs = this.env.clock.monotonicUs();
    return nowUs - confirmedUs > givenForUs(serverLeaseUs, driftBoundPpm);
  }

  /** Asks again until there is an answer, or the server cannot be serving any more. */
  async order<R extends Reply>(to: string, make: Make): Promise<R | undefined> {
    for (;;) {
      const reply = await this.ask<R>(to, 100_000, make);
      if (reply !== undefined || this.serveLeaseIsOver(to)) return reply;
    }
  }

  get ageUs(): number {
    return this.env.clock.monotonicUs() - this.startUs;
  }

  get orderHead(): { readonly term: number; readonly index: number } {
    return { term: this.term, index: this.log.index };
  }

  // ---------------------------------------------------------------- writing

  private async write(state: StewardChunk, untilUs: number): Promise<void> {
    const { env, log } = this;
    while (state.bytes.writes.length < mostWrites && this.ageUs < untilUs) {
      if (state.members.length === 0) state.members = this.someServers(replicas);
      const granted = await this.grant(state);
      if (!granted) {
        await env.sleep(200_000);
        continue;
      }
      for (let left = 1 + this.below(6, 'writes'); left > 0; left--) {
        const offset = this.below(chunkBytes, 'offset');
        const whole = this.below(3, 'whole') === 0;
        const from = whole ? offset - (offset % blockBytes) : offset;
        const most = Math.min(chunkBytes - from, 700);
        const size = whole ? blockBytes : 1 + this.below(most, 'size');
        const write = state.bytes.begin(from, size);
        await this.carryOut(state, write);
        if (state.bytes.writes.length >= mostWrites) break;
        await env.sleep(1 + this.below(20_000, 'pause'));
      }
      if (state.members.length < replicas) await this.repair(state);
      await env.sleep(1 + this.below(100_000, 'rest'));
    }
    log.count('done');
  }

  someServers(count: number): readonly string[] {
    const first = this.below(this.servers.length, 'place');
    const { servers } = this;
    return Array.from({ length: count }, (_, at) => servers[(first + at) % servers.length]!);
  }

  /** Until it is acknowledged, over as many grants as it takes. */
  private async carryOut(state: StewardChunk, write: Written): Promise<void> {
    for (let failures = 0; failures < 20; failures++) {
      if (await this.writeOnce(state, write)) {
        state.bytes.acknowledge(write);
        this.log.count('written');
        return;
      }
      this.log.count('write failed');
      while (!(await this.grant(state))) await this.env.sleep(200_000);
    }
  }

  private async writeOnce(state: StewardChunk, write: Written): Promise<boolean> {
    const { chunk, version, fence, members } = state;
    const sequence = ++state.sequence;
    const bytes = new Uint8Array(write.end - write.offset).fill(write.number);
    const checksum = crcEnd(crcBytes(crcStart, bytes, 0, bytes.length));
    for (let attempt = 0; attempt < 3; attempt++) {
      const reply = await this.ask<BytesWritten>(members[0]!, dataTimeoutUs, (request) => ({
        kind: 'write-bytes',
        ...{ request, chunk, version, generation: 0, part: 0, fence, sequence },
        ...{ offset: write.offset, bytes, checksum, chain: members, position: 0 },
      }));
      if (reply?.fault === null) return true;
      this.log.count(`write ${reply?.fault ?? 'unanswered'}`);
    }
    return false;
  }

  // ---------------------------------------------------------------- grants

  /** A new version and fence on all members that are left; false when there is none. */
  private async grant(state: StewardChunk): Promise<boolean> {
    const fence = ++this.log.index;
    const version = ++state.highestVersion;
    const { chunk, members, version: from } = state;
    const name = { chunk, version, generation: 0, part: 0 };
    const sets = await Promise.all(
      members.map((member) =>
        this.order<VersionSet>(member, (task) => ({
          kind: 'set-version',
          ...{ task, ...this.orderHead, ...name, from, fence },
          ...{ copyOf: 0, copyVersion: 0, copyGeneration: 0 },
        })),
      ),
    );
    const ready = sets.filter((set) => set?.fault === null) as VersionSet[];
    const isLonger = (a: VersionSet, b: VersionSet): boolean =>
      a.lastFence > b.lastFence || (a.lastFence === b.lastFence && a.lastSequence > b.lastSequence);
    const longest = ready.reduce<VersionSet | undefined>(
      (most, set) => (most === undefined || isLonger(set, most) ? set : most),
      undefined,
    );
    if (longest === undefined) {
      this.log.count('grant failed');
      if (from === 0) state.members = [];
      return false;
    }
    const source = this.nameOf(longest);
    const adopted = await Promise.all(
      ready.map(async (set) => {
        if (!isLonger(longest, set)) return true;
        this.log.count('adopt');
        const done = await this.order<TaskDone>(this.nameOf(set), (task) => ({
          kind: 'adopt',
          ...{ task, ...this.orderHead, ...name, fence, source },
        }));
        return done?.fault === null;
      }),
    );
    const before = { version: state.version, fence: state.fence };
    state.version = version;
    state.fence = fence;
    state.sequence = 0;
    state.members = ready.filter((_, at) => adopted[at]).map((set) => this.nameOf(set));
    this.log.index++;
    this.log.count(from === 0 ? 'born' : 'granted');
    await this.expel(members.filter((member) => !state.members.includes(member)));
    if (before.fence > 0) {
      void this.rogue(state, before.version, before.fence);
      void this.rogue(state, version, before.fence);
    }
    for (const member of members) {
      if (!state.members.includes(member)) void this.erase(state, member, from, version);
    }
    return true;
  }

  /**
   * Who is left out and alive would go on serving the version before, to readers that still know the
   * old members. So it is not heard until its lease is over, nor before those know better.
   */
  private async expel(members: readonly string[]): Promise<void> {
    const { env } = this;
    const leaseUs = givenForUs(serverLeaseUs, driftBoundPpm);
    for (const member of members) {
      this.expelledUs.set(member, env.clock.monotonicUs() + leaseUs + knownForUs);
    }
    while (!members.every((member) => this.serveLeaseIsOver(member))) await env.sleep(50_000);
    for (const member of members) {
      this.expelledUs.set(member, env.clock.monotonicUs() + knownForUs);
    }
  }

  private nameOf({ server }: { readonly server: number }): string {
    return this.servers[server - 1]!;
  }

  // ---------------------------------------------------------------- copies

  private async repair(state: StewardChunk): Promise<void> {
    const { members, erasing } = state;
    const others = this.servers.filter((one) => !members.includes(one) && !erasing.has(one));
    if (others.length === 0) return;
    // An older order to erase must not meet what is brought back.
    this.log.index++;
    const target = others[this.below(others.length, 'target')]!;
    const source = state.members[this.below(state.members.length, 'source')]!;
    const { chunk, version } = state;
    this.log.count('repair');
    for (let attempt = 0; attempt < 4; attempt++) {
      const done = await this.ask<TaskDone>(target, 300_000, (task) => ({
        kind: 'copy-fragment',
        ...{ task, ...this.orderHead, chunk, version, generation: 0, part: 0, source },
      }));
      if (done?.fault !== null) continue;
      state.members = [...state.members, target];
      this.log.count('repaired');
      return;
    }
  }

  /** Whoever is left out loses what it has, under all names that it may have. */
  private async erase(
    state: StewardChunk,
    member: string,
    ...versions: readonly number[]
  ): Promise<void> {
    const { chunk, erasing } = state;
    erasing.add(member);
    for (const version of versions) {
      if (version === 0) continue;
      const done = await this.ask<TaskDone>(member, 300_000, (task) => ({
        kind: 'erase-fragment',
        ...{ task, ...this.orderHead, chunk, version, generation: 0, part: 0 },
      }));
      if (done?.fault === null) this.log.count('erased');
    }
    erasing.delete(member);
  }

  /** Somebody who held the lease before goes on as if nothing had happened. */
  private async rogue(state: StewardChunk, version: number, fence: number): Promise<void> {
    const { chunk, members } = state;
    const bytes = new Uint8Array(blockBytes).fill(rogueByte);
    const checksum = crcEnd(crcBytes(crcStart, bytes, 0, bytes.length));
    const sequence = 1 + this.below(3, 'rogue sequence');
    await Promise.all(
      members.map(async (member) => {
        const reply = await this.ask<BytesWritten>(member, dataTimeoutUs, (request) => ({
          kind: 'write-bytes',
          ...{ request, chunk, version, generation: 0, part: 0, fence, sequence },
          ...{ offset: 0, bytes, checksum, chain: [member], position: 0 },
        }));
        this.log.count(`rogue ${reply?.fault ?? 'unanswered'}`);
        if (reply?.fault !== null) return;
        this.log.wrong.push(
          `${member} took a write of chunk ${chunk} under the old fence ${fence}`,
        );
      }),
    );
  }
}

/** The endpoint of the steward. */
export function stewardComponent(
  servers: readonly string[],
  log: StewardLog,
  chunks: number,
  untilUs: number,
): Component<Steward, StorageWireMessage> {
  return {
    name: 'steward',
    codec: storageCodec,
    create: (env) => new Steward(env, servers, log),
    // Async, so that the world lets its promises go on within its own steps.
    start: async (steward) => steward.start(chunks, untilUs),
    message(steward, _env, from, message) {
      steward.message(from, message);
    },
  };
}
