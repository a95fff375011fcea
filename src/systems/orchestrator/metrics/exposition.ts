/** Kinds of metrics of the text format of Prometheus that are used here. */
export type MetricKind = 'counter' | 'gauge';

const metricPattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelPattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

interface Family {
  readonly kind: MetricKind;
  readonly help: string;
  /** Values by the text of their labels, which are sorted by name. */
  readonly samples: Map<string, number>;
}

/**
 * Metrics and their text for a scrape (the exposition format of Prometheus, version 0.0.4). The text
 * depends on the values alone: families, label sets and labels stand in the order of their letters.
 * Values are integers, so that no engine writes one differently.
 */
export class Metrics {
  private readonly families: Map<string, Family> = new Map();

  /** Announces a metric. Throws a RangeError for a name that is none or is there as something else. */
  declare(name: string, kind: MetricKind, help: string): void {
    if (!metricPattern.test(name)) throw new RangeError(`no name of a metric: ${name}`);
    const known = this.families.get(name);
    if (known === undefined) this.families.set(name, { kind, help, samples: new Map() });
    else if (known.kind !== kind || known.help !== help) throw new RangeError(`twice: ${name}`);
  }

  /** Sets the value of a gauge. */
  set(name: string, labels: Readonly<Record<string, string>>, value: number): void {
    this.family(name, 'gauge').samples.set(labelText(labels), checked(value));
  }

  /** Adds to a counter; it never falls. */
  add(name: string, labels: Readonly<Record<string, string>>, amount: number = 1): void {
    if (amount < 0) throw new RangeError(`a counter does not fall: ${name}`);
    const { samples } = this.family(name, 'counter');
    const key = labelText(labels);
    samples.set(key, checked((samples.get(key) ?? 0) + amount));
  }

  /** Forgets one value: what it was about is gone. */
  remove(name: string, labels: Readonly<Record<string, string>>): void {
    this.families.get(name)?.samples.delete(labelText(labels));
  }

  private family(name: string, kind: MetricKind): Family {
    const family = this.families.get(name);
    if (family?.kind !== kind) throw new RangeError(`no ${kind} ${name}`);
    return family;
  }

  /** All of it, for a scrape; empty when there is no value. */
  text(): string {
    const lines: string[] = [];
    for (const name of [...this.families.keys()].sort()) {
      const { kind, help, samples } = this.families.get(name)!;
      if (samples.size === 0) continue;
      lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${kind}`);
      for (const key of [...samples.keys()].sort())
        lines.push(`${name}${key} ${samples.get(key)!}`);
    }
    return lines.map((line) => `${line}\n`).join('');
  }
}

function checked(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`no integer: ${value}`);
  return value === 0 ? 0 : value;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return '';
  const parts = names.map((name) => {
    if (!labelPattern.test(name) || name.startsWith('__'))
      throw new RangeError(`no label: ${name}`);
    return `${name}="${escaped(labels[name]!).replaceAll('"', '\\"')}"`;
  });
  return `{${parts.join(',')}}`;
}

/** A backslash and the end of a line would be read as something else; a quote too, in a value. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
