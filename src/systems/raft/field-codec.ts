import type { Codec, Message } from '../../sim/message.ts';
import { ByteReader, ByteWriter } from '../common/bytes.ts';
import { type Field, union } from '../common/fields.ts';
import { type CheckCommand, raftCodec } from './message-codec.ts';
import type { RaftWireMessage } from './types.ts';

/** Kinds of a service of Raft begin here: see `raftCodec`. */
const firstKind = 64;

const writer: ByteWriter = new ByteWriter();

/** What a service says about its messages whose fields are described. */
export interface FieldCodecOptions<Own extends Message> extends Pick<Codec<Own>, 'sizeBytes'> {
  readonly identityVersion: number;
  /** By kind. The position of a kind is its number in bytes: new kinds go to the end. */
  readonly fields: Parameters<typeof union<Own>>[0];
  /** Names a message among those on its link; `number` is that of its kind. */
  identity(message: Own, number: number): number;
}

/**
 * The codec of a service of Raft whose messages are described field by field. They are not copied:
 * nobody may change what a message holds once it is sent.
 *
 * @param checkCommand see `raftCodec`
 */
export function fieldCodec<Own extends Message>(
  options: FieldCodecOptions<Own>,
  checkCommand: CheckCommand,
): Codec<RaftWireMessage | Own> {
  const { identityVersion, fields, sizeBytes } = options;
  const messageField: Field<Own> = union<Own>(fields);
  const numbers: ReadonlyMap<string, number> = new Map(
    Object.keys(fields).map((kind, at) => [kind, firstKind + at]),
  );
  const own: Codec<Own> = {
    identityVersion,
    encode(message) {
      writer.length = 0;
      writer.u8(numbers.get(message.kind)!);
      messageField.write(writer, message);
      return writer.finish();
    },
    decode(bytes) {
      const reader = new ByteReader(bytes);
      const number = reader.u8();
      const message = messageField.read(reader);
      if (numbers.get(message.kind) !== number)
        throw new RangeError(`no message of kind ${number}`);
      reader.close();
      return message;
    },
    copy: (message) => message,
    fold: (message, into) => messageField.fold(into, message),
    identity: (message) => options.identity(message, numbers.get(message.kind)!),
    sizeBytes,
  };
  return raftCodec<Own>(own, checkCommand);
}
