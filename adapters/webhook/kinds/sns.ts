/**
 * Amazon SNS, and so CloudWatch's alarms: signed by Amazon; the "secret" is the topic's ARN. docs.aws.amazon.com/sns.
 */
import { z } from "zod";
import { type Json, parsePayload } from "../payload.ts";
import { idText, verdict } from "../signature.ts";
import { type Delivered, defineKind, type Received } from "./kind.ts";

/** Confirms the subscription by itself when the message is Amazon's and of the configured topic. */
export const sns = defineKind("sns", z.strictObject({ kind: z.literal("sns") }), {
  verify,
  key: ({ payload }) => idText(payload.MessageId),
  titles: ["{AlarmName}: {NewStateValue}", "{detail-type}", "{Subject}"],
  async greets({ payload }, desk) {
    if (payload.Type !== "SubscriptionConfirmation") return false;
    await desk.confirm(payload);
    return true;
  },
  unwrap,
  isAnyType: true,
});

async function verify({ body, secret, now, sns }: Delivered) {
  const parsed = parsePayload(body);
  return verdict(parsed.ok && (await sns.isAuthentic(parsed.payload, secret, now)));
}

/** A message that is JSON itself is what people want to filter by; it is checked like any payload. */
function unwrap(envelope: Received["payload"]): { [key: string]: Json } {
  if (typeof envelope.Message !== "string") return envelope;
  const parsed = parsePayload(Buffer.from(envelope.Message));
  const { Subject = null, MessageId = null, TopicArn = null, Timestamp = null } = envelope;
  const about = { Subject, MessageId, TopicArn, Timestamp };
  return parsed.ok ? { ...about, ...parsed.payload, MessageId } : { ...about, Message: envelope.Message };
}
