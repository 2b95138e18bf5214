/** What the engine needs of a clock. */

export interface Clock {
  /** ms since the epoch: for dates. People and other machines may set it, back and forth. */
  now(): number;
  /** ms since some moment: for intervals. It never jumps, whatever is done to the date. */
  steady(): number;
}
