/** GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body. docs.github.com, "Validating webhook deliveries". */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { after, equal, hex, mac, verdict } from "../signature.ts";
import { defineKind, type Received } from "./kind.ts";

/** Repetitions are told by the body, except for manual dispatches, whose delivery id counts. */
export const github = defineKind("github", z.strictObject({ kind: z.literal("github") }), {
  verify(delivered) {
    const given = after(delivered.headers.get("x-hub-signature-256"), "sha256=");
    return verdict(given !== null && equal(hex(given), mac(delivered.secret, [delivered.body])));
  },

  // X-GitHub-Delivery is not signed, the body is, and of most events no two bodies are the same. A button that is
  // pressed twice sends the same body twice: of these the id counts, which stays the same when one is delivered again.
  key: (received) => (isDispatch(received) ? received.headers.get("x-github-delivery") : null),

  titles: [
    "{repository.full_name}: {workflow_run.name} {workflow_run.conclusion} on {workflow_run.head_branch}",
    "{repository.full_name}: {check_run.name} {check_run.conclusion}",
    "{repository.full_name}#{pull_request.number}: {pull_request.title}",
    "{repository.full_name}#{issue.number}: {issue.title}",
    "{repository.full_name}: {workflow} on {ref}",
    "{repository.full_name}: {ref}",
    "{repository.full_name}",
  ],

  greets: ({ headers }) => headers.get("x-github-event") === "ping",
});

/**
 * `workflow_dispatch` and `repository_dispatch`, by the signed body: whoever sends it again can't change what it is.
 */
function isDispatch({ payload, headers }: Received): boolean {
  const has = (path: string) => valueAt(payload, headers, path) !== null;
  const isWorkflow = has("workflow") && has("ref") && !has("action");
  return isWorkflow || (Object.hasOwn(payload, "client_payload") && has("branch"));
}
