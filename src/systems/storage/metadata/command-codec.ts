import { decodeField, encodeField } from '../../common/field-bytes.ts';
import {
  blob,
  type Field,
  flag,
  integer,
  listOf,
  oneOf,
  orNull,
  structure,
  text,
  union,
} from '../../common/fields.ts';
import type { Command, Envelope } from './command.ts';
import { classField, regionModes, serverStates, sessionRoles } from './rows.ts';

const at = { parent: integer, name: text };
const newInode = { ...at, mode: integer, uid: integer, gid: integer };
const numbers = listOf(integer);
const lock = {
  inode: integer,
  style: oneOf(['posix', 'flock']),
  owner: integer,
  from: integer,
  to: integer,
  exclusive: flag,
} as const;
const members = numbers;
const membership = { chunk: integer, fence: integer, members };

/** The position of a kind is its number in bytes: new kinds go to the end. */
export const commandField: Field<Command> = union<Command>({
  create: { ...newInode, exclusive: flag },
  mkdir: newInode,
  symlink: { ...newInode, target: text },
  link: { inode: integer, ...at },
  unlink: at,
  rmdir: at,
  rename: { ...at, newParent: integer, newName: text, keep: flag },
  clone: { source: integer, ...at, frozen: flag },
  'remove-snapshot': at,
  'restore-trash': { inode: integer, ...at },
  'purge-trash': { inode: integer },
  setattr: {
    inode: integer,
    mode: orNull(integer),
    uid: orNull(integer),
    gid: orNull(integer),
    atimeUs: orNull(integer),
    mtimeUs: orNull(integer),
    trashUs: orNull(integer),
  },
  truncate: { inode: integer, sizeBytes: integer },
  setxattr: { inode: integer, name: text, value: orNull(blob) },
  'set-class': { inode: integer, classId: integer },
  'set-quota': { inode: integer, inodes: integer, bytes: integer },
  open: { inode: integer },
  close: { inode: integer, handle: integer, owners: numbers },
  lock,
  unlock: lock,
  append: { inode: integer, bytes: integer },
  'grant-write': { inode: integer, index: integer, members },
  'settle-write': { inode: integer, index: integer, fence: integer, validBytes: integer },
  'release-write': { inode: integer, index: integer, fence: integer },
  'open-session': { owner: integer, leaseUs: integer, role: oneOf(sessionRoles) },
  'renew-session': {},
  'close-session': {},
  'expire-session': { expired: integer, renewals: integer },
  'commit-version': membership,
  'reform-members': membership,
  'expire-lease': { chunk: integer, fence: integer },
  'recover-chunk': { chunk: integer },
  'drop-member': {
    chunk: integer,
    version: integer,
    generation: integer,
    position: integer,
    server: integer,
  },
  'convert-begin': { chunk: integer, version: integer, classId: integer, members },
  'convert-commit': { chunk: integer, generation: integer },
  'convert-abort': { chunk: integer, generation: integer },
  'plan-move': { chunk: integer, position: integer, to: integer },
  'plan-delete': {
    chunk: integer,
    server: integer,
    version: integer,
    generation: integer,
    part: integer,
  },
  'plan-done': { chunk: integer, plan: integer, carriedOut: flag },
  'define-class': { storageClass: classField },
  'register-server': {
    server: integer,
    region: integer,
    zone: integer,
    host: integer,
    weight: integer,
    capacityBytes: integer,
  },
  'set-server-state': { server: integer, state: oneOf(serverStates) },
  'remove-server': { server: integer },
  'set-region-mode': { region: integer, mode: oneOf(regionModes), epoch: integer },
  'advance-watermark': { region: integer, index: integer },
  tick: {},
  'fragments-erased': { plans: listOf(structure({ chunk: integer, plan: integer })) },
});

const envelopeField: Field<Envelope> = structure<Envelope>({
  session: integer,
  sequence: integer,
  oldest: integer,
  timeUs: integer,
  command: commandField,
});

/** The data of a log entry. Throws a RangeError on what `decodeEnvelope` would not give back. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return encodeField(envelopeField, envelope);
}

/** Throws a RangeError on bytes that `encodeEnvelope` cannot have written. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  return decodeField(envelopeField, bytes);
}

/**
 * Whether something that calls itself an envelope can be written into the log and read again: what
 * could not would end each master that applies it.
 */
export function isEnvelope(envelope: Envelope): boolean {
  try {
    encodeEnvelope(envelope);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
