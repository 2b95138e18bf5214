/**
 * GitLab: a signing token (Standard Webhooks) when one is set up, else the plain `X-Gitlab-Token`. docs.gitlab.com.
 */
import { z } from "zod";
import { sameText, together, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";
import { verifyStandard } from "./standard-webhooks.ts";

/** A secret that begins with `whsec_` is a signing token. */
export const gitlab = defineKind("gitlab", z.strictObject({ kind: z.literal("gitlab") }), {
  verify: (delivered) =>
    delivered.secret.startsWith("whsec_")
      ? verifyStandard(delivered)
      : verdict(sameText(delivered.headers.get("x-gitlab-token"), delivered.secret)),

  // The event's id alone is shared by all hooks of one event.
  key: ({ headers }) =>
    headers.get("webhook-id") ??
    headers.get("idempotency-key") ??
    together([headers.get("x-gitlab-event-uuid"), headers.get("x-gitlab-webhook-uuid")]),

  titles: [
    "{project.path_with_namespace}: pipeline {object_attributes.status} on {object_attributes.ref}",
    "{project.path_with_namespace}!{object_attributes.iid}: {object_attributes.title}",
    "{project.path_with_namespace}: {ref}",
    "{project.path_with_namespace}",
  ],
});
