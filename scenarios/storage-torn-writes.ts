import { oneDisk } from './storage/one-disk.ts';

export default oneDisk('writes torn by a loss of power', ['power-loss'], 8, (node, atUs, drawn) => [
  {
    kind: 'power-loss',
    target: { node },
    when: { atUs },
    durationUs: 20_000 + (drawn % 200_000),
  },
]);
