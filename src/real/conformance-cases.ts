import { diskCases } from './conformance-disk.ts';
import type { ConformanceCase } from './conformance-kit.ts';
import { networkCases } from './conformance-network.ts';
import { timeCases } from './conformance-time.ts';

/** All cases, by what they are about. */
export const conformanceCases: Readonly<Record<string, readonly ConformanceCase[]>> = {
  time: timeCases,
  network: networkCases,
  disk: diskCases,
};
