import { describe, expect, test } from 'vitest';
import { drawOf, isPlain } from '../../../scenarios/orchestrator/steering.ts';
import { secretFrom } from '../../../src/systems/orchestrator/client/wares.ts';
import { isDrained } from '../../../src/systems/orchestrator/nodes/eligible.ts';
import { heldRoots } from '../../../src/systems/orchestrator/trust/roots.ts';
import { secretKey } from '../../../src/systems/orchestrator/worker/secret-store.ts';
import { Played, second } from './played.ts';

const plain = drawOf(isPlain);
const withSecret = drawOf(
  ({ template, mode }) =>
    template.secrets.some(({ source }) => source === 'k0') &&
    template.volumes.length === 0 &&
    template.image.startsWith('app:') &&
    mode.kind === 'replicated' &&
    template.placement.constraints.length === 0,
);

describe('a cluster in calm weather', () => {
  test('takes its workers in, and runs what it is asked for', async () => {
    const played = await Played.to(8, [
      { atUs: second, do: 'create-service', service: 's0', draw: plain },
    ]);
    const { state, workers } = played;
    expect(state.nodes.size).toBe(5);
    const service = state.services.get(state.named('service', 's0')!)!;
    const wanted = service.spec.mode.kind === 'replicated' ? service.spec.mode.replicas : 0;
    expect(played.containers('s0')).toHaveLength(wanted);
    for (const worker of workers)
      expect(worker.core.tables.network('overlay').services()).toEqual(['s0']);
  });

  test('changes its root: every certificate is of the new one, and the old one is gone', async () => {
    const before = await Played.to(4, []);
    const { state, workers } = await Played.to(14, [{ atUs: 4 * second, do: 'rotate-root' }]);
    const [old] = heldRoots(before.state);
    const roots = heldRoots(state);
    expect(roots.map(({ id }) => id)).toHaveLength(1);
    expect(roots[0]!.id).toBeGreaterThan(old!.id);
    for (const { core } of workers) {
      const { identity, roots: trusted } = core.state.member;
      expect(identity.current!.certificate.issuer).toBe(roots[0]!.id);
      expect(trusted.map(({ id }) => id)).toEqual([roots[0]!.id]);
      expect(core.connected).toBe(true);
    }
  });

  test('changes its data key: all values are sealed with the new one, and open', async () => {
    const played = await Played.to(14, [
      { atUs: second, do: 'put-secret', secret: 'k0', draw: 1 },
      { atUs: second, do: 'put-secret', secret: 'k1', draw: 2 },
      { atUs: 2 * second, do: 'put-secret', secret: 'k0', draw: 3 },
      { atUs: 4 * second, do: 'rotate-keys' },
      { atUs: 5 * second, do: 'create-service', service: 's0', draw: withSecret },
      { atUs: 6 * second, do: 'rotate-keys' },
    ]);
    const { state } = played;
    const keys = state.keys.keys().filter((id) => state.keys.get(id)!.purpose === 'secrets');
    expect(keys).toHaveLength(1);
    const sealedWith = state.secrets
      .groupKeys()
      .flatMap((name) => state.secrets.keys(name).map((version) => [name, version] as const))
      .map(([name, version]) => state.secrets.get(name, version)!.value.keyId);
    expect(sealedWith).toEqual([keys[0], keys[0], keys[0]]);
    // They are told apart, and delivered, as before.
    expect(played.secretsOf('s0', 'k0', 2)).toContainEqual(secretFrom('k0', 3));
  });

  test('gives a secret to the nodes that need it, and to no other; and takes it back', async () => {
    const demands = [
      { atUs: second, do: 'put-secret', secret: 'k0', draw: 7 },
      { atUs: 2 * second, do: 'create-service', service: 's0', draw: withSecret },
    ] as const;
    const played = await Played.to(8, demands);
    const holders = played.workers.filter(({ core }) =>
      core.secrets.has(secretKey({ name: 'k0', version: 1 })),
    );
    expect(holders.length).toBeGreaterThan(0);
    expect(new Set(holders)).toEqual(new Set(played.workersWith('s0')));
    const after = await Played.to(14, [
      ...demands,
      { atUs: 8 * second, do: 'remove-service', service: 's0' },
    ]);
    expect(after.workers.filter(({ core }) => core.secrets.size > 0)).toEqual([]);
    expect(after.state.tasks.size).toBe(0);
  });

  test('drains a node: all that ran there runs elsewhere', async () => {
    const played = await Played.to(16, [
      { atUs: second, do: 'create-service', service: 's0', draw: plain },
      { atUs: second, do: 'create-service', service: 's1', draw: plain },
      { atUs: 5 * second, do: 'drain', node: 0 },
    ]);
    const { state } = played;
    const drained = state.named('node', 'w1')!;
    expect(state.nodes.get(drained)!.spec.availability).toBe('drain');
    expect(isDrained(state, drained)).toBe(true);
    const [first] = played.workers;
    expect(first!.core.options.machine.running(first!.core.env.clock.monotonicUs())).toEqual([]);
    for (const name of ['s0', 's1']) {
      const { mode } = state.services.get(state.named('service', name)!)!.spec;
      const wanted = mode.kind === 'replicated' ? mode.replicas : 0;
      expect(played.containers(name)).toHaveLength(wanted);
    }
  });

  test('says the same whether messages are handed over or sent as bytes', async () => {
    const demands = [
      { atUs: second, do: 'put-secret', secret: 'k0', draw: 7 },
      { atUs: second, do: 'create-volume', volume: 'v0', draw: 1 },
      { atUs: 2 * second, do: 'create-service', service: 's0', draw: withSecret },
      { atUs: 4 * second, do: 'deploy', service: 's0', draw: 3 },
      { atUs: 4 * second, do: 'rotate-root' },
      { atUs: 5 * second, do: 'list-tasks', service: 's0' },
      { atUs: 5 * second, do: 'watch' },
      { atUs: 6 * second, do: 'create-token' },
      { atUs: 6 * second, do: 'metrics' },
    ] as const;
    const plainly = await Played.to(10, demands);
    const asBytes = await Played.to(10, demands, true);
    expect(asBytes.digest).toBe(plainly.digest);
  });
});
