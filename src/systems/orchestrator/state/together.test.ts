import { describe, expect, test } from 'vitest';
import { serviceSpec } from '../specs/service-spec.ts';
import { volumeSpec } from '../specs/volume-spec.ts';
import { Rig } from '../test-rig.ts';
import type { ApplyPart } from './command.ts';

const published = (name: string, hostPort: number) =>
  serviceSpec(name, 'app:1', {
    template: {
      ports: [{ containerPort: 80, hostPort, protocol: 'tcp', publish: 'ingress' }],
    },
  });

const create = (name: string, hostPort: number): ApplyPart => ({
  kind: 'create-service',
  spec: published(name, hostPort),
});

describe('what is applied together', () => {
  test('is all there, by ids of one entry, in the order of the parts', () => {
    const rig = new Rig();
    const volume = { kind: 'create-volume', spec: volumeSpec('data', {}) } as const;
    const reply = rig.ask({ kind: 'together', parts: [volume, create('a', 80), create('b', 81)] });
    const { applied } = rig.state;
    expect(reply).toEqual({
      kind: 'together',
      objects: [
        { id: `1-${applied}-0`, version: 1 },
        { id: `1-${applied}-1`, version: 1 },
        { id: `1-${applied}-2`, version: 1 },
      ],
    });
    expect(rig.state.named('volume', 'data')).toBe(`1-${applied}-0`);
    expect(rig.state.services.keys()).toHaveLength(2);
  });

  test('leaves nothing when a part is refused, and says which', () => {
    const rig = new Rig();
    rig.ask(create('taken', 80));
    const { applied } = rig.state;
    const volume = { kind: 'create-volume', spec: volumeSpec('data', {}) } as const;
    const parts = [volume, create('free', 81), create('late', 80)];
    expect(rig.ask({ kind: 'together', parts })).toEqual({
      kind: 'refused',
      why: 'exhausted',
      what: 'service late: port 80/tcp is taken',
    });
    expect(rig.state.named('volume', 'data')).toBeUndefined();
    expect(rig.state.services.keys()).toHaveLength(1);
    expect(rig.state.applied).toBe(applied + 1);
    // The two parts before it are free to come, with the very names and ports.
    expect(rig.ask({ kind: 'together', parts: parts.slice(0, 2) }).kind).toBe('together');
  });

  test('may count on a part that comes before', () => {
    const rig = new Rig();
    const id = `1-${rig.state.applied + 2}-0`;
    const update: ApplyPart = {
      kind: 'update-service',
      service: id,
      version: 1,
      spec: { ...published('a', 80), labels: [{ key: 'tier', value: 'web' }] },
    };
    const reply = rig.ask({ kind: 'together', parts: [create('a', 80), update] });
    expect(reply).toMatchObject({
      kind: 'together',
      objects: [{ version: 1 }, { id, version: 2 }],
    });
  });

  test('is carried out once, however often it comes', () => {
    const rig = new Rig();
    const opened = rig.lead({ kind: 'open-session', owner: 'c' });
    const session = opened.kind === 'session' ? opened.session : 0;
    const command = { kind: 'together', parts: [create('a', 80)] } as const;
    const first = rig.send(session, 1, 1, command);
    expect(rig.send(session, 1, 1, command)).toEqual(first);
    expect(rig.state.services.keys()).toHaveLength(1);
  });
});
