import { type ConformanceCase, equal, fails, holds, text } from './conformance-kit.ts';

/** Files. */
export const diskCases: readonly ConformanceCase[] = [
  {
    title: 'reads see what was written, by promises',
    async run(env) {
      const { disk: files } = env;
      equal(await files.read('none'), undefined);
      await files.write('a', 'hello');
      await files.append('a', Uint8Array.of(33));
      equal(text(await files.read('a')), 'hello!');
      await files.write('a', 'x');
      equal(text(await files.read('a')), 'x');
      await files.append('new', 'by append');
      equal(text(await files.read('new')), 'by append');
      await files.write('empty', '');
      equal((await files.read('empty'))?.length, 0);
    },
  },
  {
    title: 'the same by callbacks',
    run: (env) =>
      new Promise((resolve, reject) => {
        const { disk: files } = env;
        files.write('a', 'x', (writing) => {
          files.sync('a', (syncing) => {
            files.read('a', (reading, bytes) => {
              try {
                equal([writing, syncing, reading, text(bytes)], [null, null, null, 'x']);
                resolve();
              } catch (error) {
                reject(error as Error);
              }
            });
          });
        });
      }),
  },
  {
    title: 'operations on one file take effect in the order of asking',
    async run(env) {
      const { disk: files } = env;
      const order: number[] = [];
      for (let index = 0; index < 20; index++) {
        files.append('a', `${index},`, () => order.push(index));
      }
      const renamed = files.rename('a', 'b');
      const after = files.append('b', 'end');
      const anew = files.append('a', 'new');
      await Promise.all([renamed, after, anew]);
      equal(
        order,
        Array.from({ length: 20 }, (_, index) => index),
      );
      equal(text(await files.read('b')), `${order.join(',')},end`);
      equal(text(await files.read('a')), 'new');
    },
  },
  {
    title: 'writes at an offset, cuts and extensions, with zeros in gaps',
    async run(env) {
      const { disk: files } = env;
      await files.writeAt('a', 2, Uint8Array.of(1, 2));
      equal(await files.read('a'), Uint8Array.of(0, 0, 1, 2));
      await files.writeAt('a', 0, Uint8Array.of(9));
      await files.truncate('a', 3);
      await files.truncate('a', 5);
      equal(await files.read('a'), Uint8Array.of(9, 0, 1, 0, 0));
      await files.append('a', Uint8Array.of(7));
      equal(await files.read('a'), Uint8Array.of(9, 0, 1, 0, 0, 7));
      equal(await files.readAt('a', 2, 3), Uint8Array.of(1, 0, 0));
      equal(await files.readAt('a', 4, 10), Uint8Array.of(0, 7));
      equal(await files.readAt('a', 6, 1), new Uint8Array(0));
      equal(await files.readAt('a', 9, 1), new Uint8Array(0));
      equal(await files.readAt('none', 0, 1), undefined);
    },
  },
  {
    title: 'a rename replaces its target, across directories too',
    async run(env) {
      const { disk: files } = env;
      await files.write('tmp', 'new');
      await files.write('state', 'old');
      await files.rename('tmp', 'state');
      equal([await files.read('tmp'), text(await files.read('state'))], [undefined, 'new']);
      await files.rename('state', 'deep/er/state');
      equal(text(await files.read('deep/er/state')), 'new');
      await files.rename('deep/er/state', 'deep/er/state');
      equal(text(await files.read('deep/er/state')), 'new');
    },
  },
  {
    title: 'lists the files directly in a directory, sorted',
    async run(env) {
      const { disk: files } = env;
      for (const name of ['wal/10', 'wal/9', 'wal/deep/x', 'wal/B', 'wal/a', 'top']) {
        await files.write(name, '');
      }
      equal(await files.list('wal'), ['10', '9', 'B', 'a']);
      equal(await files.list(''), ['top']);
      equal(await files.list('none'), []);
      await files.remove('wal/9');
      equal(await files.list('wal'), ['10', 'B', 'a']);
    },
  },
  {
    title: 'says what is missing, and does not mind where nothing is owed',
    async run(env) {
      const { disk: files } = env;
      equal(await fails(files.sync('none')), 'DiskError sync none ENOENT');
      equal(await fails(files.truncate('none', 3)), 'DiskError truncate none ENOENT');
      equal(await fails(files.rename('none', 'b')), 'DiskError rename none ENOENT');
      equal(await fails(files.remove('none')), 'done');
      equal(await fails(files.syncDirectory('none')), 'done');
      await files.write('b', 'still here');
      equal(await fails(files.rename('none', 'b')), 'DiskError rename none ENOENT');
      equal(text(await files.read('b')), 'still here');
    },
  },
  {
    title: 'refuses names that lead elsewhere',
    async run(env) {
      for (const name of ['../x', '/x', '', 'a//b', 'a/../b', '.']) {
        let refused = false;
        try {
          await env.disk.read(name);
        } catch (error) {
          refused = error instanceof RangeError;
        }
        holds(refused, `the name '${name}' is a RangeError`);
      }
    },
  },
  {
    title: 'buffers are not shared after completion',
    async run(env) {
      const buffer = Uint8Array.of(1, 2, 3);
      await env.disk.append('a', buffer);
      buffer.fill(9);
      const read = (await env.disk.read('a')) as Uint8Array;
      equal(read, Uint8Array.of(1, 2, 3));
      read.fill(8);
      equal(await env.disk.read('a'), Uint8Array.of(1, 2, 3));
    },
  },
  {
    title:
      'synced data and names are there in the next life, and it knows that it is not the first',
    lives: 3,
    async run(env, life) {
      equal(env.firstBoot, life === 1);
      const { disk: files } = env;
      equal(text(await files.read('log/1')) ?? '', '+'.repeat(life - 1));
      await files.append('log/1', '+');
      await files.sync('log/1');
      await files.syncDirectory('log');
      await files.write('tmp', `life ${life}`);
      await files.sync('tmp');
      await files.rename('tmp', 'state');
      await files.syncDirectory('');
      equal(text(await files.read('state')), `life ${life}`);
    },
  },
  {
    title: 'timers and unfinished writes of a life die with it',
    lives: 2,
    async run(env, life) {
      if (life === 1) {
        env.timers.set('late', 30_000, () => env.disk.write('ghost', 'boo', () => {}));
        return;
      }
      await env.sleep(100_000);
      equal(await env.disk.read('ghost'), undefined);
    },
  },
];
