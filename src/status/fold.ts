import { type Claim, type Claims, treeKey } from '../record/claims.ts';
import type { EvidenceLine } from '../record/evidence-line.ts';
import {
  type ClaimStatus,
  claimStates,
  type StateCounts,
  type StatusRecord,
  type TreeHashes,
} from '../record/status-record.ts';
import { concerns, type Judgement, judge, wantedOf } from './judge.ts';
import { proofOf } from './proof.ts';

/**
 * The status of every claim: a pure function of claims, evidence and the tree.
 *
 * @param evidence in any order
 * @param asserted ids of claims that documents assert
 */
export function foldStatus(
  { title, claims }: Claims,
  evidence: readonly EvidenceLine[],
  tree: TreeHashes,
  asserted: ReadonlySet<string> = new Set(),
): StatusRecord {
  const inTime = evidence.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const statuses = claims.map((claim) =>
    statusOf(claim, inTime, tree, { asserted: asserted.has(claim.id) }),
  );
  const names = [...new Set(claims.map(({ group }) => group))];
  const groups = names.map((name) => ({
    name,
    counts: countsOf(statuses.filter(({ claim }) => claim.group === name)),
  }));
  return {
    schema: 'seedstorm-status/1',
    title,
    claims: statuses,
    groups,
    counts: countsOf(statuses),
  };
}

/**
 * The status of one claim.
 *
 * @param evidence in order of time
 */
export function statusOf(
  claim: Claim,
  evidence: readonly EvidenceLine[],
  tree: TreeHashes,
  said: { readonly asserted: boolean } = { asserted: false },
): ClaimStatus {
  const prove = proofOf(claim.check);
  const lines = evidence.filter((line) => line.void === undefined && concerns(claim.check, line));
  const latest = lines.at(-1);
  if (latest === undefined) {
    const budget = { done: 0, ...wantedOf(claim.check) };
    const state = said.asserted ? 'CLAIMED' : 'NONE';
    return { claim, state, reason: emptyReason(claim, said.asserted), budget, prove };
  }
  const now = lines.filter((line) => standsFor(claim, line, tree));
  if (now.length > 0) return told(claim, judge(claim.check, now), now.at(-1)!, prove);
  const then = lines.filter((line) => isOfSameTree(claim, line, latest));
  const judgement = judge(claim.check, then);
  return told(claim, aged(judgement), then.at(-1)!, prove);
}

/** Whether a line is about the tree as it is now, as far as the claim is concerned. */
function standsFor(claim: Claim, line: EvidenceLine, tree: TreeHashes): boolean {
  if (needsHarness(claim) && line.harness !== tree.harness) return false;
  return claim.paths.every((path) => {
    const key = treeKey(claim.check, path);
    const hash = tree.paths[key];
    return hash !== undefined && line.hashes[key] === hash;
  });
}

function isOfSameTree(claim: Claim, line: EvidenceLine, other: EvidenceLine): boolean {
  if (needsHarness(claim) && line.harness !== other.harness) return false;
  const keys = claim.paths.map((path) => treeKey(claim.check, path));
  return keys.every((key) => line.hashes[key] === other.hashes[key]);
}

/** The harness judges everything but a command, which is judged by its exit code. */
function needsHarness({ check }: Claim): boolean {
  return check.kind !== 'command';
}

/** What a judgement of an older tree is worth: a red one stays red until a run says otherwise. */
function aged(judgement: Judgement): Judgement {
  if (judgement.state === 'FAILING') {
    return { ...judgement, reason: `${judgement.reason}; that was an older tree, not run since` };
  }
  const less = judgement.state === 'HELD' ? '' : `, and then only in part: ${judgement.reason}`;
  const reason = `passed on an older tree${less}`;
  return { ...judgement, state: 'STALE', reason };
}

function told(
  claim: Claim,
  judgement: Judgement,
  { at, commit, command }: EvidenceLine,
  prove: string,
): ClaimStatus {
  return { claim, ...judgement, evidence: { at, commit, command }, prove };
}

function emptyReason({ saidIn }: Claim, asserted: boolean): string {
  if (!asserted) return 'no evidence';
  return `no evidence, though ${saidIn?.[0]?.file ?? 'a document'} asserts it`;
}

function countsOf(statuses: readonly ClaimStatus[]): StateCounts {
  const count = (state: string): number =>
    statuses.filter((status) => status.state === state).length;
  return Object.fromEntries(claimStates.map((state) => [state, count(state)])) as StateCounts;
}
