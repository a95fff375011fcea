import type { Env } from '../../../sim/env.ts';
import { Alarms } from '../../common/alarms.ts';
import type { Probe } from '../specs/health-check.ts';
import { noResources, type Resources } from '../specs/task-template.ts';
import type {
  ContainerRuntime,
  ContainerSpec,
  ContainerStatus,
  Exit,
  Mount,
  PullFault,
} from './container-runtime.ts';
import type { ImageBehaviour, ImageBook, Span } from './image.ts';
import type { Container, Machine } from './machine.ts';

const bytesPerSecond = 100_000_000;
/** A pull asks a registry even when all layers are there. */
const askUs: Span = [5_000, 50_000];
/** A container that crashes by chance does so within this time. */
const crashUs: Span = [1_000, 10_000_000];
const killed: Exit = { code: 137, reason: 'killed after its grace' };
const ended: Exit = { code: 137, reason: 'ended with its lease' };
const outOfMemory: Exit = { code: 137, reason: 'out of memory' };

/** What an agent's life sees of a simulated machine. */
export class SimulatedRuntime implements ContainerRuntime {
  private readonly env: Env;
  private readonly machine: Machine;
  private readonly images: ImageBook;
  private readonly exited: (id: string) => void;
  private readonly alarms: Alarms;
  private pulls = 0;
  private probes = 0;

  /** @param exited called when a container has ended, whatever ended it */
  constructor(env: Env, machine: Machine, images: ImageBook, exited: (id: string) => void) {
    this.env = env;
    this.machine = machine;
    this.images = images;
    this.exited = exited;
    this.alarms = new Alarms(env, 'runtime');
    if (env.firstBoot) machine.reset();
    this.adopt();
  }

  /**
   * The agent is back. For how long it was gone no clock of its can tell, so what is bound ends, as
   * the watchdog may have ended it already; everything else goes on.
   */
  private adopt(): void {
    const { machine } = this;
    machine.holdUntilUs = 0;
    machine.mounts.clear();
    for (const container of machine.containers.values()) {
      if (container.phase === 'exited') continue;
      container.startedUs = this.env.clock.monotonicUs();
      if (container.spec.bound) {
        container.phase = 'exited';
        container.exit = ended;
      } else if (container.phase === 'starting') this.begin(container);
      else {
        this.destine(container);
        if (container.phase === 'stopping') this.killLater(container);
      }
    }
  }

  pull(image: string, done: (fault: PullFault | null) => void): void {
    const { layers, missing } = this.images(image);
    const { machine } = this;
    const lacking = layers.filter((layer) => !machine.layers.has(layer.id));
    const bytes = lacking.reduce((sum, layer) => sum + layer.bytes, 0);
    const fetchUs = Math.ceil((bytes * 1_000_000) / bytesPerSecond);
    const fails = this.env.maybe('pull fails');
    this.alarms.after(this.draw(askUs, 'pull', ++this.pulls) + fetchUs, () => {
      if (!missing && !fails) for (const { id } of lacking) machine.layers.add(id);
      done(missing ? 'missing' : fails ? 'failed' : null);
    });
  }

  start(spec: ContainerSpec): boolean {
    this.expire();
    const { machine } = this;
    const before = machine.containers.get(spec.id);
    if (before !== undefined && before.phase !== 'exited') return false;
    if (spec.bound && this.env.clock.monotonicUs() >= machine.holdUntilUs) return false;
    const container: Container = {
      spec,
      number: ++machine.started,
      phase: 'starting',
      exit: null,
      startedUs: 0,
    };
    machine.containers.delete(spec.id);
    machine.containers.set(spec.id, container);
    this.begin(container);
    return true;
  }

  private begin(container: Container): void {
    const { startUs } = this.images(container.spec.image);
    this.alarms.after(this.draw(startUs, 'container start', container.number), () => {
      if (!this.isCurrent(container) || container.phase !== 'starting') return;
      container.phase = 'running';
      container.startedUs = this.env.clock.monotonicUs();
      this.destine(container);
      this.changed(container);
    });
  }

  /** Decides whether and when a container will end by itself. */
  private destine(container: Container): void {
    const behaviour = this.images(container.spec.image);
    const { runUs, exitCode } = behaviour;
    const { number } = container;
    const end = (afterUs: number, exit: Exit): void => {
      this.alarms.after(afterUs, () => this.exit(container, exit));
    };
    const fillsUs = outOfMemoryAfterUs(behaviour, container.spec.limits.memoryBytes);
    if (fillsUs !== null) end(fillsUs, outOfMemory);
    if (runUs !== null)
      end(this.draw(runUs, 'container run', number), { code: exitCode, reason: '' });
    if (this.env.maybe('container crashes')) {
      end(this.draw(crashUs, 'container crash', number), { code: 139, reason: 'crashed' });
    }
  }

  stop(id: string): void {
    this.expire();
    const container = this.machine.containers.get(id);
    if (container === undefined) return;
    if (container.phase === 'exited' || container.phase === 'stopping') return;
    container.phase = 'stopping';
    const { stopUs, hangs } = this.images(container.spec.image);
    this.killLater(container);
    if (hangs || this.env.maybe('container hangs on stop')) return;
    this.alarms.after(this.draw(stopUs, 'container stop', container.number), () =>
      this.exit(container, { code: 0, reason: '' }),
    );
  }

  private killLater(container: Container): void {
    this.alarms.after(container.spec.graceUs, () => this.exit(container, killed));
  }

  remove(id: string): void {
    if (this.machine.containers.get(id)?.phase === 'exited') this.machine.containers.delete(id);
  }

  status(id: string): ContainerStatus | undefined {
    this.expire();
    const container = this.machine.containers.get(id);
    return container === undefined ? undefined : statusOf(container);
  }

  list(): readonly ContainerStatus[] {
    this.expire();
    return [...this.machine.containers.values()].map(statusOf);
  }

  probe(id: string, _probe: Probe, done: (well: boolean) => void): void {
    this.expire();
    const container = this.machine.containers.get(id);
    const number = ++this.probes;
    if (container?.phase !== 'running') {
      this.alarms.after(0, () => done(false));
      return;
    }
    const { wellAfterUs, unwellPerMillion, probeUs } = this.images(container.spec.image);
    if (this.env.maybe('probe hangs')) return;
    const chance = this.env.random.below(1_000_000, 'probe', number);
    const flaps = chance < unwellPerMillion || this.env.maybe('probe flaps');
    this.alarms.after(this.draw(probeUs, 'probe time', number), () => {
      const upUs = this.env.clock.monotonicUs() - container.startedUs;
      done(container.phase === 'running' && upUs >= wellAfterUs && !flaps);
    });
  }

  usage(id: string): Resources {
    const container = this.machine.containers.get(id);
    if (container === undefined || container.phase === 'exited') return noResources;
    const { memoryBytes, cpuMillis, leakBytesPerSecond } = this.images(container.spec.image);
    const upUs = this.env.clock.monotonicUs() - container.startedUs;
    const leakedBytes = Math.floor((upUs * leakBytesPerSecond) / 1_000_000);
    return { cpuMillis, memoryBytes: memoryBytes + leakedBytes };
  }

  mount(mount: Mount): boolean {
    this.expire();
    const { machine } = this;
    if (machine.mounts.has(mount.volume)) return false;
    if (this.env.clock.monotonicUs() >= machine.holdUntilUs) return false;
    machine.mounts.set(mount.volume, mount);
    return true;
  }

  unmount(task: string): void {
    for (const [volume, mount] of this.machine.mounts) {
      if (mount.task === task) this.machine.mounts.delete(volume);
    }
  }

  mounts(): readonly Mount[] {
    this.expire();
    return [...this.machine.mounts.values()];
  }

  hold(untilUs: number): void {
    this.expire();
    const { machine } = this;
    if (untilUs <= machine.holdUntilUs) return;
    machine.holdUntilUs = untilUs;
    const nowUs = this.env.clock.monotonicUs();
    // Looked at again when the first that is bound now would end.
    let graceUs = Number.POSITIVE_INFINITY;
    for (const { spec, phase } of machine.containers.values()) {
      if (spec.bound && phase !== 'exited') graceUs = Math.min(graceUs, spec.graceUs);
    }
    if (graceUs !== Number.POSITIVE_INFINITY) {
      this.alarms.after(untilUs + graceUs - nowUs, () => this.expire());
    }
  }

  /** Carries out what the watchdog has done. */
  private expire(): void {
    const { machine } = this;
    const nowUs = this.env.clock.monotonicUs();
    if (nowUs < machine.holdUntilUs) return;
    for (const [volume, mount] of machine.mounts) {
      if (!machine.isOpen(mount, nowUs)) machine.mounts.delete(volume);
    }
    for (const container of machine.containers.values()) {
      if (container.phase === 'exited' || machine.alive(container, nowUs)) continue;
      this.exit(container, ended);
    }
  }

  private exit(container: Container, exit: Exit): void {
    if (!this.isCurrent(container) || container.phase === 'exited') return;
    container.phase = 'exited';
    container.exit = exit;
    this.env.probe(exit.reason === '' ? 'container ended' : `container ${exit.reason}`);
    this.changed(container);
  }

  /** Not at once: whoever asks for something has the answer before it hears what came of it. */
  private changed({ spec: { id } }: Container): void {
    this.alarms.after(0, () => this.exited(id));
  }

  private isCurrent(container: Container): boolean {
    return this.machine.containers.get(container.spec.id) === container;
  }

  private draw([lowUs, highUs]: Span, name: string, key: number): number {
    return this.env.random.between(lowUs, highUs, name, key);
  }
}

function statusOf({ spec: { id }, phase, exit }: Container): ContainerStatus {
  return { id, phase, exit };
}

/** Null: never. */
function outOfMemoryAfterUs(
  { memoryBytes, leakBytesPerSecond }: ImageBehaviour,
  limitBytes: number,
): number | null {
  if (limitBytes === 0) return null;
  const roomBytes = limitBytes - memoryBytes;
  if (roomBytes < 0) return 0;
  if (leakBytesPerSecond === 0) return null;
  return Math.ceil(((roomBytes + 1) * 1_000_000) / leakBytesPerSecond);
}
