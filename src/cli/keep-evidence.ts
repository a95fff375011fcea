import { join } from 'node:path';
import type { EvidenceContent } from '../record/evidence-line.ts';
import { checkOutput, logsDirectory } from './logs.ts';

/** Options of verbs that leave evidence. */
export interface EvidenceOptions {
  /** False after `--no-evidence`. */
  readonly evidence: boolean;
}

/** What `--no-evidence` says in the help. */
export const noEvidence = ['--no-evidence', 'leave no line in logs/runs.jsonl'] as const;

/** Takes what a verb finds. */
export interface EvidenceKeeper {
  /** Appends a line. @throws UsageError when it cannot be written */
  keep(content: EvidenceContent): void;
}

const nobody: EvidenceKeeper = { keep: () => {} };

/**
 * Notes which code is about to be judged, so that what is found can be kept as evidence. To be called
 * before the work begins.
 *
 * @param by the verb
 * @param where the folder of the claims, and the one of the evidence (default: `logs` in it)
 * @throws UsageError when the claims are wrong, or nothing can be written
 */
export async function evidenceKeeper(
  by: string,
  { evidence }: EvidenceOptions,
  where: { readonly root?: string; readonly output?: string } = {},
): Promise<EvidenceKeeper> {
  if (!evidence) return nobody;
  const root = where.root ?? process.cwd();
  const output = where.output ?? join(root, logsDirectory);
  await checkOutput(output);
  const { appendEvidence, beginEvidence } = await import('../run/evidence.ts');
  const start = beginEvidence(root, by, process.argv.slice(2));
  return {
    keep: (content) => {
      appendEvidence(output, start, content);
    },
  };
}
