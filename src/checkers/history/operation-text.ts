import type { Model } from './model.ts';
import type { HistoryOperation } from './operation.ts';
import { valueText } from './values.ts';

/** An operation in a few words: `write 1`, `read -> 1`, `cas 1 to 2, refused`. */
export function operationText(model: Model, operation: HistoryOperation): string {
  const own = model.text?.(operation);
  if (own !== undefined) return own;
  const { op, outcome, result, value } = operation;
  const certain = outcome === 'ok';
  switch (op) {
    case 'read':
    case 'get':
      return certain ? `${op} -> ${value === null ? 'unset' : valueText(value)}` : op;
    case 'cas': {
      const [from, to] = value as readonly unknown[];
      const refused = certain && result === false ? ', refused' : '';
      return `cas ${from === null ? 'unset' : valueText(from)} to ${valueText(to)}${refused}`;
    }
    default: {
      const what = value === null ? op : `${op} ${valueText(value)}`;
      return certain && result !== null ? `${what} -> ${result ? 'yes' : 'no'}` : what;
    }
  }
}
