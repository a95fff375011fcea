import type { Env } from '../sim/env.ts';
import { type ConformanceCase, equal, type Note } from './conformance-kit.ts';

/** Sends until an answer comes: datagrams may be lost. */
async function ask(env: Env<Note>, to: string, note: Note): Promise<Note> {
  const answer = env.network.receive();
  let answered = false;
  const again = (): void => {
    if (answered) return;
    env.network.send(to, note);
    env.timers.set('ask again', 50_000, again);
  };
  again();
  const received = await answer;
  answered = true;
  env.timers.cancel('ask again');
  equal(received.from, 'echo');
  return received.message;
}

/** Messages. */
export const networkCases: readonly ConformanceCase[] = [
  {
    title: 'a message comes back with all that it held, through receive',
    async run(env) {
      const note: Note = {
        kind: 'note',
        number: -12.5,
        big: Number.MAX_SAFE_INTEGER,
        list: [null, true, 'ünï', { deep: [] }],
        bytes: Uint8Array.of(0, 255, 128),
      };
      equal(await ask(env, 'echo', note), { ...note, port: 'main' });
      equal(await ask(env, 'echo:side', { kind: 'note' }), { kind: 'note', port: 'side' });
    },
  },
  {
    title: 'messages wait until they are received, in order of arrival',
    async run(env) {
      await ask(env, 'echo', { kind: 'first' });
      for (let index = 0; index < 5; index++) {
        env.network.send('echo', { kind: 'counted', index });
        await env.sleep(5_000);
      }
      await env.sleep(200_000);
      const order: unknown[] = [];
      while (order.length < 5) {
        const { message } = await env.network.receive();
        if (message.kind === 'counted') order.push(message['index']);
      }
      equal(order, [0, 1, 2, 3, 4]);
    },
  },
  handled(),
  {
    title: 'a message to nobody is lost in silence, one to oneself arrives',
    async run(env) {
      env.network.send('nobody', { kind: 'lost' });
      let arrived = false;
      const received = env.network.receive().then((it) => {
        arrived = true;
        return it;
      });
      env.network.send('tested', { kind: 'to me' });
      equal(arrived, false);
      const { from, message } = await received;
      equal([from, message], ['tested', { kind: 'to me' }]);
    },
  },
];

function handled(): ConformanceCase {
  const got: unknown[] = [];
  return {
    title: 'a handler gets each message with its sender and port',
    message(_env, from, note, port) {
      got.push([from, note['sent'], note['port'], port]);
    },
    async run(env) {
      got.length = 0;
      while (got.length === 0) {
        env.network.send('echo:side', { kind: 'note', sent: 1 });
        await env.sleep(50_000);
      }
      equal(got[0], ['echo', 1, 'side', 'main']);
    },
  };
}
