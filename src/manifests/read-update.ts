import {
  type CanaryStep,
  failureActions,
  type RollbackConfig,
  rollbackDefaults,
  type Strategy,
  type UpdateConfig,
  updateDefaults,
  updateOrders,
} from '../systems/orchestrator/specs/update-config.ts';
import type { ManifestValue, MapReader } from './map-reader.ts';
import { parsePercent, parseShare } from './quantities.ts';
import { duration, flag, integer, listOf, word } from './read-parts.ts';

const strategies = ['rolling', 'blue-green', 'canary'] as const;
const share = (value: ManifestValue): number | undefined => value.quantity(parseShare);

export function readUpdate(value: ManifestValue): UpdateConfig | undefined {
  const calm = updateDefaults;
  return value.map((fields) => ({
    strategy: readStrategy(fields),
    monitorUs: fields.optional('monitor', duration, calm.monitorUs),
    maxFailurePerMille: fields.optional('maxFailureRatio', share, calm.maxFailurePerMille),
    onFailure: fields.optional('onFailure', word(failureActions), calm.onFailure),
    progressDeadlineUs: fields.optional('progressDeadline', duration, calm.progressDeadlineUs),
  }));
}

const rollingFields = ['parallelism', 'delay', 'order'];

function readStrategy(fields: MapReader): Strategy {
  const kind = fields.optional('strategy', word(strategies), 'rolling');
  if (kind !== 'rolling') fields.hint(rollingFields, 'the strategy rolling has it');
  if (kind !== 'canary') fields.hint(['steps'], 'the strategy canary has it');
  if (kind !== 'blue-green') fields.hint(['keep'], 'the strategy blue-green has it');
  if (kind === 'rolling') {
    fields.hint(['autoPromote'], 'the strategies blue-green and canary have it');
    return {
      kind,
      parallelism: fields.optional('parallelism', integer, 1),
      delayUs: fields.optional('delay', duration, 0),
      order: fields.optional('order', word(updateOrders), 'stop-first'),
    };
  }
  const autoPromote = fields.optional('autoPromote', flag, false);
  if (kind === 'canary') {
    return { kind, steps: fields.required('steps', listOf(readStep), [calmStep]), autoPromote };
  }
  return { kind, autoPromote, keepUs: fields.optional('keep', duration, 60_000_000) };
}

const calmStep: CanaryStep = { weight: 1, holdUs: 0 };

function readStep(item: ManifestValue): CanaryStep | undefined {
  return item.map((fields) => ({
    weight: fields.required('weight', (value) => value.quantity(parsePercent), 1),
    holdUs: fields.required('hold', duration, 0),
  }));
}

export function readRollback(value: ManifestValue): RollbackConfig | undefined {
  const calm = rollbackDefaults;
  return value.map((fields) => ({
    parallelism: fields.optional('parallelism', integer, calm.parallelism),
    delayUs: fields.optional('delay', duration, calm.delayUs),
    order: fields.optional('order', word(updateOrders), calm.order),
    monitorUs: fields.optional('monitor', duration, calm.monitorUs),
    maxFailurePerMille: fields.optional('maxFailureRatio', share, calm.maxFailurePerMille),
    onFailure: fields.optional('onFailure', word(['pause', 'continue'] as const), calm.onFailure),
  }));
}
