import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { counters } from '../../../test/fixtures/counters.ts';
import { countersFile, freshFolder } from '../../../test/fixtures/program.ts';
import { nodeHost } from '../../run/host.ts';
import { findScenario } from '../../run/loader.ts';
import { run } from '../../run/run.ts';
import type { FromSession, SessionPort, WatchSnapshot } from '../protocol.ts';
import { Session } from '../session/session.ts';
import { localPort } from './local-port.ts';
import { Pump } from './pump.ts';
import { workerPort } from './worker-port.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let port: SessionPort | undefined;
afterEach(async () => await port?.close());

const scenarioFile = (name: string, text: string): string => {
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, `import { counters } from ${JSON.stringify(countersFile)};\n${text}`);
  return path;
};

/** Listens until a message is meant. */
function heard(
  from: SessionPort,
  isMeant: (message: FromSession) => boolean,
): Promise<FromSession> {
  return new Promise((resolve) => {
    from.listen((message) => {
      if (isMeant(message)) resolve(message);
    });
  });
}

const worldIn = (message: FromSession): WatchSnapshot | undefined =>
  message.kind === 'snapshot' && message.snapshot.kind === 'world' ? message.snapshot : undefined;

function started(path: string, watchdogMs?: number): SessionPort {
  const dog = watchdogMs === undefined ? {} : { watchdogMs };
  port = workerPort({ reference: findScenario(path), input: { seed: 1 }, ...dog });
  return port;
}

describe('a session in a thread of its own', { timeout: 60_000 }, () => {
  it('plays to the digest of an ordinary run and ends with its verdict', async () => {
    const path = scenarioFile('plain', 'export default counters();\n');
    const session = started(path);
    session.send({ kind: 'speed', index: 99 });
    session.send({ kind: 'play' });
    const ended = await heard(session, (message) => worldIn(message)?.status.mode === 'ended');
    const record = await run(counters(), { seed: 1 });
    expect(worldIn(ended)?.status.digest).toBe(record.digest);
    session.send({ kind: 'quit' });
    const last = await heard(session, ({ kind }) => kind === 'ended');
    expect(last).toEqual({ kind: 'ended', exitCode: 0 });
  });

  it('says that a scenario cannot be loaded', async () => {
    const path = scenarioFile('thrown', "throw new Error('no scenario today');\n");
    const failed = await heard(started(path), () => true);
    expect(failed).toMatchObject({ kind: 'failed', exitCode: 2 });
    expect((failed as { text: string }).text).toContain('no scenario today');
  });

  it('ends a handler that never returns from outside', async () => {
    const hooks = '{ hooks: { onAdd() { for (;;); } } }';
    const session = started(scenarioFile('hangs', `export default counters(${hooks});\n`), 1_000);
    session.send({ kind: 'seek', to: { at: 'end' } });
    const failed = await heard(session, ({ kind }) => kind === 'failed');
    expect(failed).toMatchObject({ exitCode: 1 });
    expect((failed as { text: string }).text).toContain('a handler did not return');
  });
});

function counterSession(): Session {
  const nowMs = nodeHost.nowMs;
  const input = { seed: 1 };
  return new Session({ scenario: counters(), input, name: 'counters', nowMs, save: () => '' });
}

it('sends the next snapshot only when the last one was seen', async () => {
  const told: FromSession[] = [];
  const pump = new Pump({
    host: nodeHost,
    make: counterSession,
    later: () => () => {},
    tell: (message) => told.push(message),
  });
  pump.receive({ kind: 'command', command: { kind: 'speed', index: 99 } });
  pump.receive({ kind: 'command', command: { kind: 'play' } });
  const running = pump.run();
  while (told.length === 0) await nodeHost.slice(() => {});
  // The first was never seen, so whatever happens from here on is not told.
  for (let slice = 0; slice < 200; slice++) await nodeHost.slice(() => {});
  pump.receive({ kind: 'command', command: { kind: 'quit' } });
  await running;
  expect(told.map(({ kind }) => kind)).toEqual(['snapshot', 'ended']);
});

it('runs in the calling thread too', async () => {
  port = localPort(nodeHost, counterSession);
  port.send({ kind: 'seek', to: { at: 'end' } });
  const ended = await heard(port, (message) => worldIn(message)?.status.mode === 'ended');
  const record = await run(counters(), { seed: 1 });
  expect(worldIn(ended)?.status.digest).toBe(record.digest);
});
