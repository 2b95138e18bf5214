/** A PostgreSQL for the tests of a file, and stores that reach it through a line that breaks. */
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import type { Commit } from "../../../src/core/ports/commit.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { commit, must, post, question } from "./commits.ts";
import { type PostgresLine, startLine } from "./line.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";

const limits = { connectMs: 1_000, statementMs: 250, answerMs: 300, patienceMs: 5_000 };

type BrokenStore = { line: PostgresLine; store: Store };

export function cutPostgres() {
  let server: TestPostgres;
  let url: string;
  let direct: Store;
  let runs = 0;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.database();
    direct = await openPostgres({ url, clock: Date });
  });
  afterAll(async () => {
    await direct.close();
    await server.stop();
  });

  /** The caller closes it. */
  async function opened(
    over: Partial<typeof limits> = {},
  ): Promise<BrokenStore & { close(): Promise<void> }> {
    const line = await startLine(url);
    const store = await openPostgres({ url: line.url, clock: Date, limits: { ...limits, ...over } });
    const close = async () => {
      await store.close();
      await line.close();
    };
    return { line, store, close };
  }

  return {
    /** Of the database itself. */
    get url() {
      return url;
    },
    /** Not through the line that breaks. */
    get direct() {
      return direct;
    },
    opened,
    /** Closed when the test is over. */
    async through(over: Partial<typeof limits> = {}): Promise<BrokenStore> {
      const { line, store, close } = await opened(over);
      onTestFinished(close);
      // From here on there is a connection: what is asked next is its first request.
      await store.note("warm");
      return { line, store };
    },
    /** An id that no run has yet. */
    freshId: () => `r${++runs}`,
    /** A run of its own with a post and a question. */
    async begun(over: Partial<Commit> = {}): Promise<string> {
      const id = `r${++runs}`;
      const launch = {
        addresses: [`slack:T1/C1/${id}`],
        posts: [post("status", "one", { runId: id, address: `slack:T1/C1/${id}` })],
        questions: [question(id, `q-${id}`)],
      };
      await must(direct.commit(commit(id, 0, { ...launch, ...over })));
      return id;
    },
  };
}
