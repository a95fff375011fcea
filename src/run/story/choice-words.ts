import type { NamedChoice } from '../../sim/choices.ts';
import { environmentFromConfig } from '../../sim/environment.ts';
import { latencyUs } from '../../sim/latency-table.ts';
import { aroundZero } from '../../sim/node-clock.ts';
import { lagUs, rankedNode } from '../../sim/scheduling-priority.ts';
import type { Config } from '../../sim/system-definition.ts';

/** Microseconds as people say them. */
function spanText(us: number): string {
  return Math.abs(us) < 1_000 ? `${us} us` : `${Math.round(us / 100) / 10} ms`;
}

interface Words {
  readonly noun: string;
  readonly happens: string;
}

/**
 * A choice that is not calm, as a noun and as something that happens.
 *
 * @param names of all nodes, servers first
 * @param what the message or operation that it is about, where that is known
 */
export function choiceWords(
  choice: NamedChoice,
  config: Config,
  names: readonly string[],
  what: string | undefined,
): Words {
  const [kind = '', where = ''] = choice.stream.split('/');
  if (kind === 'net') return linkWords(choice, config, where, what);
  if (kind === 'disk') return diskWords(choice, config, where, what);
  if (kind === 'node' || kind === 'client') return nodeWords(choice, where);
  if (kind === 'scheduler') return orderWords(choice, config, names);
  if (kind === 'maybe') return branchWords(choice, names);
  return {
    noun: `the choice of ${choice.point}`,
    happens: `${choice.point} is not what it usually is (${choice.stream})`,
  };
}

/** What a node draws for itself, or the simulator for it. */
function nodeWords({ point, value }: NamedChoice, where: string): Words {
  switch (point) {
    case 'hold':
      return {
        noun: `the wait of what ${where} sends`,
        happens: `${where} keeps what it has to send for a while`,
      };
    case 'hold time':
      return {
        noun: `how long ${where} keeps what it sends`,
        happens: `what ${where} has to send waits for ${spanText(1 + value)}`,
      };
    case 'drift':
      return {
        noun: `the drift of ${where}'s clock`,
        happens: `the clock of ${where} drifts by ${aroundZero(value)} parts per million`,
      };
    case 'wall clock offset':
      return {
        noun: `the error of ${where}'s wall clock`,
        happens: `the wall clock of ${where} is wrong by ${spanText(aroundZero(value))}`,
      };
    default:
      return {
        noun: `what ${where} draws for ${point}`,
        happens: `${where} draws another ${point} than usual`,
      };
  }
}

/** Who goes first. */
function orderWords(
  { point, key, value }: NamedChoice,
  config: Config,
  names: readonly string[],
): Words {
  if (point === 'tie') {
    return {
      noun: 'the order of two events of one instant',
      happens: 'of two events at the same instant, the later one goes first',
    };
  }
  const node = names[rankedNode(key)] ?? 'a node';
  const lag = spanText(lagUs(environmentFromConfig(config).schedulerHorizonUs, value));
  return {
    noun: `the lag of ${node}`,
    happens: `${node} lags ${lag} behind for a tenth of a second`,
  };
}

/** A rare way of the code that the simulator takes on purpose. */
function branchWords({ point, key }: NamedChoice, names: readonly string[]): Words {
  if (point === 'armed') {
    return {
      noun: 'that a rare way through the code is open',
      happens: 'a rare way through the code is open in this run',
    };
  }
  const node = names[key] ?? 'a node';
  return { noun: `"${point}" at ${node}`, happens: `at ${node}: ${point}` };
}

function linkWords(
  { point, value }: NamedChoice,
  config: Config,
  where: string,
  what = 'a message',
): Words {
  const [from, to] = where.split('>');
  const message = `${what} from ${from} to ${to}`;
  if (point === 'latency') {
    const { netLatencyMinUs: leastUs, netLatencyUs: typicalUs } = environmentFromConfig(config);
    const [takes, usually] = [leastUs + latencyUs(typicalUs, value), leastUs + typicalUs];
    return {
      noun: `the ${takes > usually ? 'delay' : 'haste'} of ${message}`,
      happens: `${message} takes ${spanText(takes)} instead of ${spanText(usually)}`,
    };
  }
  const fates: Readonly<Record<string, readonly [noun: string, verb: string]>> = {
    loss: ['the loss of', 'is lost'],
    duplicate: ['the second copy of', 'arrives twice'],
    reorder: ['the overtaking of', 'does not keep the order of its link'],
    corrupt: ['the damage to', 'is damaged on the wire'],
    'slow node': ['the delay of', 'is delayed, since a node is slow'],
  };
  const [noun, verb] = fates[point] ?? [`the ${point} of`, `has an unusual ${point}`];
  return { noun: `${noun} ${message}`, happens: `${message} ${verb}` };
}

function diskWords(
  { point, value }: NamedChoice,
  config: Config,
  where: string,
  what = 'an operation',
): Words {
  if (point === 'disk-latency') {
    const { diskLatencyUs, diskSyncLatencyUs } = environmentFromConfig(config);
    const typicalUs = what.startsWith('sync') ? diskSyncLatencyUs : diskLatencyUs;
    const takesUs = latencyUs(typicalUs, value);
    const of = `${what} on the disk of ${where}`;
    return {
      noun: `the ${takesUs > typicalUs ? 'delay' : 'haste'} of ${of}`,
      happens: `${of} takes ${spanText(takesUs)} instead of ${spanText(typicalUs)}`,
    };
  }
  const failure = failures[point];
  if (failure !== undefined) {
    const of = `on the disk of ${where}`;
    return { noun: `the failed ${failure} ${of}`, happens: `a ${failure} ${of} fails` };
  }
  if (/^(power-loss|disk-in-flight|sync-dropped)/.test(point)) {
    const of = `what is left of unsynced writes on the disk of ${where}`;
    return { noun: of, happens: `${of} is not what is usually left (${point})` };
  }
  const noun = `the ${point.replace(/^disk-/, '').replaceAll('-', ' ')} on the disk of ${where}`;
  return { noun, happens: `${noun} strikes` };
}

/** Operations that fail, by the point that decides it. */
const failures: Readonly<Record<string, string>> = {
  'disk-read-error': 'read',
  'disk-write-error': 'write',
  'disk-sync-error': 'sync',
};
