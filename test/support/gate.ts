/** A place in a tool or a model where a test holds the run, and lets it go. */

export interface Gate {
  /** Called by what is held; resolves when it is opened. */
  pass(): Promise<void>;
  /** Resolves when something stands before the gate. */
  reached: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    pass() {
      reached.resolve();
      return opened.promise;
    },
  };
}
