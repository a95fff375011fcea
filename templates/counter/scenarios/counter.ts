import { crashes, oneOf, requestClients, scenario, seconds } from 'seedstorm';
import { counterLadder } from '../invariants/counter.ts';
import { type CounterMessage, counter } from '../src/counter.ts';

export default scenario({
  summary: 'A replicated counter whose machines crash',
  system: {
    name: 'counter',
    knobs: { nodes: oneOf(3, 5) },
    node: (_config, peers) => counter(peers),
  },
  clients: requestClients<CounterMessage>({
    ask: ({ request }) => ({ kind: 'add', request }),
    answers: (message) => (message.kind === 'added' ? message.request : undefined),
  }),
  storm: crashes(),
  ladder: counterLadder,
  phases: { form: seconds(0.1), storm: seconds(2), settle: seconds(2) },
});
