import type { Command } from 'commander';
import { UsageError } from '../record/usage-error.ts';
import type { OperatorAction } from '../systems/orchestrator/client/operator-action.ts';
import type { ResourceKind } from '../systems/orchestrator/specs/resource.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import {
  applyAction,
  availabilityOf,
  countOf,
  type QuotaOptions,
  quotaAction,
  restoreAction,
  secretAction,
  serviceAction,
  volumeAction,
  volumeNames,
} from './orchestrator-actions.ts';
import { printPerformed, type SessionOptions } from './orchestrator-output.ts';
import { OrchestratorSession } from './orchestrator-session.ts';
import { processTerminal } from './terminal.ts';
import { addCommonOptions, type Verb } from './verb.ts';

const defaultSession = 'orchestrator-session.json';

type Finish = (code: ExitCode) => void;

/** `orchestrator`: the commands of somebody who operates a cluster, against one that is simulated. */
export const orchestratorVerb: Verb = {
  define(command, finish) {
    command.addHelpText('after', sessionText);
    defineApply(command, finish);
    defineServices(command, finish);
    defineNodes(command, finish);
    defineSecrets(command, finish);
    defineVolumes(command, finish);
    defineQuotas(command, finish);
    defineBackups(command, finish);
    defineSession(command, finish);
  },
};

const sessionText = `
The cluster has 3 managers and 5 workers in calm weather. It is kept as a case file, ${defaultSession}
in this folder or --session FILE: each command runs it anew from the start, so the same commands give
the same cluster. After each command that changes it 3 s of virtual time go by. replay, watch and
report take the file too; scenario orchestrator-manifests puts manifests into a storm.`;

function withSession(command: Command): Command {
  return addCommonOptions(command).option('--session <file>', 'the cluster', defaultSession);
}

/** Performs one action, prints what came of it. */
async function perform(
  action: OperatorAction,
  keeps: boolean,
  options: SessionOptions,
  finish: Finish,
): Promise<void> {
  const session = await OrchestratorSession.open(options.session);
  finish(await printPerformed(await session.perform(action, keeps), action, options));
}

function defineApply(command: Command, finish: Finish): void {
  withSession(command.command('apply'))
    .description('Make what the manifests say, all of it or nothing.')
    .requiredOption(
      '-f, --file <file...>',
      'YAML files, or names of those that come with seedstorm',
    )
    .action(async (options: SessionOptions & { file: string[] }) => {
      const { action, placed } = await applyAction(options.file);
      const session = await OrchestratorSession.open(options.session);
      const performed = await session.perform(action, true);
      finish(await printPerformed(performed, action, options, placed));
    });
}

/** Commands that all kinds of objects have. */
function defineCommon(command: Command, kind: ResourceKind, finish: Finish): void {
  withSession(command.command('ls'))
    .description(`List ${kind}s.`)
    .action(async (options: SessionOptions) => {
      const session = await OrchestratorSession.open(options.session);
      const names = kind === 'volume' ? volumeNames(session.intents) : [];
      const action = { do: 'list', kind, names } as const;
      finish(await printPerformed(await session.perform(action, false), action, options));
    });
  withSession(command.command('inspect'))
    .description(`Show all of a ${kind}.`)
    .argument('<name>')
    .action((name: string, options: SessionOptions) =>
      perform({ do: 'inspect', kind, name }, false, options, finish),
    );
  withSession(command.command('rm'))
    .description(`Remove a ${kind}.`)
    .argument('<name>')
    .action((name: string, options: SessionOptions) =>
      perform({ do: 'remove', kind, name }, true, options, finish),
    );
}

function defineServices(command: Command, finish: Finish): void {
  const service = command.command('service').description('Services and their tasks.');
  defineCommon(service, 'service', finish);
  withSession(service.command('ps'))
    .description('List the tasks of a service, ended ones too.')
    .argument('<name>')
    .action((name: string, options: SessionOptions) =>
      perform({ do: 'tasks', name }, false, options, finish),
    );
  withSession(service.command('create'))
    .description('Make a service.')
    .argument('<name>')
    .requiredOption('--image <image>', 'for example nginx:1.27')
    .option('--replicas <count>', 'tasks', '1')
    .option('--global', 'one task on each node')
    .action(async (name: string, options: SessionOptions & Parameters<typeof serviceAction>[1]) =>
      perform(serviceAction(name, options), true, options, finish),
    );
  withSession(service.command('update'))
    .description('Deploy another image.')
    .argument('<name>')
    .requiredOption('--image <image>', 'for example nginx:1.28')
    .action((name: string, options: SessionOptions & { image: string }) => {
      const { image } = options;
      const action = { do: 'update-service', name, image, replicas: null } as const;
      return perform(action, true, options, finish);
    });
  withSession(service.command('scale'))
    .description('Have so many tasks.')
    .argument('<name>')
    .argument('<replicas>')
    .action((name: string, count: string, options: SessionOptions) => {
      const replicas = countOf(count, 'replicas');
      const action = { do: 'update-service', name, image: null, replicas } as const;
      return perform(action, true, options, finish);
    });
  for (const action of ['rollback', 'pause', 'resume', 'promote'] as const) {
    withSession(service.command(action))
      .description(`${action[0]!.toUpperCase()}${action.slice(1)} the deployment of a service.`)
      .argument('<name>')
      .action((name: string, options: SessionOptions) =>
        perform({ do: 'control', name, action }, true, options, finish),
      );
  }
}

function defineNodes(command: Command, finish: Finish): void {
  const node = command.command('node').description('Nodes.');
  defineCommon(node, 'node', finish);
  withSession(node.command('update'))
    .description('Take tasks, take no new ones, or move all away.')
    .argument('<name>')
    .requiredOption('--availability <availability>', 'active, pause or drain')
    .action((name: string, options: SessionOptions & { availability: string }) => {
      const availability = availabilityOf(options.availability);
      return perform({ do: 'availability', name, availability }, true, options, finish);
    });
}

function defineSecrets(command: Command, finish: Finish): void {
  const secret = command
    .command('secret')
    .description('Secrets: names and versions, never values.');
  defineCommon(secret, 'secret', finish);
  for (const name of ['create', 'update'] as const) {
    withSession(secret.command(name))
      .description(name === 'create' ? 'Make a secret.' : 'Give a secret another value.')
      .argument('<name>')
      .requiredOption('--from <file>', 'a file with the value')
      .action((given: string, options: SessionOptions & { from: string }) =>
        perform(secretAction(given, options.from, name === 'create'), true, options, finish),
      );
  }
}

function defineVolumes(command: Command, finish: Finish): void {
  const volume = command.command('volume').description('Volumes.');
  defineCommon(volume, 'volume', finish);
  withSession(volume.command('create'))
    .description('Make a volume.')
    .argument('<name>')
    .option('--driver <driver>', 'local or shared', 'local')
    .option('--exclusive', 'one task at a time has it open')
    .action((name: string, options: SessionOptions & Parameters<typeof volumeAction>[1]) =>
      perform(volumeAction(name, options), true, options, finish),
    );
}

function defineQuotas(command: Command, finish: Finish): void {
  const quota = command.command('quota').description('What groups of services may have together.');
  defineCommon(quota, 'quota', finish);
  withSession(quota.command('create'))
    .description('Limit what services with a label may have; apply changes the limits.')
    .argument('<name>')
    .requiredOption('--selector <labels>', 'of the services, for example team=blue')
    .option('--tasks <count>', 'tasks at a time')
    .option('--cpu <amount>', 'reserved processors, such as 2 or 500m')
    .option('--memory <amount>', 'reserved memory, such as 4Gi')
    .action(async (name: string, options: SessionOptions & QuotaOptions) =>
      perform(await quotaAction(name, options), true, options, finish),
    );
}

function defineBackups(command: Command, finish: Finish): void {
  withSession(command.command('backup'))
    .description('Print all that was asked for: services, volumes, quotas, nodes. No secrets.')
    .action((options: SessionOptions) => perform({ do: 'backup' }, false, options, finish));
  withSession(command.command('restore'))
    .description('Ask for what a backup says, and for nothing that was asked for since.')
    .argument('<file>', 'what backup has printed')
    .action((file: string, options: SessionOptions) =>
      perform(restoreAction(file), true, options, finish),
    );
}

function defineSession(command: Command, finish: Finish): void {
  withSession(command.command('wait'))
    .description('Let virtual time go by.')
    .argument('<seconds>')
    .action(async (text: string, options: SessionOptions) => {
      const session = await OrchestratorSession.open(options.session);
      const nowUs = session.wait(countOf(text, 'seconds') * 1_000_000);
      processTerminal({ color: options.color }).out(`it is ${nowUs / 1_000_000} s`);
      finish(exitCode.held);
    });
  withSession(command.command('reset'))
    .description('Throw the cluster away.')
    .action((options: SessionOptions) => {
      if (!OrchestratorSession.reset(options.session)) {
        throw new UsageError('there is no session', options.session, 'any command begins one');
      }
      processTerminal({ color: options.color }).out(`removed ${options.session}`);
      finish(exitCode.held);
    });
}
