#!/bin/sh
# Launches a run and waits for its outcome: prints the answer; exits 0 when it is complete, 1 otherwise.
# Needs curl and jq, BELAY_URL and BELAY_TOKEN (scopes launch and read); takes the task, and a key that names this launch.
set -eu
task=$1 key=$2
auth="Authorization: Bearer $BELAY_TOKEN"

body=$(jq -n --arg task "$task" '{input_prompt: $task}')
id=$(curl --fail-with-body -sS --retry 5 -H "$auth" -H "Content-Type: application/json" -H "Idempotency-Key: $key" \
  -d "$body" "$BELAY_URL/agent/launch" | jq -r .id)
echo "run: $id" >&2

while :; do
  state=$(curl --fail-with-body -sS --retry 5 -H "$auth" "$BELAY_URL/agent/state/$id")
  status=$(printf %s "$state" | jq -r .status)
  case $status in
    complete) printf %s "$state" | jq -r .final_answer; exit 0 ;;
    failed | cancelled | max_steps_reached) echo "$status" >&2; printf %s "$state" | jq -r '.error // empty' >&2; exit 1 ;;
    waiting_human_input) echo "waiting for a person: $BELAY_URL/runs/$id" >&2 ;;
  esac
  sleep "${BELAY_POLL_SECONDS:-5}"
done
