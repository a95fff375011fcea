import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeCiphers } from '../../src/node-crypto/node-ciphers.ts';
import { type RealNode, runReal } from '../../src/real/run-real.ts';
import type { Component } from '../../src/sim/component.ts';
import { ClientNode } from '../../src/systems/orchestrator/client/client-node.ts';
import { Operator } from '../../src/systems/orchestrator/client/operator.ts';
import type {
  OperatorAction,
  OperatorResult,
} from '../../src/systems/orchestrator/client/operator-action.ts';
import { orchestratorTimingsFrom } from '../../src/systems/orchestrator/drawn-settings.ts';
import {
  type OrchestratorWireMessage,
  orchestratorCodec,
} from '../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import { serviceSpec } from '../../src/systems/orchestrator/specs/service-spec.ts';
import { updateDefaults } from '../../src/systems/orchestrator/specs/update-config.ts';
import { NodeProcesses } from './node-processes.ts';

const managers = 3;
const workers = 3;
const config = { nodes: managers + workers, 'orchestrator.managers': managers } as const;
const replicas = 4;

let directory: string;
let processes: NodeProcesses;
let client: RealNode<ClientNode, OrchestratorWireMessage>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seedstorm-orchestrator-'));
  const about = { system: 'orchestrator', config } as const;
  processes = await NodeProcesses.start(directory, config.nodes, about);
  const options = {
    ...{ managers: processes.names.slice(0, managers), ciphers: nodeCiphers, first: 0 },
    ...{ timings: orchestratorTimingsFrom(config), patienceUs: 20_000_000, nodes: [] },
    around: { volumes: [], secrets: [], mostReplicas: 0, teams: [] },
  };
  const component: Component<ClientNode, OrchestratorWireMessage> = {
    name: 'operator',
    codec: orchestratorCodec,
    create: (env) => new ClientNode(env, options),
    message: (node, _env, from, message) => node.message(from, message),
  };
  const { peers } = processes;
  client = await runReal({ component, id: 'c1', directory: join(directory, 'c1'), peers });
});

afterEach(async () => {
  await client.close();
  await processes.close();
  await rm(directory, { recursive: true });
});

function perform(action: OperatorAction): Promise<OperatorResult> {
  return new Operator(client.state).perform(action);
}

/** Until the service has all its tasks, each of an image, on workers that are up. */
async function runs(name: string, image: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const result = await perform({ do: 'list', kind: 'service' });
    const row = result.kind === 'rows' ? result.rows.find((one) => one.name === name) : undefined;
    const wanted = { name, replicas: `${replicas}/${replicas}`, image, state: 'steady' };
    if (attempt === 100) expect(row).toEqual(wanted);
    if (row?.replicas === wanted.replicas && row.state === 'steady' && row.image === image) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Asks again as long as nobody knows what became of it. */
async function insist(action: OperatorAction): Promise<OperatorResult> {
  for (let attempt = 1; ; attempt++) {
    const result = await perform(action);
    if (result.kind !== 'unknown' || attempt === 10) return result;
  }
}

describe('managers and workers as processes of this machine', () => {
  test('a service outlives kill -9 of a manager, of a worker, and of all at once', {
    timeout: 120_000,
  }, async () => {
    const spec = serviceSpec('web', 'app:1', {
      mode: { kind: 'replicated', replicas },
      update: { ...updateDefaults, monitorUs: 200_000 },
    });
    const web = { kind: 'service', spec } as const;
    expect(await insist({ do: 'create', wish: web })).toMatchObject({ kind: 'applied' });
    await runs('web', 'app:1');

    await processes.kill('n1');
    expect(
      await insist({ do: 'update-service', name: 'web', image: 'app:2', replicas: null }),
    ).toMatchObject({ kind: 'done' });
    await runs('web', 'app:2');

    // Its tasks go to the other two.
    await processes.kill('n4');
    await runs('web', 'app:2');

    await processes.begin('n1');
    await processes.begin('n4');
    await Promise.all(processes.names.map((id) => processes.kill(id)));
    await Promise.all(processes.names.map((id) => processes.begin(id)));
    await runs('web', 'app:2');
    const key = { kind: 'secret', name: 'key', labels: [], value: [1, 2, 3] } as const;
    expect(await insist({ do: 'apply', wishes: [web, key] })).toEqual({
      kind: 'applied',
      steps: [
        { kind: 'service', name: 'web', action: 'update' },
        { kind: 'secret', name: 'key', action: 'create' },
      ],
    });
    await runs('web', 'app:1');
    expect(processes.complaints).toEqual([]);
  });
});
