import {
  type Field,
  integer,
  listOf,
  oneOf,
  orNull,
  structure,
  text,
  union,
} from '../../common/fields.ts';
import type { FaultList } from './fault.ts';
import {
  checkCommand,
  checkHealth,
  checkTime,
  commandField,
  type HealthCheck,
  healthField,
} from './health-check.ts';
import { checkVariables, type Labels, labelsField } from './labels.ts';
import {
  checkMounts,
  type SecretMount,
  secretMountField,
  type VolumeMount,
  volumeMountField,
} from './mounts.ts';
import { checkPlacement, type Placement, placementDefaults, placementField } from './placement.ts';
import { checkPorts, type PortSpec, portField } from './ports.ts';
import {
  checkRestart,
  type RestartPolicy,
  restartDefaults,
  restartField,
} from './restart-policy.ts';

/** Amounts of what a node has. */
export interface Resources {
  /** Thousandths of a processor; 0: none asked for, or no limit. */
  readonly cpuMillis: number;
  /** 0: none asked for, or no limit. */
  readonly memoryBytes: number;
}

export const noResources: Resources = { cpuMillis: 0, memoryBytes: 0 };

/** Which of two tasks of a slot stays when a node comes back that was given up. */
export const reconnectPicks = ['original', 'replacement', 'healthiest', 'longest-running'] as const;
export type ReconnectPick = (typeof reconnectPicks)[number];

/**
 * What a worker does with a task while it is cut off from the managers.
 * - `keep`: the task runs on; when the node counts as down, a replacement may run beside it.
 * - `fence`: the worker stops the task when its lease ends, and only then is it replaced.
 */
export type Disconnect =
  | { readonly kind: 'keep'; readonly pick: ReconnectPick }
  | { readonly kind: 'fence' };

/** What a task is made from. A change of it makes a new version of the service's tasks. */
export interface TaskTemplate {
  /** Name and tag, for example `nginx:1.27`. */
  readonly image: string;
  /** In place of the image's own program; none: the image's. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Labels;
  /** Held for the task on its node; the sum on a node is at most its capacity. */
  readonly reservations: Resources;
  /** What the task may use at most; a task above its memory limit is killed. */
  readonly limits: Resources;
  readonly ports: readonly PortSpec[];
  readonly health: HealthCheck | null;
  readonly restart: RestartPolicy;
  readonly placement: Placement;
  readonly secrets: readonly SecretMount[];
  readonly volumes: readonly VolumeMount[];
  readonly disconnect: Disconnect;
  /** Between the request to stop and the kill. */
  readonly stopGraceUs: number;
}

/** All of a template but its image. */
export const templateDefaults: Omit<TaskTemplate, 'image'> = {
  command: [],
  args: [],
  env: [],
  reservations: noResources,
  limits: noResources,
  ports: [],
  health: null,
  restart: restartDefaults,
  placement: placementDefaults,
  secrets: [],
  volumes: [],
  disconnect: { kind: 'keep', pick: 'original' },
  stopGraceUs: 10_000_000,
};

export const resourcesField: Field<Resources> = structure<Resources>({
  cpuMillis: integer,
  memoryBytes: integer,
});

export const templateField: Field<TaskTemplate> = structure<TaskTemplate>({
  image: text,
  command: commandField,
  args: commandField,
  env: labelsField,
  reservations: resourcesField,
  limits: resourcesField,
  ports: listOf(portField) as Field<readonly PortSpec[]>,
  health: orNull(healthField),
  restart: restartField,
  placement: placementField,
  secrets: listOf(secretMountField) as Field<readonly SecretMount[]>,
  volumes: listOf(volumeMountField) as Field<readonly VolumeMount[]>,
  disconnect: union<Disconnect>({ keep: { pick: oneOf(reconnectPicks) }, fence: {} }),
  stopGraceUs: integer,
});

const imagePattern =
  /^[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
const mostImageLetters = 255;

export function checkTemplate(faults: FaultList, template: TaskTemplate): void {
  const { image } = template;
  faults.length('spec.image', image, mostImageLetters);
  if (image !== '' && image.length <= mostImageLetters && !imagePattern.test(image)) {
    faults.add('spec.image', 'it is no reference to an image', 'a name and a tag: nginx:1.27');
  }
  checkCommand(faults, 'spec.command', template.command, true);
  checkCommand(faults, 'spec.args', template.args, true);
  checkVariables(faults, 'spec.env', template.env);
  checkResources(faults, 'spec.resources.reservations', template.reservations);
  checkResources(faults, 'spec.resources.limits', template.limits);
  checkLimits(faults, template);
  checkPorts(faults, 'spec.ports', template.ports);
  if (template.health !== null) checkHealth(faults, 'spec.healthCheck', template.health);
  checkRestart(faults, 'spec.restart', template.restart);
  checkPlacement(faults, 'spec.placement', template.placement);
  checkMounts(faults, template.secrets, template.volumes);
  checkTime(faults, 'spec.stopTimeout', template.stopGraceUs, 0);
}

/** Asks for amounts that a machine can have: 1,024 processors, 1 PiB. */
export function checkResources(faults: FaultList, field: string, resources: Resources): void {
  faults.range(`${field}.cpu`, resources.cpuMillis, 0, 1_024_000);
  faults.range(`${field}.memory`, resources.memoryBytes, 0, 2 ** 50);
}

function checkLimits(faults: FaultList, { reservations, limits }: TaskTemplate): void {
  const right = 'at most the limit';
  if (limits.cpuMillis !== 0 && reservations.cpuMillis > limits.cpuMillis) {
    faults.add('spec.resources.reservations.cpu', 'more is reserved than allowed', right);
  }
  if (limits.memoryBytes !== 0 && reservations.memoryBytes > limits.memoryBytes) {
    faults.add('spec.resources.reservations.memory', 'more is reserved than allowed', right);
  }
}
