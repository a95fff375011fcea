import type { Host } from '../../run/run-contract.ts';
import type { FromSession, SessionPort } from '../protocol.ts';
import type { Session } from '../session/session.ts';
import { Mailbox } from './mailbox.ts';
import { Pump } from './pump.ts';

/** Runs a session in the calling thread, for tests and for whoever has no threads. */
export function localPort(
  host: Host,
  make: (drain: (() => void) | undefined) => Session,
): SessionPort {
  const mailbox = new Mailbox();
  let isClosed = false;
  const pump = new Pump({
    host,
    make,
    later(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    tell(message: FromSession) {
      if (isClosed) return;
      mailbox.tell(message);
      if (message.kind === 'snapshot') pump.receive({ kind: 'seen' });
    },
  });
  const ended = pump.run();
  return {
    send: (command) => pump.receive({ kind: 'command', command }),
    listen: (listener) => mailbox.listen(listener),
    async close() {
      isClosed = true;
      pump.stop();
      await ended;
    },
  };
}
