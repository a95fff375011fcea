import type { Env, Network } from '../../sim/env.ts';
import type { RaftWireMessage } from './types.ts';

/** What the parts of a Raft node use of its `Env`, whatever else travels beside their messages. */
export interface RaftEnv extends Omit<Env, 'network'> {
  readonly network: Pick<Network<RaftWireMessage>, 'send'>;
}
