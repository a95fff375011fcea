import { describe, expect, test } from 'vitest';
import {
  blocksOf,
  replica,
  ServersRig,
} from '../../../../test/storage/chunkservers/servers-rig.ts';
import { ReedSolomon } from '../erasure/reed-solomon.ts';
import { simulationSettings } from '../metadata/settings.ts';

const { blockBytes, chunkBytes } = simulationSettings;
const all = ['n1', 'n2', 'n3'];

describe('parts', () => {
  const code = new ReedSolomon(2, 1);
  const data = Uint8Array.from({ length: 2 * blockBytes }, (_, at) => at * 7);
  const split = code.split(data);
  const parts = [...split, ...code.encode(split)];
  const name = (part: number) => ({ chunk: 5, version: 1, generation: 0, part });

  function stripe(rig: ServersRig): void {
    for (const [part, node] of all.entries()) {
      expect(rig.put(node, name(part), 11, parts[part]!)).toMatchObject({ fault: null });
    }
  }

  test('are kept, once, under fences that are not older', () => {
    const rig = new ServersRig(4);
    stripe(rig);
    expect(rig.put('n1', name(0), 11, parts[0]!)).toMatchObject({ fault: null });
    const newer = { ...name(0), version: 2 };
    expect(rig.put('n1', newer, 10, parts[0]!)).toMatchObject({ fault: 'stale' });
    const wrong = blocksOf(name(1), parts[0]!);
    expect(rig.put('n4', name(0), 11, parts[0]!, { blocks: wrong })).toMatchObject({
      fault: 'damaged-on-the-way',
    });
    expect(rig.server(0).core.table.byNumber.size).toBe(1);
    expect(rig.server(3).core.table.byNumber.size).toBe(0);
  });

  test('are rebuilt from others, and read back', () => {
    const rig = new ServersRig(4);
    stripe(rig);
    const sources = [
      { node: 'n4', part: 0 },
      { node: 'n2', part: 1 },
      { node: 'n3', part: 2 },
    ];
    const done = rig.ask('n4', 'task-done', (task) => ({
      kind: 'rebuild-part',
      ...{ task, term: 3, index: 20, ...name(0), dataParts: 2, parityParts: 1, sources },
    }));
    expect(done).toMatchObject({ fault: null, failed: [0] });
    expect([...rig.read('n4', name(0))!.blocks[0]!.bytes]).toEqual([...parts[0]!]);
  });

  test('are made of a replica, and a replica of them', () => {
    const rig = new ServersRig(4);
    for (const node of all) rig.setVersion(node, 1, 1, 0, 11);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7, offset: 300 }, {}, 2000);
    const encode = (sources: readonly [string, number][], targets: readonly [string, number][]) => {
      const placed = (list: readonly [string, number][]) =>
        list.map(([node, part]) => ({ node, part }));
      return { kind: 'encode', sources: placed(sources), targets: placed(targets) } as const;
    };
    const spread = rig.ask('n1', 'task-done', (task) => ({
      ...encode(
        [['n2', 0]],
        [
          ['n1', 0],
          ['n2', 1],
          ['n3', 2],
          ['n4', 3],
        ],
      ),
      ...{ task, term: 3, index: 30, chunk: 1, version: 1, generation: 1, fence: 30 },
      ...{ oldGeneration: 0, oldDataParts: 1, oldParityParts: 0, dataParts: 2, parityParts: 2 },
    }));
    expect(spread).toMatchObject({ fault: null, failed: [] });
    const back = rig.ask('n2', 'task-done', (task) => ({
      ...encode(
        [
          ['n1', 0],
          ['n3', 2],
          ['n4', 3],
        ],
        [['n4', 0]],
      ),
      ...{ task, term: 3, index: 40, chunk: 1, version: 1, generation: 2, fence: 40 },
      ...{ oldGeneration: 1, oldDataParts: 2, oldParityParts: 2, dataParts: 1, parityParts: 0 },
    }));
    expect(back).toMatchObject({ fault: null });
    const { blocks } = rig.read('n4', { ...replica(1, 1), generation: 2 }, { blocks: 16 })!;
    const bytes = blocks.flatMap((block) => [...block.bytes]);
    expect(bytes).toHaveLength(chunkBytes);
    expect(bytes.every((byte, at) => byte === (at >= 300 && at < 2300 ? 7 : 0))).toBe(true);
  });
});
