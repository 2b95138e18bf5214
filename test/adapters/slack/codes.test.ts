/** Every error code that Slack documents, and what stands in front of Slack, in its class: through the real client. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { channelError } from "../../../adapters/slack/errors.ts";
import { webClient } from "../../../adapters/slack/following.ts";
import type { SlackOptions } from "../../../adapters/slack/options.ts";
import type { SendFailure } from "../../../src/core/ports/channel-error.ts";
import { type Fault, SlackEdge } from "../../support/slack/edge.ts";
import { tokens } from "../../support/slack/emulator.ts";

let edge: SlackEdge;
beforeAll(async () => {
  edge = await SlackEdge.start();
});
afterAll(() => edge.stop());
afterEach(() => edge.calls.splice(0));

const log: SlackOptions["log"] = { info() {}, warn() {}, error() {} };

async function meaning(method: string, fault: Fault): Promise<SendFailure> {
  const client = webClient({ botToken: tokens.bot, apiUrl: `${edge.url}/api/`, log }, async () => null);
  edge.fail(method, fault);
  const idempotent = method === "chat.update";
  return await client.apiCall(method, { channel: "C1", text: "x", ts: "1.1" }).then(
    () => Promise.reject(new Error("it was taken")),
    (error: unknown) => channelError(error, { method, idempotent }).failure,
  );
}

/** docs.slack.dev/reference/methods/chat.postMessage, with the errors of every method. */
const posting: Record<SendFailure["type"], string> = {
  body: `attachment_payload_limit_exceeded invalid_arg_name invalid_arguments invalid_array_arg invalid_blocks
    invalid_blocks_format invalid_charset invalid_form_data invalid_metadata_format invalid_metadata_schema invalid_post_type
    markdown_text_conflict metadata_too_large missing_file_data missing_post_type msg_blocks_too_long msg_too_long no_text
    slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked
    too_many_attachments too_many_contact_cards`,
  place: `cannot_reply_to_message channel_not_found channel_type_not_supported ekm_access_denied is_archived
    messages_tab_disabled not_in_channel posting_to_general_channel_denied restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
    restricted_action_thread_only_channel team_access_not_granted a_code_of_next_year`,
  way: `access_denied accesslimited account_inactive app_access_restricted as_user_not_supported deprecated_endpoint
    enterprise_is_restricted invalid_auth metadata_must_be_sent_from_app method_deprecated missing_scope no_permission
    not_allowed_token_type not_authed org_login_required send_on_behalf_not_allowed team_not_found token_expired token_revoked
    two_factor_setup_required`,
  wait: "message_limit_exceeded rate_limited ratelimited",
  uncertain: `duplicate_channel_not_found duplicate_client_msg_id duplicate_message_not_found fatal_error internal_error
    message_already_sent request_timeout service_unavailable team_added_to_org`,
  anew: "",
};

/** docs.slack.dev/reference/methods/chat.update: what it has besides. Doing an edit again harms nobody. */
const editing: Record<string, string> = {
  anew: "cant_update_message edit_window_closed message_not_found",
  body: `block_mismatch file_share_limit_reached invalid_attachments msg_too_long msg_blocks_too_long
    no_dual_broadcast_content_update no_text too_many_attachments`,
  place: "channel_not_found is_inactive",
  way: "external_channel_migrating fatal_error internal_error request_timeout service_unavailable streaming_state_conflict update_failed",
};

/** files.getUploadURLExternal and files.completeUploadExternal. */
const uploading: Record<string, string> = {
  body: `alt_txt_too_large blocked_file_type file_not_found file_update_failed file_uploads_disabled
    file_uploads_except_images_disabled missing_argument slack_connect_blocked_file_type slack_connect_clip_sharing_blocked
    slack_connect_file_upload_sharing_blocked snippet_too_large storage_limit_reached unknown_snippet_type`,
  place: "channel_not_found invalid_channel is_archived not_in_channel posting_to_channel_denied",
};

/** conversations.history and conversations.replies, by which a post is looked for. */
const looking: Record<string, string> = {
  place: "channel_not_found channel_type_not_supported not_in_channel thread_not_found",
  way: "missing_scope invalid_auth",
};

const rows = (method: string, classes: Record<string, string>) =>
  Object.entries(classes).flatMap(([type, codes]) =>
    codes.split(/\s+/).flatMap((code) => (code === "" ? [] : [{ method, code, type }])),
  );

test.each([
  ...rows("chat.postMessage", posting),
  ...rows("chat.update", editing),
  ...rows("files.completeUploadExternal", uploading),
  ...rows("conversations.replies", looking),
])("$method: $code is $type", async ({ method, code, type }) => {
  expect((await meaning(method, { type: "error", code })).type).toBe(type);
});

describe("what stands in front of Slack decides nothing about the words", () => {
  const page = "<!doctype html><title>Sign in to the guest network</title>";
  const faults: [string, Fault][] = [
    ["a page with status 200", { type: "raw", status: 200, body: page }],
    ["a page with status 403", { type: "raw", status: 403, body: page }],
    ["a page with status 502", { type: "raw", status: 502, body: page }],
    ["status 407", { type: "raw", status: 407, body: "" }],
    ["an empty answer", { type: "raw", status: 200, body: "" }],
    ["half an answer", { type: "raw", status: 200, body: '{"ok":true,"ts":"17' }],
    ["JSON that is no object", { type: "raw", status: 200, body: "null" }],
    ["an answer that is cut", { type: "cut" }],
    ["a connection that breaks", { type: "unsent" }],
    ["status 500", { type: "500" }],
  ];
  test.each(faults)("%s", async (_, fault) => {
    expect((await meaning("chat.postMessage", fault)).type).toBe("uncertain");
    expect((await meaning("chat.update", fault)).type).toBe("way");
  });
});
