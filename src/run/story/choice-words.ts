import type { NamedChoice } from '../../sim/choices.ts';
import { environmentFromConfig } from '../../sim/environment.ts';
import { latencyUs } from '../../sim/latency-table.ts';
import type { Config } from '../../sim/system-definition.ts';

/** Microseconds as people say them. */
function spanText(us: number): string {
  return us < 1_000 ? `${us} us` : `${Math.round(us / 100) / 10} ms`;
}

/**
 * A choice that is not calm, as a noun and as something that happens.
 *
 * @param what the message or operation that it is about, where that is known
 */
export function choiceWords(
  choice: NamedChoice,
  config: Config,
  what: string | undefined,
): { readonly noun: string; readonly happens: string } {
  const [kind = '', where = ''] = choice.stream.split('/');
  if (kind === 'net') return linkWords(choice, config, where, what);
  if (kind === 'disk') return diskWords(choice, config, where, what);
  if (kind === 'node' || kind === 'client') {
    return {
      noun: `what ${where} draws for ${choice.point}`,
      happens: `${where} draws another ${choice.point} than usual`,
    };
  }
  return {
    noun: `the choice of ${choice.point}`,
    happens: `${choice.point} is not what it usually is (${choice.stream})`,
  };
}

function linkWords(
  { point, value }: NamedChoice,
  config: Config,
  where: string,
  what = 'a message',
): { noun: string; happens: string } {
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
): { noun: string; happens: string } {
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
