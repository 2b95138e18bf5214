/** What each of Slack's documented error codes means for a post: its words, its place, or the way to it. */

export type Refusal =
  | "body"
  | "place"
  | "way"
  | "wait"
  /** The message to edit is gone or closed to edits. */
  | "anew"
  /** Slack may have done it all the same. */
  | "unknown"
  /** Slack has this very message already. */
  | "sent";

/**
 * Lists of docs.slack.dev/reference/methods: chat.postMessage, chat.update, conversations.*, files.*,
 * and those of every method.
 */
const codes: Readonly<Record<Refusal, readonly string[]>> = {
  body: [
    "alt_txt_too_large",
    "attachment_payload_limit_exceeded",
    "block_mismatch",
    "blocked_file_type",
    "file_deleted",
    "file_not_found",
    "file_share_limit_reached",
    "file_too_large",
    "file_update_failed",
    "file_upload_size_restricted",
    "file_uploads_disabled",
    "file_uploads_except_images_disabled",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_charset",
    "invalid_form_data",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_post_type",
    "markdown_text_conflict",
    "metadata_too_large",
    "missing_argument",
    "missing_file_data",
    "missing_post_type",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_dual_broadcast_content_update",
    "no_text",
    "slack_connect_blocked_file_type",
    "slack_connect_canvas_sharing_blocked",
    "slack_connect_clip_sharing_blocked",
    "slack_connect_file_link_sharing_blocked",
    "slack_connect_file_upload_sharing_blocked",
    "slack_connect_lists_sharing_blocked",
    "snippet_too_large",
    "storage_limit_reached",
    "too_many_attachments",
    "too_many_contact_cards",
    "unknown_snippet_type",
  ],
  place: [
    "cannot_reply_to_message",
    "channel_not_found",
    "channel_type_not_supported",
    "ekm_access_denied",
    "invalid_channel",
    "is_archived",
    "is_inactive",
    "messages_tab_disabled",
    "method_not_supported_for_channel_type",
    "not_in_channel",
    "posting_to_channel_denied",
    "posting_to_general_channel_denied",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
    "team_access_not_granted",
    "thread_locked",
    "thread_not_found",
  ],
  way: [
    "access_denied",
    "accesslimited",
    "account_inactive",
    "app_access_restricted",
    "as_user_not_supported",
    "deprecated_endpoint",
    "enterprise_is_restricted",
    "external_channel_migrating",
    "invalid_auth",
    "metadata_must_be_sent_from_app",
    "method_deprecated",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "send_on_behalf_not_allowed",
    "streaming_state_conflict",
    "team_not_found",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
  ],
  wait: ["message_limit_exceeded", "rate_limited", "ratelimited"],
  anew: ["cant_update_message", "edit_window_closed", "message_not_found"],
  unknown: [
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "update_failed",
  ],
  sent: [
    "duplicate_channel_not_found",
    "duplicate_client_msg_id",
    "duplicate_message_not_found",
    "message_already_sent",
  ],
};

const byCode: ReadonlyMap<string, Refusal> = new Map(
  Object.keys(codes).flatMap((refusal) => {
    const each = refusal as Refusal;
    return codes[each].map((code) => [code, each] as const);
  }),
);

/** Of a code that nobody has documented yet: it is kept, tried slowly, and its requester is told. */
export function refusalOf(code: string): Refusal {
  return byCode.get(code) ?? "place";
}
