/** A connection that is kept while one piece of work follows another: to borrow one takes a turn of the event loop. */
import type { Pool, PoolClient } from "pg";

/** So long nothing followed, ms: then the pool has it back. */
const idleMs = 1_000;

export class KeptConnection {
  readonly #pool: Pool;
  /** Not in use now. */
  #client: PoolClient | null = null;
  #isFresh = false;
  #look: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** As `withClient`: what failed leaves its connection in an unknown state, and it is not used again. */
  async with<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = this.#take() ?? (await this.#pool.connect());
    try {
      const result = await work(client);
      this.#keep(client);
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** The pool has it back at once, and from now on after each piece of work. */
  close(): void {
    this.#isClosed = true;
    this.#giveBack();
  }

  #take(): PoolClient | null {
    const client = this.#client;
    this.#client = null;
    client?.off("end", this.#broke);
    return client;
  }

  #keep(client: PoolClient): void {
    if (this.#isClosed || this.#client !== null) {
      client.release();
      return;
    }
    this.#client = client;
    client.on("end", this.#broke);
    this.#isFresh = true;
    this.#look ??= setInterval(() => this.#giveBackIdle(), idleMs).unref();
  }

  #giveBackIdle(): void {
    if (!this.#isFresh) this.#giveBack();
    this.#isFresh = false;
  }

  #giveBack(): void {
    if (this.#look) clearInterval(this.#look);
    this.#look = null;
    this.#take()?.release();
  }

  /** While nobody used it; the next work takes another one. */
  readonly #broke = (): void => {
    this.#take()?.release(true);
  };
}
