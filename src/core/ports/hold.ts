/** What only one of several processes may do at a time: it passes on when its holder is gone. */

/** `take` and `drop` come one after another, never twice in a row; neither may throw. */
export interface Duty {
  /** From now on it is this process's. */
  take(): Promise<void>;
  /** Another process may have it now, or will have it. */
  drop(): Promise<void>;
}

/** Asked for until `stop`; another process takes over within 15 s after its holder is gone or asleep. */
export interface Hold {
  /** Resolves after the first attempt. */
  start(duty: Duty): Promise<void>;
  /** Dropped and free for others. */
  stop(): Promise<void>;
}
