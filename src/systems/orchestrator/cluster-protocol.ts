import type { Component } from '../../sim/component.ts';
import type { Env } from '../../sim/env.ts';
import type { Config } from '../../sim/system-definition.ts';
import type { ClientAction, Recorder } from './client/client-action.ts';
import { ClientNode } from './client/client-node.ts';
import type { Ciphers } from './crypto/ciphers.ts';
import { orchestratorSettingsFrom, orchestratorTimingsFrom } from './drawn-settings.ts';
import { type OrchestratorWireMessage, orchestratorCodec } from './messages/orchestrator-codec.ts';
import { topologyOf, workerName } from './topology.ts';

/** The client's side, as workloads see it. */
export interface ClientHost {
  readonly env: Env;
  perform(action: ClientAction, fresh: boolean, recorder: Recorder): Promise<void>;
  restart(): void;
}

/** What makes a client. */
export interface ClientMaking {
  readonly config: Config;
  readonly peers: readonly string[];
  readonly index: number;
  begin(host: ClientHost): void;
}

/** Whose services there are, where there are quotas. */
const teams: readonly string[] = ['red', 'blue'];

/** How long a client asks before it gives a question up. */
const patienceUs = 6_000_000;

/** How clients speak to the cluster that `orchestrator()` sets up. */
export function orchestratorProtocol(ciphers: Ciphers): {
  component(making: ClientMaking): Component<ClientNode, OrchestratorWireMessage>;
} {
  return {
    component({ config, peers, index, begin }) {
      const topology = topologyOf(config);
      const managers = peers.slice(0, topology.managers);
      const nodes = peers
        .slice(topology.managers)
        .map((_, worker) => workerName(topology, topology.managers + worker));
      const around = {
        volumes:
          config['cluster.volumes'] === true ? names('v', config['cluster.volumeNames']) : [],
        secrets: config['cluster.secrets'] === true ? names('k', 3) : [],
        mostReplicas: Number(config['cluster.maxReplicas'] ?? 5),
        teams: config['cluster.quotas'] === true ? teams : [],
      };
      const timings = orchestratorTimingsFrom(config);
      const window = orchestratorSettingsFrom(config).requestWindow;
      const about = { managers, timings, ciphers, first: index, patienceUs, window };
      const options = { ...about, around, nodes };
      return {
        name: 'cluster-client',
        codec: orchestratorCodec,
        create: (env) => new ClientNode(env, options),
        // Asynchronous also when the work is not: promises have to run within the step.
        async start(node) {
          begin({
            env: node.env as Env,
            perform: (action, fresh, recorder) => node.perform(action, fresh, recorder),
            restart: () => node.restart(),
          });
        },
        message: (node, _env, from, message) => node.message(from, message),
      };
    },
  };
}

/** As workloads name what they make. */
function names(letter: string, count: unknown): readonly string[] {
  return Array.from({ length: Number(count ?? 0) }, (_, at) => `${letter}${at}`);
}
