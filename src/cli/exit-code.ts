/** Exit codes of every verb, one meaning each. */
export const exitCode = {
  /** Every rung held, and the run says something. */
  held: 0,
  /** A rung is broken. */
  broken: 1,
  /** The command line, a scenario, a case file or a folder is not as it must be. */
  usage: 2,
  /** Nothing broke, but it was not shown that all held. */
  inconclusive: 3,
  /** The selection was empty. */
  nothingSelected: 4,
  /** `ralph`: iterations, time, tokens or money are spent. */
  budgetSpent: 10,
  /** `ralph`: the same failure came back too often. */
  blockedOnDiagnosis: 11,
  /** `ralph`: a person has to do something first. */
  blockedOnPerson: 12,
  /** `ralph`: whoever runs the agent's model does not answer. */
  providerUnavailable: 13,
  /** The harness itself is at fault: same seed with another digest, a rung that throws. */
  harnessFault: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** One of the codes above. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** From the gravest on; usage errors and empty selections end a command before any verdict. */
const precedence: readonly ExitCode[] = [
  exitCode.usage,
  exitCode.nothingSelected,
  exitCode.harnessFault,
  exitCode.interrupted,
  exitCode.blockedOnPerson,
  exitCode.blockedOnDiagnosis,
  exitCode.providerUnavailable,
  exitCode.budgetSpent,
  exitCode.broken,
  exitCode.inconclusive,
  exitCode.held,
];

/** The code of a command that has several things to say: 70 before 130 before 1 before 3 before 0. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  for (const code of precedence) if (codes.includes(code)) return code;
  return exitCode.held;
}

/** The code of a verdict; of a fault of the harness too. */
export function codeOfVerdict(verdict: 'held' | 'broken' | 'inconclusive' | 'fault'): ExitCode {
  return verdict === 'fault' ? exitCode.harnessFault : exitCode[verdict];
}
