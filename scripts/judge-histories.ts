/**
 * Compares the judges of histories with trying everything, on as many small random histories of each
 * kind as asked for (default 200,000), from a seed on (default 1,000,001: others than the tests use).
 *
 *     npx node scripts/judge-histories.ts 200000 1000001
 */
import { compareMany } from '../test/checkers/agreement.ts';
import { kinds } from '../test/checkers/subjects.ts';

const [count = 200_000, from = 1_000_001] = process.argv.slice(2).map(Number);
let histories = 0;
let disputed = 0;
for (const kind of kinds) {
  const started = performance.now();
  const sum = compareMany(kind, from, from + count - 1);
  const { legal, illegal, legalByTheory, illegalByTheory, disputes } = sum;
  histories += legal + illegal;
  disputed += disputes.length;
  console.log(
    `${kind.name}: ${legal} legal (${legalByTheory} by theory), ` +
      `${illegal} illegal (${illegalByTheory} by theory), ${disputes.length} disputed, ` +
      `${Math.round((performance.now() - started) / 1_000)} s`,
  );
  for (const dispute of disputes) console.log(dispute);
}
console.log(`${histories} histories, ${disputed} disputed`);
process.exitCode = disputed === 0 ? 0 : 1;
