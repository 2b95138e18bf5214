/** What the engine needs of a clock. */

export interface Clock {
  /** ms since the epoch */
  now(): number;
}
