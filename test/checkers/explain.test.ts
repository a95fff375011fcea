import { describe, expect, test } from 'vitest';
import { checkHistory } from '../../src/checkers/history/check-history.ts';
import { prefixOf } from '../../src/checkers/history/explain/prefix.ts';
import { smallCase } from './agreement.ts';
import { naiveJudge } from './naive-judge.ts';
import { kinds } from './subjects.ts';

describe('an explanation', () => {
  test.each(kinds)(
    'of $name names the first completion, and operations that have no order',
    (kind) => {
      let explained = 0;
      for (let seed = 1; seed <= 700; seed++) {
        const { model, history } = smallCase(kind, seed);
        const { explanation } = checkHistory(model, history);
        if (explanation === undefined) continue;
        explained++;
        const told = `seed ${seed}\n${history.map((one) => JSON.stringify(one)).join('\n')}`;
        const { completedAt } = history[explanation.operation]!;
        // Another key may go wrong earlier: this is about the one that is shown. What failed later had
        // no effect, and an explanation knows that.
        const { key } = history[explanation.operation]!;
        const own = history.filter((one) => one.key === key && one.outcome !== 'fail');
        expect(naiveJudge(model, prefixOf(own, completedAt)), told).toBe(false);
        if (model.name !== 'set' && model.name !== 'multi-register') {
          expect(naiveJudge(model, prefixOf(own, completedAt - 1)), told).toBe(true);
        }
        const window = prefixOf(own, completedAt).filter(({ invokedAt }) =>
          explanation.window.some((number) => history[number]!.invokedAt === invokedAt),
        );
        expect(naiveJudge(model, window), told).toBe(false);
        expect(explanation.orders.length).toBeGreaterThan(0);
      }
      expect(explained).toBeGreaterThan(60);
    },
  );
});
