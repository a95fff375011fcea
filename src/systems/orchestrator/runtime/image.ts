/** A part of an image; images that share one fetch it once. */
export interface Layer {
  readonly id: string;
  readonly bytes: number;
}

/** From the first to the second, both included. */
export type Span = readonly [lowUs: number, highUs: number];

/** What containers of an image do. Scenarios say it; what they leave out is well-behaved. */
export interface ImageBehaviour {
  /** No registry has it: pulls fail for good. */
  readonly missing: boolean;
  readonly layers: readonly Layer[];
  readonly startUs: Span;
  /** How long one runs before it ends by itself; null: until it is stopped. */
  readonly runUs: Span | null;
  /** Of an end by itself. */
  readonly exitCode: number;
  readonly memoryBytes: number;
  readonly cpuMillis: number;
  readonly leakBytesPerSecond: number;
  /** How long it takes to end when it is asked to. */
  readonly stopUs: Span;
  /** It does not end when it is asked to, only when it is killed. */
  readonly hangs: boolean;
  /** From the start to the first probe that goes well. */
  readonly wellAfterUs: number;
  /** Share of the probes that fail after that. */
  readonly unwellPerMillion: number;
  readonly probeUs: Span;
}

/** All but its layers, of which one is its own. */
const wellBehaved: Omit<ImageBehaviour, 'layers'> = {
  missing: false,
  startUs: [50_000, 300_000],
  runUs: null,
  exitCode: 0,
  memoryBytes: 16 * 2 ** 20,
  cpuMillis: 50,
  leakBytesPerSecond: 0,
  stopUs: [10_000, 500_000],
  hangs: false,
  wellAfterUs: 200_000,
  unwellPerMillion: 0,
  probeUs: [1_000, 20_000],
};

/** What a container of an image does, with a base layer that all share unless layers are given. */
export function imageBehaviour(image: string, given: Partial<ImageBehaviour> = {}): ImageBehaviour {
  const layers = [
    { id: 'base', bytes: 30_000_000 },
    { id: `${image} top`, bytes: 5_000_000 },
  ];
  return { layers, ...wellBehaved, ...given };
}

/** The behaviour of each image, by its name. */
export type ImageBook = (image: string) => ImageBehaviour;

/** A book of those that are named; all others behave well. */
export function imageBook(
  named: Readonly<Record<string, Partial<ImageBehaviour>>> = {},
): ImageBook {
  const known = new Map<string, ImageBehaviour>();
  return (image) => {
    let behaviour = known.get(image);
    if (behaviour === undefined) {
      behaviour = imageBehaviour(image, named[image]);
      known.set(image, behaviour);
    }
    return behaviour;
  };
}
