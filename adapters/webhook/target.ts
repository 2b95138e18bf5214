/** Where the results of a webhook's run go besides the chat: remembered before the run is launched. */
import type { Address } from "../../src/core/actor.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import {
  type GithubTarget,
  noteKinds,
  type ResultTarget,
  readNote,
  writeNote,
} from "../../src/core/store/notes.ts";
import type { WebhookOptions } from "./options.ts";
import { valueAt } from "./paths.ts";
import type { Json } from "./payload.ts";
import { digest } from "./signature.ts";

/** null: nobody outside wants to hear of this run. */
export function resultTarget(hook: WebhookOptions, payload: Json, headers: Headers): ResultTarget | null {
  const callback = hook.callback === null ? null : callbackUrl(hook.callback, payload, headers);
  const github = hook.github === null ? null : githubTarget(payload, headers);
  return callback === null && github === null ? null : { webhook: hook.name, callback, github };
}

function callbackUrl(
  callback: NonNullable<WebhookOptions["callback"]>,
  payload: Json,
  headers: Headers,
): string | null {
  if (callback.url !== undefined) return callback.url;
  const url = callback.path === undefined ? null : valueAt(payload, headers, callback.path);
  return typeof url === "string" && URL.canParse(url) ? url : null;
}

const heads = ["workflow_run", "check_run", "check_suite"];
const namePattern = /^[\w.-]{1,100}$/;

/**
 * Repository, commit and pull request of the events that have them; the names go into a URL,
 * so their shape is checked.
 */
function githubTarget(payload: Json, headers: Headers): GithubTarget | null {
  const at = (path: string) => valueAt(payload, headers, path);
  const event = heads.find((name) => at(name) !== null) ?? "pull_request";
  const owner = at("repository.owner.login");
  const repo = at("repository.name");
  const sha = at(`${event}.head_sha`) ?? at("pull_request.head.sha") ?? at("after");
  const pull = at(`${event}.pull_requests.0.number`) ?? at("pull_request.number");
  if (typeof owner !== "string" || typeof repo !== "string" || typeof sha !== "string") return null;
  if (!namePattern.test(owner) || !namePattern.test(repo) || !/^[0-9a-f]{40,64}$/.test(sha)) return null;
  // GitHub's way to say that a branch or tag was deleted: there is no such commit.
  if (/^0+$/.test(sha)) return null;
  return { owner, repo, sha, pull: typeof pull === "number" ? pull : null };
}

/** The address at which the engine's posts come back to this channel. */
export async function saveTarget(
  inlet: Inlet,
  hook: Pick<WebhookOptions, "name">,
  key: string,
  target: ResultTarget,
): Promise<Address> {
  const address = `webhook:${hook.name}/results/${digest(key)}`;
  await writeNote(inlet.store, noteKinds.resultTarget, { of: address, value: target });
  return address;
}

/** @throws UnreadableError */
export function loadTarget(inlet: Inlet, address: Address): Promise<ResultTarget | null> {
  return readNote(inlet.store, noteKinds.resultTarget, address);
}
