import type { Component } from '../../../sim/component.ts';
import type { Address, NodeId } from '../../../sim/message.ts';
import { type StorageWireMessage, storageCodec } from '../messages/storage-codec.ts';
import { MirrorAgent, type MirrorSettings } from './mirror-agent.ts';

/** The component of a mirror, on a node of its own near the side that stands by at first. */
export function mirrorComponent(
  settings: MirrorSettings,
): Component<MirrorAgent, StorageWireMessage> {
  return {
    name: 'storage-mirror',
    codec: storageCodec,
    create: (env) => new MirrorAgent(env, settings),
    // Asynchronous, for promises have to run within the step.
    async start(agent) {
      await agent.run();
    },
    message(agent, _env, from: Address, message) {
      agent.receive(nodeOf(from), message);
    },
    role: ({ doing }) => (doing === 'alone' ? 'alone' : 'mirror'),
    abstractState: ({ doing, epoch }) => doing.length * 8 + (epoch % 8),
  };
}

function nodeOf(address: Address): NodeId {
  const colon = address.indexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}
