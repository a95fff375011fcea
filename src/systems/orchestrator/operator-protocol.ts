import type { Component } from '../../sim/component.ts';
import type { Env } from '../../sim/env.ts';
import type { Recorder } from './client/client-action.ts';
import { ClientNode } from './client/client-node.ts';
import { Operator } from './client/operator.ts';
import type { OperatorIntent, OperatorResult } from './client/operator-action.ts';
import type { ClientMaking } from './cluster-protocol.ts';
import type { Ciphers } from './crypto/ciphers.ts';
import { orchestratorTimingsFrom } from './drawn-settings.ts';
import { type OrchestratorWireMessage, orchestratorCodec } from './messages/orchestrator-codec.ts';
import { topologyOf } from './topology.ts';

/** How long an operator asks before it gives a question up: a leader may have to be found first. */
const patienceUs = 10_000_000;

/** Clients that operate a cluster by the actions of `OperatorAction`, one after the other. */
export function operatorProtocol(ciphers: Ciphers): {
  component(making: ClientMaking): Component<ClientNode, OrchestratorWireMessage>;
} {
  return {
    component({ config, peers, index, begin }) {
      const managers = peers.slice(0, topologyOf(config).managers);
      const timings = orchestratorTimingsFrom(config);
      const around = { volumes: [], secrets: [], mostReplicas: 0, teams: [] };
      const options = { managers, timings, ciphers, first: index, patienceUs, around, nodes: [] };
      return {
        name: 'operator',
        codec: orchestratorCodec,
        create: (env) => new ClientNode(env, options),
        // Asynchronous also when the work is not: promises have to run within the step.
        async start(node) {
          begin({
            env: node.env as Env,
            perform: (action, _fresh, recorder) =>
              perform(node, action as unknown as OperatorIntent, recorder),
            restart: () => node.restart(),
          });
        },
        message: (node, _env, from, message) => node.message(from, message),
      };
    },
  };
}

async function perform(
  node: ClientNode,
  action: OperatorIntent,
  recorder: Recorder,
): Promise<void> {
  const operation = recorder.begin({
    ...{ operation: action.do, option: 'operator', consistency: 'command', key: nameOf(action) },
    asked: null,
    question: action as never,
  });
  const result = await new Operator(node).perform(action);
  const request = { session: 0, sequence: 0, index: node.minIndex };
  recorder.end(operation, {
    outcome: outcomeOf(result),
    reason: result.kind === 'refused' ? result.why : result.kind,
    told: result.kind === 'refused' ? result.why : null,
    answer: result as never,
    ...request,
  });
}

function outcomeOf({ kind }: OperatorResult): 'ok' | 'fail' | 'info' {
  if (kind === 'unknown') return 'info';
  return kind === 'refused' ? 'fail' : 'ok';
}

function nameOf(action: OperatorIntent): string {
  return 'name' in action ? action.name : '';
}
