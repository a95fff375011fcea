import type { SweepRecord } from './sweep-record.ts';

/**
 * Why a sweep could not be called held even if no rung had broken. The census counts broken seeds in
 * its first reason; all others stand whatever broke.
 */
export function plainReasons(record: SweepRecord): readonly string[] {
  return record.broken > 0 ? record.reasons.slice(1) : record.reasons;
}
