import { describe, expect, it } from 'vitest';
import type { FileAnswer, FileCall, FileStep } from '../../src/workload/file-protocol.ts';
import { Clients, holds, path } from '../../test/storage/paper-clients.ts';
import { client } from './test-kit.ts';

const none = { kind: 'none' } as const;
const flags = { read: true, write: true, create: true, exclusive: false, truncate: false };
const lock = { style: 'posix', owner: 1, from: 0, to: 5, exclusive: true, wait: false } as const;
const bytes = Uint8Array.of(1);
const onFile = { path, handle: 1 } as const;
const sent: FileStep = { kind: 'truncate', index: 7, cached: false, query: null };
const looked: FileStep = { kind: 'lookup', index: 7, cached: false, query: {} };
const fileFacts = { inode: 2, mode: 0, links: 1, sizeBytes: 0, classId: 1, frozen: false };
const facts = (kind: string) => ({ kind: 'facts', facts: { ...fileFacts, kind } }) as const;

type Told = readonly [
  call: FileCall,
  errno: string | null,
  steps?: readonly FileStep[],
  result?: FileAnswer['result'],
];

function tell([call, errno, steps = [], result = none]: Told): Clients {
  const clients = new Clients('SE13');
  clients.begin('strict', call)(result, errno, steps);
  return clients;
}

const lawful: readonly Told[] = [
  [{ ...onFile, do: 'read', offset: -1, length: 4 }, 'EINVAL'],
  [{ ...onFile, do: 'read', offset: 0, length: 0.5 }, 'EBADF'],
  [{ ...onFile, do: 'write', offset: 2 ** 60, bytes }, 'EFBIG'],
  [{ ...onFile, do: 'ftruncate', sizeBytes: -1 }, 'EINVAL'],
  [{ ...onFile, do: 'ftruncate', sizeBytes: 2 ** 53 }, 'EINVAL'],
  [{ do: 'truncate', path, sizeBytes: 2 ** 53 }, 'EFBIG', [looked]],
  [{ do: 'truncate', path, sizeBytes: -1 }, 'ENOENT', [looked]],
  [{ do: 'setattr', path, mode: 0o10000 }, 'EINVAL', [looked]],
  [{ do: 'set-quota', path, inodes: 0, bytes: -1 }, 'EINVAL'],
  [{ ...onFile, do: 'lock', lock: { ...lock, to: 0 } }, 'EINVAL'],
  [{ do: 'setxattr', path, name: 'snapshot.index', value: '1' }, 'EPERM', [sent]],
  [{ do: 'unlink', path: '/a/' }, 'ENOTDIR'],
  [{ do: 'open', path: '/a/', flags }, 'EISDIR'],
  [{ do: 'rmdir', path: '/d/.' }, 'EINVAL'],
  [{ do: 'rename', path: '/a', newPath: '/d/..' }, 'EINVAL'],
  [{ do: 'stat', path: '/d/' }, null, [], facts('directory')],
];

const wrong: readonly Told[] = [
  [{ ...onFile, do: 'read', offset: -1, length: 4 }, null, [], { kind: 'bytes', bytes }],
  [{ ...onFile, do: 'write', offset: 0.5, bytes }, null, [], { kind: 'number', number: 1 }],
  [{ ...onFile, do: 'write', offset: 2 ** 60, bytes }, 'EINVAL'],
  [{ ...onFile, do: 'ftruncate', sizeBytes: -1 }, 'EIO'],
  [{ do: 'truncate', path, sizeBytes: 2 ** 53 }, 'EFBIG', [sent]],
  [{ do: 'setattr', path, mode: -1 }, null, [sent]],
  [{ ...onFile, do: 'lock', lock: { ...lock, from: -1 } }, null],
  [{ do: 'setxattr', path, name: 'snapshot.index', value: '1' }, null, [sent]],
  [{ do: 'unlink', path: '/a/' }, null],
  [{ do: 'create', path: '/new/' }, null],
  [{ do: 'rmdir', path: '/d/./' }, null],
  [{ do: 'mkdir', path: '/d/..' }, null],
  [{ do: 'clone', path: '/a', newPath: '/d/.' }, null],
  [{ do: 'stat', path: '/a/.' }, null, [], facts('file')],
];

const unjudged: readonly Told[] = [
  [{ ...onFile, do: 'read', offset: 0, length: 4 }, null, [], { kind: 'bytes', bytes }],
  [{ ...onFile, do: 'lock', lock: { ...lock, style: 'flock', to: 0 } }, null],
  [{ do: 'mkdir', path: '/d/' }, null],
  [{ do: 'rmdir', path: '/d/' }, null],
  [{ do: 'rename', path: '/d/', newPath: '/e/' }, null],
  [{ do: 'clone', path: '/d/.', newPath: '/e' }, null],
  [{ do: 'readdir', path: '/' }, null],
];

function named(all: readonly Told[]): readonly (readonly [name: string, told: Told])[] {
  return all.map((told) => [`${told[0].do} told ${told[1]}: ${JSON.stringify(told[0])}`, told]);
}

describe('SE13 mistakes are refused', () => {
  it.each(named(lawful))('holds: %s', (_, told) => {
    holds(tell(told), 'SE13');
  });

  it.each(named(wrong))('breaks: %s', (_, told) => {
    expect(tell(told).broken).toEqual(['SE13']);
  });

  it.each(named(unjudged))('has nothing to say: %s', (_, told) => {
    const clients = tell(told);
    expect(clients.broken).toEqual([]);
    expect(clients.rig.premise('SE13')).toBe(0);
  });

  it('breaks when a refusal leaves open whether it had an effect', () => {
    const clients = new Clients('SE13');
    const call = { do: 'truncate', path, sizeBytes: -1 } as const;
    const who = { process: 1, client: 0, life: 1, mode: 'strict', call, writer: 0 } as const;
    const operation = clients.history.begin(who, 0);
    const answer = { errno: 'ETIMEDOUT', unknown: true, inode: 0, result: none, steps: [] };
    clients.history.end(operation, answer, 0);
    clients.rig.step(client, {});
    expect(clients.broken).toEqual(['SE13']);
  });
});
