/** What each of Discord's JSON error codes means for a post: its words, its place, or the way to it. */
import { RESTJSONErrorCodes as Code } from "discord.js";
import type { SendFailure } from "../../src/core/ports/channel-error.ts";

/** `unknown`: Discord may have done it all the same. */
export type Refusal = SendFailure | { type: "unknown" };

const ofBody: readonly number[] = [
  Code.ExplicitContentCannotBeSentToTheDesiredRecipient,
  Code.MaximumNumberOfAttachmentsInAMessageReached,
  Code.RequestEntityTooLarge,
  Code.CannotSendAnEmptyMessage,
  Code.InvalidFormBodyOrContentType,
  Code.FileUploadedExceedsMaximumSize,
  Code.InvalidFileUploaded,
  Code.InvalidMessageType,
  Code.RequestBodyContainsInvalidJSON,
  Code.ProvidedFileIsInvalid,
  Code.ProvidedFileTypeIsInvalid,
  Code.UploadedFileNotFound,
  Code.MessageWasBlockedByAutomaticModeration,
  Code.MessageBlockedByHarmfulLinksFilter,
  Code.AccessToFileUploadsHasBeenLimitedForThisGuild,
];

const ofWay: readonly number[] = [
  Code.UnknownAccount,
  Code.UnknownApplication,
  Code.UnknownToken,
  Code.BotsCannotUseThisEndpoint,
  Code.NotAuthorizedToPerformThisActionOnThisApplication,
  Code.Unauthorized,
  Code.VerifyYourAccount,
  Code.SendMessagesHasBeenTemporarilyDisabled,
  Code.FeatureTemporarilyDisabledServerSide,
  Code.ConnectionHasBeenRevoked,
  Code.CloudflareIsBlockingYourRequest,
  Code.InvalidToken,
  Code.InvalidAPIVersion,
  Code.InvalidRequestOrigin,
  Code.TheUserAccountMustFirstBeVerified,
  Code.TwoFactorAuthenticationIsRequired,
];

/** Discord was too busy, or says no more than "error". */
const unknown: readonly number[] = [
  Code.GeneralError,
  Code.IndexNotYetAvailable,
  Code.ApplicationNotYetAvailable,
  Code.APIResourceOverloaded,
];

/** Code → ms to wait: it says no more than that it is too much now. */
const waits: ReadonlyMap<number, number> = new Map([
  [Code.ActionCannotBePerformedDueToSlowmodeRateLimit, 10_000],
  [Code.AnnouncementEditLimitExceeded, 60_000],
  [Code.ChannelWriteRateLimit, 10_000],
  [Code.ServerWriteRateLimit, 10_000],
  [Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached, 60_000],
  [Code.OpeningDirectMessagesTooFast, 60_000],
  [Code.ServiceResourceIsBeingRateLimited, 10_000],
]);

const anew: readonly number[] = [
  Code.UnknownMessage,
  Code.CannotEditMessageAuthoredByAnotherUser,
  Code.CannotExecuteActionOnSystemMessage,
];

/** A code that is not listed is taken for one of the place: kept, tried slowly, and its requester is told. */
export function refusalOf(code: number): Refusal {
  if (ofBody.includes(code)) return { type: "body" };
  if (ofWay.includes(code)) return { type: "way", retryAfterMs: null };
  if (unknown.includes(code)) return { type: "unknown" };
  if (anew.includes(code)) return { type: "anew" };
  const retryAfterMs = waits.get(code);
  if (retryAfterMs !== undefined) return { type: "wait", retryAfterMs };
  return { type: "place", gone: code === Code.UnknownChannel };
}

/** The thread takes nothing more from us: the channel around it may. */
export function isClosedThread(code: number | null): boolean {
  return code !== null && closed.includes(code);
}

const closed: readonly number[] = [
  Code.ThreadLocked,
  Code.InvalidActionOnArchivedThread,
  Code.MissingPermissions,
  Code.UnknownChannel,
];
