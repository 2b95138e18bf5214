/** Every way to say no, by its code: status and title. */
import type { RefusalCode } from "../../core/command.ts";

/**
 * Refusals of the core, all of them, also those that it does not use yet: a code without a status does not compile.
 */
const refusals = {
  run_not_found: [404, "There is no such run"],
  run_busy: [409, "The run is already running"],
  run_finished: [409, "The run has ended"],
  run_not_running: [400, "The run is not running"],
  waiting_for_input: [400, "The run waits for a person"],
  not_waiting_for_input: [400, "The run does not wait for an answer"],
  question_ambiguous: [409, "Several questions are open"],
  question_not_found: [404, "There is no such question"],
  question_closed: [410, "The question is closed"],
  already_answered: [409, "The question is already answered"],
  answer_invalid: [422, "The answer does not fit the question"],
  not_allowed: [403, "Not allowed"],
  not_an_answerer: [403, "Not asked for an answer"],
  not_an_approver: [403, "Not asked for an approval"],
  insufficient_scope: [403, "The token lacks a scope"],
  empty_text: [422, "There is no text"],
  already_launched: [409, "The run exists already"],
  place_taken: [409, "Another run is at work there"],
  unknown_agent: [422, "There is no such agent"],
  not_undoable: [409, "There is no way back to take"],
  undo_asked: [409, "The undo was asked for already"],
  run_forgotten: [410, "The run was forgotten"],
  part_of_a_run: [409, "The run is part of another one"],
} as const satisfies Record<RefusalCode, readonly [number, string]>;

/** What the server itself refuses. */
const own = {
  invalid_json: [400, "The body is not JSON"],
  too_deep: [400, "The body is nested too deep"],
  invalid_idempotency_key: [400, "The Idempotency-Key is not usable"],
  unauthorized: [401, "Not signed in"],
  bad_origin: [403, "The request comes from another site"],
  not_found: [404, "There is nothing here"],
  method_not_allowed: [405, "The method is not allowed"],
  tools_changed: [409, "The tools are not what was shown"],
  idempotency_in_progress: [409, "The first request with this key is still running"],
  body_too_large: [413, "The body is too large"],
  uri_too_long: [414, "The URL is too long"],
  unsupported_media_type: [415, "The body is not application/json"],
  encoding_not_supported: [415, "Compressed bodies are not read"],
  unknown_host: [421, "The host is not served here"],
  forbidden_key: [422, "A key is forbidden"],
  validation_failed: [422, "The request is not valid"],
  idempotency_key_reused: [422, "The Idempotency-Key was used for another request"],
  rate_limited: [429, "Too many requests"],
  internal: [500, "Something went wrong here"],
  no_room: [503, "The server holds too many bodies"],
  draining: [503, "The server is stopping"],
  tool_server_away: [503, "The server of the tools is away"],
  lock_file_failed: [503, "The lock file can't be read or written"],
  storage_busy: [503, "The storage is busy"],
  storage_full: [503, "The storage is full"],
  storage_failed: [503, "The storage does not work"],
  record_unreadable: [500, "A record can't be read"],
} as const satisfies Record<string, readonly [number, string]>;

/** Status and title by code. */
export const problemTable = { ...refusals, ...own };
/** The `code` of a problem document: the refusals of the core, and those of the server itself. */
export type ProblemCode = keyof typeof problemTable;
/** Every code there is, for the OpenAPI document. */
export const problemCodes = Object.keys(problemTable) as ProblemCode[];
