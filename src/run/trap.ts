import fs from 'node:fs';
import { isBuiltin, syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { current } from '../sim/current.ts';
import { activeRun } from './active-run.ts';

/** A component reached past its `Env`. */
export class AmbientAccess extends Error {
  override readonly name = 'AmbientAccess';
  /** What was called, for example `Date.now()`. */
  readonly call: string;

  constructor(call: string, instead: string, node: string) {
    super(`${node} used ${call}, which no seed decides; use ${instead}`);
    this.call = call;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: any function of the host may be wrapped
type AnyFunction = (...args: any[]) => any;
type Holder = Record<string, unknown>;

const installedKey: symbol = Symbol.for('seedstorm.trap');

/**
 * Replaces ambient time, randomness and I/O of this thread by functions that ask whose code is
 * running: outside of a step the real thing answers, inside a component they throw and name the
 * member of `Env` to use. To be called before user code is loaded; called again, it looks for
 * built-in modules that were loaded since.
 */
export function installTrap(): void {
  const globals = globalThis as unknown as Holder & { [installedKey]?: boolean };
  if (!(installedKey in globals)) {
    Object.defineProperty(globals, installedKey, { value: true });
    trapTime(globals);
    trapRandomness(globals);
    trapTimers(globals);
    trapFiles(globals);
    trapCollection(globals);
    trapConsole();
    syncBuiltinESMExports();
  }
  trapLoaded();
}

/** To be called when a module is about to be imported: a built-in one is trapped before it is used. */
export function trapModule(specifier: string): void {
  if (!isBuiltin(specifier)) return;
  process.getBuiltinModule(specifier);
  trapLoaded();
}

/**
 * Built-in modules that take long to load: they are trapped once somebody loaded them. Everything
 * else that talks to a network stands on `net` and `dgram`.
 */
const untrapped: Map<string, (module: object) => void> = new Map([
  ['net', trapSockets],
  ['dgram', trapDatagrams],
  ['dns', (module) => wrapAll(module, 'dns', /^(lookup|resolve|reverse)/, 'env.network')],
  [
    'child_process',
    (module) => wrapAll(module, 'child_process', /^(exec|spawn|fork)/, 'env.network'),
  ],
  ['crypto', trapCrypto],
]);
let modulesSeen = 0;

function trapLoaded(): void {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  if (untrapped.size === 0 || moduleLoadList.length === modulesSeen) return;
  modulesSeen = moduleLoadList.length;
  const loaded = new Set(moduleLoadList);
  for (const [name, trap] of untrapped) {
    if (!loaded.has(`NativeModule ${name}`)) continue;
    untrapped.delete(name);
    trap(process.getBuiltinModule(name) as object);
  }
  syncBuiltinESMExports();
}

function forbid(call: string, instead: string): void {
  const node = current();
  if (node !== undefined) throw new AmbientAccess(call, instead, node);
}

function trapTime(globals: Holder): void {
  const wall = 'env.clock.wallUs()';
  const monotonic = 'env.clock.monotonicUs()';
  globals.Date = trappedDate(wall);
  wrap(performance, 'now', 'performance.now()', monotonic);
  wrap(process, 'hrtime', 'process.hrtime()', monotonic);
  wrap(process, 'uptime', 'process.uptime()', monotonic);
  wrap(process, 'cpuUsage', 'process.cpuUsage()', monotonic);
  const { bigint } = process.hrtime;
  Object.defineProperty(process.hrtime, 'bigint', {
    value: guarded(bigint, 'process.hrtime.bigint()', monotonic),
  });
}

/** A `Date` that knows every date but today's while a component runs. */
function trappedDate(instead: string): DateConstructor {
  const Real = Date;
  const Trapped = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) {
      forbid('Date()', instead);
      return Real();
    }
    if (args.length === 0) forbid('new Date()', instead);
    return Reflect.construct(Real, args, new.target === Trapped ? Real : new.target);
  };
  Object.defineProperties(Trapped, Object.getOwnPropertyDescriptors(Real));
  Object.defineProperty(Trapped, 'now', {
    value: guarded(Real.now.bind(Real), 'Date.now()', instead),
    configurable: true,
    writable: true,
  });
  Object.defineProperty(Real.prototype, 'constructor', {
    value: Trapped,
    configurable: true,
    writable: true,
  });
  return Trapped as unknown as DateConstructor;
}

function trapRandomness(globals: Holder): void {
  wrap(Math, 'random', 'Math.random()', 'env.random');
  // Looking at the global object loads the whole module: it is trapped at the first look.
  const { get } = Object.getOwnPropertyDescriptor(globals, 'crypto') ?? {};
  if (get === undefined) return;
  const real = get.bind(globals);
  Object.defineProperty(globals, 'crypto', {
    configurable: true,
    enumerable: true,
    get() {
      Object.defineProperty(globals, 'crypto', { get: real, configurable: true, enumerable: true });
      const crypto = real() as object;
      for (const name of ['randomUUID', 'getRandomValues']) {
        wrap(crypto, name, `crypto.${name}()`, 'env.random');
      }
      return crypto;
    },
  });
}

function trapCrypto(module: object): void {
  const drawing =
    /^(random|getRandomValues|pseudoRandomBytes|generateKey|generatePrime|createDiffieHellman)/;
  wrapAll(module, 'crypto', drawing, 'env.random');
}

function trapTimers(globals: Holder): void {
  const instead = 'env.timers.set() or env.sleep()';
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    wrap(globals, name, `${name}()`, instead);
    wrap(timers, name, `${name}()`, instead);
    wrap(timersPromises, name, `${name}()`, instead);
  }
  wrap(AbortSignal, 'timeout', 'AbortSignal.timeout()', instead);
}

function trapFiles(globals: Holder): void {
  wrap(globals, 'fetch', 'fetch()', 'env.network');
  const files = /^(?!_)[a-z]/;
  wrapAll(fs, 'fs', files, 'env.disk');
  wrapAll(fs.promises, 'fs.promises', files, 'env.disk');
}

function trapSockets(module: object): void {
  const { Socket, Server } = module as typeof import('node:net');
  wrap(Socket.prototype, 'connect', 'a socket', 'env.network');
  wrap(Server.prototype, 'listen', 'a server socket', 'env.network');
}

function trapDatagrams(module: object): void {
  const { Socket } = module as typeof import('node:dgram');
  for (const name of ['bind', 'connect', 'send']) {
    wrap(Socket.prototype, name, 'a datagram socket', 'env.network');
  }
}

/** What shows when garbage is collected differs from run to run. */
function trapCollection(globals: Holder): void {
  for (const name of ['WeakRef', 'FinalizationRegistry']) {
    const Real = globals[name] as new (...args: unknown[]) => object;
    globals[name] = new Proxy(Real, {
      construct(target, args, newTarget) {
        forbid(`new ${name}()`, 'an ordinary reference: garbage collection follows no seed');
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
  }
}

/** What a component prints becomes an event of the run. */
function trapConsole(): void {
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const) {
    const real = console[name];
    console[name] = (...args: unknown[]): void => {
      const node = current();
      const run = activeRun();
      if (node === undefined || run === undefined) real.apply(console, args);
      else run.said(node, args.map(textOf).join(' '));
    };
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function wrapAll(holder: object, prefix: string, which: RegExp, instead: string): void {
  for (const name of Object.keys(holder)) {
    if (which.test(name)) wrap(holder, name, `${prefix}.${name}()`, instead);
  }
}

function wrap(holder: object, name: string, call: string, instead: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  const owner = descriptor === undefined ? prototypeHolder(holder, name) : holder;
  // A few members of built-in modules cannot be replaced; what they lead to is trapped elsewhere.
  if (descriptor?.configurable === false && descriptor.writable !== true) return;
  const real = (owner as Holder)[name];
  if (typeof real !== 'function') return;
  const value = guarded(real as AnyFunction, call, instead);
  Object.defineProperty(owner, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: descriptor?.enumerable ?? true,
  });
}

/** Where an inherited method really stands, so that a borrowed one is trapped too. */
function prototypeHolder(holder: object, name: string): object {
  let owner: object = holder;
  while (!Object.hasOwn(owner, name)) {
    const above = Object.getPrototypeOf(owner) as object | null;
    if (above === null) return holder;
    owner = above;
  }
  return owner;
}

function guarded(real: AnyFunction, call: string, instead: string): AnyFunction {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    if (current() !== undefined) forbid(call, instead);
    if (new.target !== undefined) return Reflect.construct(real, args, new.target);
    return Reflect.apply(real, this, args);
  };
  // Promisified forms, `native` variants and the like hang on the function.
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(real))) {
    if (key !== 'prototype') Object.defineProperty(wrapper, key, descriptor);
  }
  for (const key of Object.getOwnPropertySymbols(real)) {
    Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(real, key)!);
  }
  if (typeof real.prototype === 'object') wrapper.prototype = real.prototype;
  return wrapper;
}
