/**
 * The harness itself is wrong: a rung threw, or derived facts disagree with the state although
 * every law holds. Never a verdict on the system under test; the command line exits with 70.
 */
export class HarnessFault extends Error {
  override readonly name = 'HarnessFault';
}
