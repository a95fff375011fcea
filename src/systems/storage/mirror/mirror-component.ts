import type { CardRow, Component, NodeCard } from '../../../sim/component.ts';
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
    card: mirrorCard,
    role: ({ doing }) => (doing === 'alone' ? 'alone' : 'mirror'),
    abstractState: ({ doing, epoch }) => doing.length * 8 + (epoch % 8),
  };
}

/** What somebody who watches sees of a mirror. */
export function mirrorCard(
  agent: Pick<MirrorAgent, 'doing' | 'epoch' | 'rounds' | 'copiedBytes' | 'stuck'>,
): NodeCard {
  const { doing, epoch, rounds, copiedBytes, stuck } = agent;
  const rows: CardRow[] = [
    { label: 'doing', value: doing },
    { label: 'epoch', value: String(epoch) },
    { label: 'rounds', value: String(rounds) },
    { label: 'copied', value: String(copiedBytes) },
  ];
  if (stuck !== null) {
    rows.unshift({ label: 'stuck', value: `tree too large: ${stuck}`, tone: 'bad' });
  }
  return { role: 'mirror', tone: stuck === null ? 'good' : 'bad', rows };
}

function nodeOf(address: Address): NodeId {
  const colon = address.indexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}
