/** Words of one thread stay in their order while it is not known yet who said the first of them. */
import type { Inbound } from "../core/ports/inbound.ts";

/** Somebody whom the platform never shows must not silence everybody else in the thread. */
const patienceMs = 60_000;

/** In memory: after a restart the inbox gives out what is pending in its order. */
export class ThreadOrder {
  /** By place: the keys that wait, the oldest first, and since when. */
  readonly #waiting = new Map<string, Map<string, number>>();

  /** Who sent it is not known yet: what comes after it in its thread shall wait for it. */
  wait(inbound: Inbound): void {
    if (inbound.address === null || !hangsOnOrder(inbound)) return;
    const keys = this.#keysAt(inbound.address);
    if (!keys.has(inbound.key)) keys.set(inbound.key, performance.now());
    this.#waiting.set(inbound.address, keys);
  }

  /** true: something before it waits, and so does this. */
  isBehind(inbound: Inbound): boolean {
    if (inbound.address === null || !hangsOnOrder(inbound)) return false;
    const [first = inbound.key] = this.#keysAt(inbound.address).keys();
    if (first === inbound.key) return false;
    this.wait(inbound);
    return true;
  }

  settled({ address, key }: Inbound): void {
    if (address === null) return;
    const keys = this.#waiting.get(address);
    keys?.delete(key);
    if (keys?.size === 0) this.#waiting.delete(address);
  }

  #keysAt(address: string): Map<string, number> {
    const oldest = performance.now() - patienceMs;
    const keys = this.#waiting.get(address) ?? new Map<string, number>();
    for (const [key, since] of keys) if (since < oldest) keys.delete(key);
    return keys;
  }
}

/** A press names what it is for; words mean what stands there when they are heard. */
function hangsOnOrder({ intent }: Inbound): boolean {
  return intent.type === "message" || intent.type === "changed";
}
