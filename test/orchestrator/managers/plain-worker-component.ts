import type { Component } from '../../../src/sim/component.ts';
import {
  type OrchestratorWireMessage,
  orchestratorCodec,
} from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import { PlainWorker, type PlainWorkerOptions } from './plain-worker.ts';

export function plainWorker(
  options: PlainWorkerOptions,
): Component<PlainWorker, OrchestratorWireMessage> {
  return {
    name: 'plain-worker',
    codec: orchestratorCodec,
    create: (env) => new PlainWorker(env, options),
    start: (worker) => worker.start(),
    message: (worker, _env, from, message) => worker.message(from, message),
  };
}
