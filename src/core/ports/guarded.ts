/** Wraps a listener for a vendor's SDK: whatever it throws, at once or later, is told and stops nothing. */

/**
 * The listener, for `emitter.on(...)`: SDKs emit without a catch, so what it throws would end the process and with it
 * every other channel. `tell` gets the error and the arguments that it was heard with.
 */
export function guarded<Heard extends unknown[]>(
  listen: (...heard: Heard) => unknown,
  tell: (error: unknown, ...heard: Heard) => void,
): (...heard: Heard) => void {
  return (...heard) => {
    try {
      const later = listen(...heard);
      if (later instanceof Promise) later.catch((error: unknown) => tell(error, ...heard));
    } catch (error) {
      tell(error, ...heard);
    }
  };
}
