import type { Env, Timers } from '../../../sim/env.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';

/** An `Env` for one of several clients that share a node: its timers have names of their own. */
export function sideEnv(env: Env<StorageWireMessage>, side: string): Env<StorageWireMessage> {
  const timers: Timers = {
    set: (name, delayUs, callback) => env.timers.set(`${side}/${name}`, delayUs, callback),
    cancel: (name) => env.timers.cancel(`${side}/${name}`),
  };
  return {
    id: env.id,
    firstBoot: env.firstBoot,
    clock: env.clock,
    timers,
    network: env.network,
    disk: env.disk,
    random: env.random,
    sleep: (delayUs) => env.sleep(delayUs),
    maybe: (name) => env.maybe(name),
    probe: (name) => env.probe(name),
    log: (text, fields) => env.log(text, fields),
  };
}
