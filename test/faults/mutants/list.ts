/** Promises of the bot broken on purpose, one line each, and for each the test that must not put up with it. */

/** `find` stands once in `file` and becomes `put`; then `test` must fail, or those of its tests whose names hold `only`. */
export interface Mutant {
  name: string;
  file: string;
  find: string;
  put: string;
  test: string;
  only?: string;
}

/** This file. */
export const mutantsFile = "test/faults/mutants/list.ts";

export const mutants: readonly Mutant[] = [
  {
    name: "a call that must happen once is repeated after a crash",
    file: "src/core/decide/calls.ts",
    find: `spec && spec.effect !== "once"`,
    put: "spec",
    test: "test/core/calls.test.ts",
    only: "interrupted",
  },
  {
    name: "the lease is not proved before an effect",
    file: "src/engine/perform/calls.ts",
    find: "  await on.lease.prove();",
    put: "",
    test: "test/journeys/slept.test.ts",
  },
  {
    name: "leases are never renewed",
    file: "src/engine/worker.ts",
    find: "if (this.#active.size === 0) return;",
    put: "return;",
    test: "test/engine/worker-timers.test.ts",
  },
  {
    name: "the worker never looks again by itself",
    file: "src/engine/due-runs.ts",
    find: "setTimeout(() => this.poke(), ms)",
    put: "setTimeout(() => {}, ms)",
    test: "test/engine/worker-timers.test.ts",
  },
  {
    name: "SQLite answers before the COMMIT",
    file: "adapters/sqlite/group.ts",
    find: "results = batch.map((job) => job.run());",
    put: "results = batch.map((job) => { const result = job.run(); job.resolve(result); return result; });",
    test: "test/contracts/store-sqlite.test.ts",
    only: "group commit",
  },
  {
    name: "SQLite does not sync each commit",
    file: "adapters/sqlite/open.ts",
    find: `client.pragma("synchronous = FULL");`,
    put: `client.pragma("synchronous = NORMAL");`,
    test: "test/contracts/store-sqlite.test.ts",
    only: "syncs every commit",
  },
  {
    name: "what was accepted before the start waits for a new message",
    file: "src/engine/inbox.ts",
    find: "    this.#running = true;\n    this.poke();",
    put: "    this.#running = true;",
    test: "test/journeys/stranded.test.ts",
    only: "before the start",
  },
  {
    name: "events change a run that has ended",
    file: "src/core/reduce/reduce.ts",
    find: "hasEnded(state) ? epilogue(state, event) : apply(state, event)",
    put: "apply(state, event)",
    test: "test/properties/core.test.ts",
  },
  {
    name: "anybody may press Approve",
    file: "src/core/admit/answer.ts",
    find: "if (!verdict.allowed) {",
    put: `if (verdict.allowed === "never") {`,
    test: "test/core/questions.test.ts",
  },
  {
    name: "whoever has approved is not looked at again when the call runs",
    file: "src/engine/perform/approval.ts",
    find: "return rule === undefined || approversOf(needed, on.policy).includes(rule);",
    put: "return true;",
    test: "test/journeys/approvals.test.ts",
    only: "only while the rule stands",
  },
  {
    name: "the next turn of a chat forgets that the last one had read untrusted text",
    file: "src/engine/ingest/launch.ts",
    find: "outcome: outcomeOf(state), untrusted: readUntrusted }",
    put: "outcome: outcomeOf(state), untrusted: false }",
    test: "test/journeys/next-turn.test.ts",
  },
  {
    name: "tokens share their idempotency keys",
    file: "src/http/guard/idempotency.ts",
    find: `source: \`api:\${request.principal}\``,
    put: `source: "api"`,
    test: "test/http/idempotency.test.ts",
    only: "different callers",
  },
  {
    name: "no intent is written before a call that must happen once",
    file: "src/engine/perform/calls.ts",
    find: `? [intent] : []));\n  if (begun.type !== "recorded" || begun.events === 0) return begun;`,
    put: `? [] : []));\n  if (begun.type !== "recorded") return begun;`,
    test: "test/journeys/slept.test.ts",
  },
  {
    name: "a worker that lost its run still commits, on SQLite",
    file: "src/core/store/rows.ts",
    find: "if (commit.epoch !== null && (found.run?.epoch",
    put: "if (commit.epoch === 0 && (found.run?.epoch",
    test: "test/contracts/store.test.ts",
    only: "in SQLite .*fenced",
  },
  {
    name: "a worker that lost its run still commits, on PostgreSQL",
    file: "adapters/postgres/commit-statement.ts",
    find: `(epoch = \${epoch} AND owner IS NOT NULL)`,
    put: "true",
    test: "test/contracts/store.test.ts",
    only: "in PostgreSQL .*fenced",
  },
  {
    name: "the key of a message does not count in a commit, on SQLite",
    file: "src/core/store/rows.ts",
    find: `if (found.inbox && found.inbox.state !== "pending")`,
    put: `if (found.inbox && found.inbox.state === "refused")`,
    test: "test/contracts/store.test.ts",
    only: "in SQLite .*is answered by one commit",
  },
  {
    name: "the key of a message does not count in a commit, on PostgreSQL",
    file: "adapters/postgres/commit-statement.ts",
    find: "WHERE inbox.state = 'pending' RETURNING 1",
    put: "RETURNING 1",
    test: "test/contracts/store.test.ts",
    only: "in PostgreSQL .*is answered by one commit",
  },
  {
    name: "a post whose fate is not known is sent again without a look",
    file: "adapters/slack/send/post.ts",
    find: "(delivery.uncertain || standing.length > 0) && standing.length < wanted(rendered)",
    put: "false",
    test: "test/adapters/slack/outbound.test.ts",
  },
  {
    name: "the question of the former arguments can still be approved after a change",
    file: "src/core/reduce/approvals.ts",
    find: "const closed = closeQuestion(state, question, changedOutcome, event);",
    put: "const closed = state;",
    test: "test/core/questions.test.ts",
    only: "of edited arguments",
  },
  {
    name: "what was said stays in the inbox",
    file: "adapters/sqlite/inbox.ts",
    find: `...(keepBody ? {} : { body: "" })`,
    put: "",
    test: "test/journeys/said-and-done.test.ts",
  },
  {
    name: "a forged delivery is read before its proof is looked for",
    file: "adapters/webhook/receive.ts",
    find: `if (early !== null && early !== "authentic") return refuse(receiver, options, early);`,
    put: "",
    test: "test/adapters/webhook/head.test.ts",
  },
];
