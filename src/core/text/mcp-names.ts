/** What the tools of this bot's MCP server are called that are its own, and what it takes beside a tool's arguments. */
export const runToolNames = ["start_run", "get_run", "list_runs", "answer_question", "stop_run"] as const;

/** The key that makes a repeated call the same one, and the seconds that its outcome is waited for. */
export const ownArguments = ["idempotency_key", "wait_s"] as const;
