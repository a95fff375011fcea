import {
  broken,
  held,
  type Ladder,
  ladder,
  plainLedger,
  premiseFalse,
  rung,
} from '../../../src/index.ts';
import type { WorldView } from '../../../src/sim/world-view.ts';
import type { MasterNode } from '../../../src/systems/storage/master/master-component.ts';
import type { StorageMessage } from '../../../src/systems/storage/messages/storage-codec.ts';
import { auditState } from '../../../src/systems/storage/metadata/audit.ts';
import type { Command } from '../../../src/systems/storage/metadata/command.ts';
import { heldForUs, simulationTimings } from '../../../src/systems/storage/timings.ts';
import { followers, isMaster, type MasterMoment as Moment } from './master-moment.ts';
import { metaloggerLaws } from './metalogger-laws.ts';
import type { PlainClient } from './plain-calls.ts';
import type { PlainServer } from './plain-chunkserver.ts';
import { drained } from './plain-client.ts';

export const testTimings = { ...simulationTimings, driftBoundPpm: 20_000 };

function mastersOf(world: WorldView): MasterNode[] {
  return [0, 1, 2, 3].flatMap((node) => {
    const state = world.state(node) as MasterNode | undefined;
    return state?.phase === 'running' ? [state] : [];
  });
}

/** The tables of whoever has applied most. */
function newest(world: WorldView): MasterNode | undefined {
  return mastersOf(world).sort((a, b) => b.machine.applied - a.machine.applied)[0];
}

function clientsOf(world: WorldView): { readonly node: number; readonly state: PlainClient }[] {
  const clients: { readonly node: number; readonly state: PlainClient }[] = [];
  for (let node = world.serverCount; node < world.nodeCount; node++) {
    const state = world.state(node) as PlainClient | undefined;
    if (state !== undefined) clients.push({ node, state });
  }
  return clients;
}

const sameState = rung<Moment, Map<number, string>>({
  id: 'M1',
  title: 'same state',
  statement: 'Masters and metaloggers that have applied the same index have the same hash.',
  source: 'Schneider 1990, state machine replication',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Map(),
  check({ node, state }, hashes) {
    if (!isMaster(node) || state === undefined || state.machine.applied === 0) return premiseFalse;
    const { applied } = state.machine;
    const own = state.machine.hash();
    const other = hashes.get(applied) ?? own;
    hashes.set(applied, other);
    return other === own ? held : broken({ nodes: [node], values: { applied, own, other } });
  },
});

const acknowledgedOnce = rung<Moment>({
  id: 'M2',
  title: 'acknowledged and there',
  statement: 'In the end each file is as its owner was told, and under one name.',
  source: 'src/systems/storage/README.md, exactly once',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['end'],
  check({ world }) {
    const master = newest(world);
    if (master === undefined) return premiseFalse;
    const { state } = master.machine;
    let known = 0;
    for (const { state: client } of clientsOf(world)) {
      for (const [name, file] of client.files) {
        if (file === null) continue;
        known += 1;
        const inode = state.dentries.get(1, name)?.inode ?? 0;
        const bytes = state.slots.get(file.inode, 0)?.validBytes ?? 0;
        if (inode !== file.inode || bytes < file.validBytes) {
          return broken({ nodes: [], values: { name, inode, told: file.inode, bytes } });
        }
      }
    }
    return known > 0 ? held : premiseFalse;
  },
});

interface WriterLease {
  readonly session: number;
  readonly fence: number;
  readonly client: number;
  /** By the clock of the client. */
  readonly untilUs: number;
}

interface Writers {
  /** Sessions by client and request. */
  readonly asked: Map<string, number>;
  /** Who may count on a lease on a chunk. */
  readonly leases: Map<number, WriterLease>;
}

const oneWriter = rung<Moment, Writers>({
  id: 'M3',
  title: 'one writer',
  statement: 'While somebody may count on a write lease nobody else gets one on the same chunk.',
  source: 'src/systems/storage/README.md, the write path',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['receive:call', 'receive:write-failed', 'send:call-done'],
  ghost: () => ({ asked: new Map(), leases: new Map() }),
  check({ node, peer, message, world }, { asked, leases }) {
    if (!isMaster(node) || message === undefined) return premiseFalse;
    if (message.kind === 'call' || message.kind === 'write-failed') {
      const { session, request } = message;
      asked.set(`${peer}/${request}`, session);
      if (message.kind === 'call' && lettingGo.has(message.command.kind)) {
        for (const [chunk, lease] of leases) if (lease.session === session) leases.delete(chunk);
      }
      return premiseFalse;
    }
    if (message.kind !== 'call-done' || message.granted === null) return premiseFalse;
    const session = asked.get(`${peer}/${message.request}`);
    if (session === undefined) return premiseFalse;
    const { chunk, fence } = message.granted;
    const before = leases.get(chunk);
    if (before !== undefined && before.session !== session && before.fence < fence) {
      const leftUs = before.untilUs - world.monotonicUs(before.client);
      const holder = before.session;
      if (leftUs > 0) return broken({ nodes: [node], values: { chunk, session, holder, leftUs } });
    }
    if (before === undefined || fence >= before.fence) {
      const { writeLeaseUs, driftBoundPpm } = testTimings;
      const sentUs = (world.state(peer) as PlainClient).sentUs.get(message.request)!;
      const untilUs = sentUs + heldForUs(writeLeaseUs, driftBoundPpm);
      leases.set(chunk, { session, fence, client: peer, untilUs });
    }
    return held;
  },
});

const lettingGo: ReadonlySet<Command['kind']> = new Set([
  'release-write',
  'close',
  'close-session',
  'open-session',
]);

const noStaleCache = rung<Moment, Map<string, Command>>({
  id: 'M4',
  title: 'no stale cache',
  statement: 'When a name was changed for somebody, nobody else may still keep what it led to.',
  source: 'Gray and Cheriton 1989, leases',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['receive:call', 'send:call-done'],
  ghost: () => new Map(),
  check({ node, peer, message, world }, asked) {
    if (!isMaster(node) || message === undefined) return premiseFalse;
    if (message.kind === 'call') {
      asked.set(`${peer}/${message.request}`, message.command);
      return premiseFalse;
    }
    if (message.kind !== 'call-done' || message.outcome !== 'done') return premiseFalse;
    const command = asked.get(`${peer}/${message.request}`);
    if (command === undefined || message.reply?.kind === 'error') return premiseFalse;
    const names =
      command.kind === 'rename'
        ? [command.name, command.newName]
        : command.kind === 'unlink' || command.kind === 'create'
          ? [command.name]
          : [];
    const made = message.reply?.kind === 'inode' ? message.reply.inode : 0;
    let seen = false;
    for (const { node: client, state } of clientsOf(world)) {
      if (client === peer) continue;
      for (const name of names) {
        const kept = state.cache.get(name);
        if (kept === undefined || kept.untilUs <= world.monotonicUs(client)) continue;
        seen = true;
        const isTrue = command.kind === 'create' && kept.inode === made;
        if (!isTrue) {
          return broken({ nodes: [node, client], values: { name, kept: kept.inode, made } });
        }
      }
    }
    return seen || names.length > 0 ? held : premiseFalse;
  },
});

interface Beats {
  /** The highest term that anybody has begun to lead. */
  newest: number;
  /** The same when a master got a beat first. */
  readonly atBeat: Map<string, number>;
}

const confirmedBeats = rung<Moment, Beats>({
  id: 'M7',
  title: 'confirmed beats',
  statement: 'No serve-lease is given for a beat that came when somebody led a later term.',
  source: 'src/systems/storage/README.md, messages',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step', 'receive:beat', 'send:beat-heard'],
  ghost: () => ({ newest: 0, atBeat: new Map() }),
  check({ node, state, message }, beats) {
    if (!isMaster(node)) return premiseFalse;
    if (message === undefined) {
      const term = state?.service.leader?.lead.term ?? 0;
      if (term > beats.newest) beats.newest = term;
      return premiseFalse;
    }
    if (message.kind !== 'beat' && message.kind !== 'beat-heard') return premiseFalse;
    const { server, life, beat } = message;
    const name = `${node} ${server} ${life} ${beat}`;
    if (message.kind === 'beat') {
      if (!beats.atBeat.has(name)) beats.atBeat.set(name, beats.newest);
      return premiseFalse;
    }
    const led = beats.atBeat.get(name) ?? 0;
    if (led <= message.term) return held;
    return broken({ nodes: [node], values: { server, beat, term: message.term, led } });
  },
});

const sound = rung<Moment>({
  id: 'M5',
  title: 'sound tables',
  statement: 'In the end the tables and the indexes of every master say the same, counted anew.',
  source: 'src/systems/storage/metadata/audit.ts',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const masters = mastersOf(world);
    for (const { machine, service } of masters) {
      const { state } = machine;
      auditState(state);
      const { indexes } = service;
      for (const chunk of state.chunks.keys()) {
        const row = state.chunks.get(chunk)!;
        const lacks = row.version > 0 && row.members.includes(0);
        const agrees =
          indexes.lacking.has(chunk) === lacks &&
          indexes.unsettled.has(chunk) === row.unsettled &&
          indexes.granted.has(chunk) === (row.grant !== null) &&
          row.members.every((one) => one === 0 || indexes.chunksOf.get(one)?.has(chunk) === true);
        if (!agrees) return broken({ nodes: [], values: { chunk } });
      }
      let held = 0;
      for (const chunks of indexes.chunksOf.values()) held += chunks.size;
      const members = state.servers
        .keys()
        .reduce((sum, server) => sum + state.servers.get(server)!.fragments, 0);
      if (held !== members || indexes.plans.size !== state.plans.size) {
        return broken({ nodes: [], values: { held, members, plans: indexes.plans.size } });
      }
    }
    return masters.length > 0 ? held : premiseFalse;
  },
});

const settled = rung<Moment>({
  id: 'M6',
  title: 'repaired and settled',
  statement:
    'When all is healed, every chunk has its members, nothing is unsettled, and servers hold ' +
    'what the tables mean and nothing else.',
  source: 'src/systems/storage/README.md, repair and deletion',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const master = mastersOf(world).find(({ service }) => service.leader !== null);
    if (master === undefined) return premiseFalse;
    const { state } = master.machine;
    for (const chunk of state.chunks.keys()) {
      const { members, version, generation, unsettled, grant } = state.chunks.get(chunk)!;
      const grantee = grant?.session ?? -1;
      if (unsettled || grantee === 0 || (grant === null && members.includes(0))) {
        return broken({ nodes: [], values: { chunk, version, members: members.join(' ') } });
      }
      for (const server of members) {
        if (server === 0) continue;
        const holder = world.state(server - 1) as PlainServer | undefined;
        const name = Object.keys(holder?.held ?? {}).find((key) =>
          key.startsWith(`${chunk}/${generation}/`),
        );
        if (name === undefined) return broken({ nodes: [], values: { chunk, server, version } });
      }
    }
    const leaving = state.servers.get(drained);
    if (leaving?.state === 'draining' && leaving.fragments > 0) {
      return broken({ nodes: [], values: { server: drained, left: leaving.fragments } });
    }
    for (const inode of state.slots.groupKeys()) {
      const wanted = state.inodes.get(inode)?.classId;
      for (const index of state.slots.keys(inode)) {
        const { chunk } = state.slots.get(inode, index)!;
        const row = state.chunks.get(chunk);
        const isIdle = row?.grant === null && row.references === 1 && row.version > 0;
        if (isIdle && wanted !== undefined && row.classId !== wanted) {
          return broken({ nodes: [], values: { chunk, classId: row.classId, wanted } });
        }
      }
    }
    for (let node = followers; node < world.serverCount; node++) {
      const holder = world.state(node) as PlainServer | undefined;
      for (const key of Object.keys(holder?.held ?? {})) {
        const chunk = Number(key.split('/')[0]);
        const row = state.chunks.get(chunk);
        if (row?.members.includes(node + 1) !== true && row?.grant == null) {
          return broken({ nodes: [node], values: { leftOver: key } });
        }
      }
    }
    return state.chunks.size > 0 ? held : premiseFalse;
  },
});

export const masterLadder: Ladder = ladder({
  name: 'masters',
  ghost: plainLedger<MasterNode, StorageMessage>(),
  rungs: [
    sameState,
    acknowledgedOnce,
    oneWriter,
    noStaleCache,
    sound,
    settled,
    confirmedBeats,
    ...metaloggerLaws,
  ],
});
