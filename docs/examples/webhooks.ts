/** Webhooks as they can stand in belay.config.ts: `webhooks: [githubFailure, alertmanager, build]`. */
import type { WebhookInput } from "../../src/config/triggers.ts";

/** GitHub: a workflow run failed. Leave `speaksAt` out for the console only. */
export const githubFailure: WebhookInput = {
  name: "github",
  verify: { kind: "github" },
  secretEnv: "GITHUB_WEBHOOK_SECRET",
  filter: [
    { path: "header:x-github-event", in: ["workflow_run"] },
    { path: "action", in: ["completed"] },
    { path: "workflow_run.conclusion", in: ["failure", "timed_out"] },
    { path: "workflow_run.head_branch", in: ["main"] },
    { path: "sender.type", notIn: ["Bot"] },
  ],
  prompt: "prompts/webhooks/github-workflow-failed.md",
  fields: [
    "repository.full_name",
    "workflow_run.name",
    "workflow_run.head_branch",
    "workflow_run.head_sha",
    "workflow_run.html_url",
    "workflow_run.head_commit.message",
  ],
  concurrencyKey: ["repository.full_name", "workflow_run.head_branch"],
  // A status on the commit and a comment on its pull request; needs `github: { tokenEnv: "GITHUB_TOKEN" }`.
  // github: { status: true, comment: true },
  // speaksAt: "slack:T0123ABCD/C0123ABCD",
};

/** Alertmanager: triage. What repeats joins the live run; what is resolved is told to it. */
export const alertmanager: WebhookInput = {
  name: "alerts",
  verify: { kind: "alertmanager" },
  secretEnv: "ALERTS_TOKEN",
  prompt: "prompts/webhooks/alert-triage.md",
  fields: ["status", "commonLabels.alertname", "commonLabels.severity", "commonAnnotations.summary"],
  concurrencyKey: ["groupKey"],
  resolvedWhen: [{ path: "status", in: ["resolved"] }],
};

/** Any build system that can run curl. */
export const build: WebhookInput = {
  name: "build",
  verify: { kind: "bearer" },
  secretEnv: "BUILD_TOKEN",
  filter: [{ path: "status", notIn: ["SUCCESS"] }],
  prompt: "prompts/webhooks/build-report.md",
  fields: ["job", "status", "url"],
};
