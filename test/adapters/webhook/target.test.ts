/** To which commit a run's result goes, and to none where there is no such commit. */
import { expect, test } from "vitest";
import { resultTarget } from "../../../adapters/webhook/target.ts";
import { hook } from "../../support/webhook/bench.ts";

const repository = { name: "shop", owner: { login: "acme" } };
const sha = "1f".repeat(20);
const withStatus = hook({ github: { status: true, comment: false } });
const targetOf = (payload: Record<string, unknown>) =>
  resultTarget(withStatus, { repository, ...payload } as Parameters<typeof resultTarget>[1], new Headers());

test("a push has its newest commit", () => {
  expect(targetOf({ after: sha })?.github).toEqual({ owner: "acme", repo: "shop", sha, pull: null });
});

test.each([
  ["a branch that was deleted", { after: "0".repeat(40), deleted: true }],
  ["one of a repository with longer hashes", { after: "0".repeat(64), deleted: true }],
  ["a commit that is none", { after: "../../x" }],
  ["no commit at all", {}],
])("%s has no target", (_, payload) => {
  expect(targetOf(payload)).toBeNull();
});
