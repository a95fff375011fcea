/*
 * One Raft KV node as a process of its own: the sources that are stormed in the simulator, on real
 * sockets and files. Its one argument is JSON: { id, directory, peers: { id: { host, port } } }.
 */
import { runReal } from '../../src/real/run-real.ts';
import { raftKvComponent, settingsFrom } from '../../src/systems/raft/index.ts';

interface ProcessOptions {
  readonly id: string;
  readonly directory: string;
  readonly peers: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
}

const { id, directory, peers } = JSON.parse(process.argv[2] as string) as ProcessOptions;
const names = Object.keys(peers);
const listen = peers[id];
if (listen === undefined) throw new Error(`no endpoint for '${id}'`);

await runReal({
  // Snapshots often, so that a node that was away has to catch up by one.
  component: raftKvComponent(
    names,
    names.indexOf(id),
    settingsFrom({ 'raft.snapshotEntries': 20 }),
  ),
  id,
  directory,
  listen,
  peers,
});
process.stdout.write('ready\n');
