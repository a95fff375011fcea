import type { Env } from '../../../sim/env.ts';
import { crcBytes, crcEnd, crcStart } from '../../common/crc32c.ts';
import type { BytesWritten, DataFault } from '../messages/data-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import type { ClientSession } from './client-session.ts';
import type { ClientSettings } from './client-settings.ts';
import type { MasterLink } from './master-link.ts';
import type { Operation } from './operation.ts';
import type { Question, RequestTable } from './request-table.ts';
import type { WriteLease } from './write-leases.ts';

/** Copies of a write before its chain is said to be broken. */
const mostCopies = 3;

/** Faults that the same write may not meet again. */
const passing: ReadonlySet<DataFault> = new Set<DataFault>([
  'no-answer',
  'damaged-on-the-way',
  'not-serving',
  'pending',
  'gap',
]);

/** How a write of a replica ended: durable on all members, or the lease is of no more use. */
export type ChainOutcome = 'written' | 'lost';

/** Writes bytes of a replicated chunk along the chain of its members. */
export class ChainWriter {
  private readonly env: Env<StorageWireMessage>;
  private readonly settings: ClientSettings;
  private readonly requests: RequestTable;
  private readonly link: MasterLink;
  private readonly session: ClientSession;

  constructor(
    env: Env<StorageWireMessage>,
    settings: ClientSettings,
    requests: RequestTable,
    link: MasterLink,
    session: ClientSession,
  ) {
    this.env = env;
    this.settings = settings;
    this.requests = requests;
    this.link = link;
    this.session = session;
  }

  /** The bytes are a view, which belongs to the messages from now on. */
  async write(
    operation: Operation,
    lease: WriteLease,
    offset: number,
    bytes: Uint8Array,
  ): Promise<ChainOutcome> {
    for (;;) {
      const fault = await this.writeUnderFence(operation, lease, offset, bytes);
      if (fault === null) return 'written';
      if (fault.fault === 'stale') return 'lost';
      this.env.probe('client chain broken');
      if ((await this.reform(operation, lease, fault.at)) === 'lost') return 'lost';
    }
  }

  /** Null once all members have the write durable; otherwise what is wrong, and where. */
  private async writeUnderFence(
    operation: Operation,
    lease: WriteLease,
    offset: number,
    bytes: Uint8Array,
  ): Promise<Pick<BytesWritten, 'fault' | 'at'> | null> {
    const question = this.requests.question('bytes-written');
    let last: Pick<BytesWritten, 'fault' | 'at'> = { fault: 'no-answer', at: '' };
    try {
      for (let copy = 0; copy < mostCopies; copy++) {
        operation.check(true);
        // A holder whose time is over writes nothing: the chunk may be another's.
        if (lease.untilUs <= this.env.clock.monotonicUs()) return { fault: 'stale', at: '' };
        if (copy > 0 && last.fault !== 'no-answer') await this.link.pause(this.settings.pauseUs);
        this.send(question, lease, offset, bytes);
        const answer = await this.end(question, lease);
        if (answer !== null) last = answer;
        if (answer?.fault === null) {
          lease.sequence += 1;
          return null;
        }
        if (answer?.fault && !passing.has(answer.fault)) return answer;
      }
      return last;
    } finally {
      question.end();
    }
  }

  private send(
    question: Question<'bytes-written'>,
    { granted, sequence }: WriteLease,
    offset: number,
    bytes: Uint8Array,
  ): void {
    const { chunk, version, generation, fence } = granted;
    const chain = granted.nodes.filter((node) => node !== '');
    const checksum = crcEnd(crcBytes(crcStart, bytes, 0, bytes.length));
    question.send(chain[0] ?? '', (request) => ({
      kind: 'write-bytes',
      request,
      chunk,
      version,
      generation,
      part: 0,
      fence,
      sequence: sequence + 1,
      offset,
      bytes,
      checksum,
      chain,
      position: 0,
    }));
  }

  /** The next answer that is about this very write. */
  private async end(
    question: Question<'bytes-written'>,
    { granted, sequence }: WriteLease,
  ): Promise<BytesWritten | null> {
    const untilUs = this.env.clock.monotonicUs() + this.settings.timings.dataTimeoutUs;
    for (;;) {
      const arrived = await question.next(untilUs - this.env.clock.monotonicUs());
      if (arrived === null) return null;
      const { answer } = arrived;
      if (answer.fence === granted.fence && answer.sequence === sequence + 1) return answer;
    }
  }

  /** Lets the leader see which members are left. The write is repeated under the new fence. */
  private async reform(operation: Operation, lease: WriteLease, at: string): Promise<ChainOutcome> {
    const { chunk, fence } = lease.granted;
    const done = await this.session.fenced(operation, {
      kind: 'write-failed',
      session: this.session.id,
      inode: lease.inode,
      chunkIndex: lease.index,
      chunk,
      fence,
      at,
    });
    if (typeof done === 'string' || done.done.granted === null) return 'lost';
    const { granted } = done.done;
    lease.renew(granted, this.session.heldUntilUs(done.sentUs, granted.leaseUs));
    return 'written';
  }
}
