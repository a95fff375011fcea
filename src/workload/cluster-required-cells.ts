/** What commands are refused with in a storm. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  'create-service': ['exists', 'over-quota'],
  'update-service': ['conflict'],
  'control-deployment': ['wrong-state'],
  'remove-volume': ['in-use'],
};

const commands = [
  'create-service',
  'update-service',
  'remove-service',
  'control-deployment',
  'update-node',
  'create-volume',
  'remove-volume',
  'put-secret',
  'remove-secret',
  'create-token',
  'rotate-root',
  'rotate-keys',
  'create-quota',
  'update-quota',
  'remove-quota',
  'restore',
];

const queries = [
  'service',
  'services',
  'tasks',
  'nodes',
  'deployment',
  'secrets',
  'quota',
  'backup',
  'watch',
];

/** The cells that clients of a cluster reach if the workload does what it should. */
export const clusterRequiredCells: readonly string[] = [
  ...[...commands, ...queries].map((operation) => `${operation}/*/ok:*/storm`),
  ...Object.entries(refusals).flatMap(([operation, reasons]) =>
    reasons.map((reason) => `${operation}/*/fail:${reason}/storm`),
  ),
  'create-service/*/info:*/storm',
  'update-service/*/info:*/storm',
  'restart/client/storm',
];
