import { oneDisk } from './storage/one-disk.ts';

export default oneDisk('bits that flip at rest', ['bit-flip'], 32, (node, atUs, drawn) => [
  {
    kind: 'bit-flip',
    target: { node },
    file: '.data',
    positionPerMillion: drawn,
    bit: drawn % 8,
    when: { atUs },
    durationUs: 0,
  },
]);
