import { expect, test } from 'vitest';
import { causalCone } from './causal-cone.ts';

test('the past is what messages and the state of nodes can have carried', () => {
  // Steps 1..7 on nodes a(0), b(1), c(2); 4 is a message of 1, 6 of 4; 3 and 5 are of nobody.
  const nodes = [-1, 0, 2, 2, 1, 0, 2, 1];
  const causes = [0, 0, 0, 2, 1, 0, 4, 3];
  const cone = causalCone({ nodes, causes }, [6]);
  const past = [1, 2, 3, 4, 5, 6, 7].filter((step) => cone.inPast(step));
  // 2 and 3 by the state of c; not 5, which a did after it sent, nor 7, which is later.
  expect(past).toEqual([1, 2, 3, 4, 6]);
  expect([1, 2, 3, 4, 5, 6, 7].filter((step) => cone.inChain(step))).toEqual([1, 4, 6]);
});

test('several ends have one past', () => {
  const cone = causalCone({ nodes: [-1, 0, 1, 2], causes: [0, 0, 0, 0] }, [1, 3]);
  expect([1, 2, 3].map((step) => cone.inPast(step))).toEqual([true, false, true]);
  expect(causalCone({ nodes: [-1], causes: [0] }, [0]).inChain(0)).toBe(false);
});
