/** Slack's client, which finds a channel again that got another id since somebody wrote it down. */
import { webApi } from "@slack/bolt";
import { slackCode } from "./errors.ts";
import { callAt } from "./moved.ts";
import { clientOptions, type SlackOptions } from "./options.ts";

/** What a method may say of a channel, or of what stands in it, under an id that is not good any more. */
const gone = new Set(["channel_not_found", "message_not_found", "thread_not_found"]);
/** Ids that lead to each other must not be followed for ever. */
const mostMoves = 5;

/**
 * It retries nothing by itself: the outbox decides when to send again. `movedTo`: the next id of a channel that is not
 * found under this one; null: no other is known.
 */
export function webClient(
  options: Pick<SlackOptions, "apiUrl" | "log" | "botToken">,
  movedTo: (channel: string) => Promise<string | null>,
): webApi.WebClient {
  return new FollowingClient(options.botToken, clientOptions(options), movedTo);
}

class FollowingClient extends webApi.WebClient {
  readonly #movedTo: (channel: string) => Promise<string | null>;
  /** What was looked up: an id that is not good any more never becomes good again. */
  readonly #known = new Map<string, string>();

  constructor(
    token: string,
    options: webApi.WebClientOptions,
    movedTo: (channel: string) => Promise<string | null>,
  ) {
    super(token, options);
    this.#movedTo = movedTo;
  }

  /** Nothing is looked up before Slack has refused: then it has done nothing. */
  override async apiCall(
    method: string,
    options: Record<string, unknown> = {},
  ): Promise<webApi.WebAPICallResult> {
    const call = callAt(options);
    if (call === null) return super.apiCall(method, options);
    let channel = this.#newest(call.channel);
    for (let moves = 0; ; moves += 1) {
      try {
        return await super.apiCall(method, call.to(channel));
      } catch (error) {
        const isGone = gone.has(slackCode(error) ?? "") && moves < mostMoves;
        const next = isGone ? await this.#movedTo(channel) : null;
        if (next === null) throw error;
        this.#known.set(channel, next);
        channel = next;
      }
    }
  }

  #newest(channel: string): string {
    let newest = channel;
    for (let moves = 0; moves < mostMoves; moves += 1) newest = this.#known.get(newest) ?? newest;
    return newest;
  }
}
