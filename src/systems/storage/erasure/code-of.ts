import { ReedSolomon } from './reed-solomon.ts';

const codes: Map<number, ReedSolomon> = new Map();

/** The code of a geometry; its tables are made once. */
export function codeOf(geometry: {
  readonly dataParts: number;
  readonly parityParts: number;
}): ReedSolomon {
  const { dataParts, parityParts } = geometry;
  const key = dataParts * 256 + parityParts;
  let code = codes.get(key);
  if (code === undefined) {
    code = new ReedSolomon(dataParts, parityParts);
    codes.set(key, code);
  }
  return code;
}
