import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { countersFile, freshFolder, startProgram } from '../../test/fixtures/program.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly callFrames?: readonly { readonly functionName: string }[] };
}

test('--break stops in the debugger, and goes on when told to', { timeout: 60_000 }, async () => {
  const { child, ended } = startProgram(folder, [
    'replay',
    countersFile,
    '--seed',
    '3',
    '--break',
    '5',
  ]);
  const url = await new Promise<string>((resolve) => {
    let text = '';
    child.stderr.on('data', (part: string) => {
      text += part;
      const found = /waiting for a debugger at (ws:\S+)/.exec(text);
      if (found !== null) resolve(found[1]!);
    });
  });
  const socket = new WebSocket(url);
  const paused = new Promise<Answer>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.method === 'Debugger.paused') resolve(answer);
    });
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  let id = 0;
  const send = (method: string): void => socket.send(JSON.stringify({ id: ++id, method }));
  send('Debugger.enable');
  send('Runtime.runIfWaitingForDebugger');
  const names = (await paused).params!.callFrames!.map((frame) => frame.functionName);
  expect(names).toContain('afterStep');
  send('Debugger.resume');
  socket.close();
  const { code, stdout } = await ended;
  expect(stdout).toContain('held');
  expect(code).toBe(0);
});
