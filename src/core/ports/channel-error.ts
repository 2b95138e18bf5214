/** A send that failed, by what that means for the post. */

/** What a send that failed means for the post. Everything but `body`, and a place that is gone for good, is kept. */
export type SendFailure =
  /** These words can't stand in any form that the platform has, a file included. */
  | { type: "body" }
  /** The place takes nothing now: somebody must invite, permit, unarchive. `gone`: it never comes back. */
  | { type: "place"; gone: boolean }
  /** Between us and the place something is broken, and the post surely did not arrive by this try. */
  | { type: "way"; retryAfterMs: number | null }
  /** The post may have arrived: look before it is sent again. */
  | { type: "uncertain"; retryAfterMs: number | null }
  /** A rate limit or somebody else's turn: no attempt was made. */
  | { type: "wait"; retryAfterMs: number }
  /** The message that should be edited is gone or closed to edits: post anew. */
  | { type: "anew" };

/** The one error of `Channel.post`; `message` is for the log and the outbox, without secrets. */
export class ChannelError extends Error {
  readonly failure: SendFailure;
  /** A part of the post was sent before it failed: the next try looks first. */
  readonly partly: boolean;
  constructor(message: string, failure: SendFailure, options: { partly?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ChannelError";
    this.failure = failure;
    this.partly = options.partly ?? false;
  }

  /** The same failure after a part of the post was sent. */
  afterPart(): ChannelError {
    return new ChannelError(this.message, this.failure, { partly: true, cause: this.cause });
  }

  /** ms that the other side, or its rate, asks us to wait; null: it did not say. */
  get retryAfterMs(): number | null {
    return "retryAfterMs" in this.failure ? this.failure.retryAfterMs : null;
  }
}
