/** What starts runs without a person at a keyboard, as belay.config.ts declares it: webhooks, schedules, mail. */
import { z } from "zod";
import { verificationSchema } from "../../adapters/webhook/kinds/list.ts";
import { faultOfPath } from "../../adapters/webhook/paths.ts";
import { pathsIn } from "../../adapters/webhook/title.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "is lower-case letters, digits and -");
const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "is the name of an environment variable");
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const timezone = z.string().refine(isTimezone, "is no time zone such as Europe/Berlin");

const path = z.string().superRefine((text, context) => {
  const fault = faultOfPath(text);
  if (fault !== null)
    context.addIssue({ code: "custom", message: `the path ${JSON.stringify(text)} ${fault}` });
});

/**
 * A fact about a delivery: `path` is dotted into the payload, or `header:<name>`; `*` is any element of a list, and a
 * dot inside a name is written `\\.`.
 */
const condition = z.union([
  z.strictObject({ path, in: z.array(scalar) }),
  z.strictObject({ path, notIn: z.array(scalar) }),
  z.strictObject({ path, startsWith: z.array(z.string()) }),
]);

export const webhookSchema = z.strictObject({
  /** The last part of the URL, and of the principal `webhook:<name>`. */
  name,
  verify: verificationSchema,
  /** The variable that holds the secret. Unset: the route does not exist. */
  secretEnv: variable,
  /** The variable that holds the secret of before, while senders change over. Unset: only the other one holds. */
  previousSecretEnv: variable.nullable().default(null),
  /** What its runs are called, with `{path}` for values of the delivery; null: as the kind does. */
  title: z
    .string()
    .max(200)
    .refine(
      (template) => pathsIn(template).every((one) => faultOfPath(one) === null),
      "has a {path} that can't be",
    )
    .nullable()
    .default(null),
  /** All must hold, else the delivery is uninteresting. */
  filter: z.array(condition).default([]),
  agent: name.default("default"),
  /** File with what the agent is asked to do, relative to belay.config.ts. Nothing of the payload is put into it. */
  prompt: z.string(),
  /** Paths whose values are listed, as data, before the body. */
  fields: z.array(path).default([]),
  /** Address where the run speaks; null: the console only. */
  speaksAt: z.string().nullable().default(null),
  /** Paths whose values name what a delivery is about: one live run for each. */
  concurrencyKey: z.array(path).nullable().default(null),
  /** When these hold, the live run is told and none is started. Empty: never. */
  resolvedWhen: z.array(condition).default([]),
  /** A signed callback with the outcome: to a fixed URL, or to the one at `path` in the payload. */
  callback: z
    .strictObject({ url: z.url().exactOptional(), path: path.exactOptional(), secretEnv: variable })
    .nullable()
    .default(null),
  /** For GitHub: a commit status, a comment on the pull request. */
  github: z.strictObject({ status: z.boolean(), comment: z.boolean() }).nullable().default(null),
});
/** As belay.config.ts writes it. */
export type WebhookInput = z.input<typeof webhookSchema>;
/** With the prompt file's text in place of its path. */
export type WebhookConfig = z.infer<typeof webhookSchema>;

/** Hosts that callbacks may be sent to; `private`: it may resolve to a private or loopback address. */
export const callbackHostSchema = z.strictObject({
  host: z.string().regex(/^[\w.-]+(:\d+)?$/, "is a host name, with a port or without"),
  private: z.boolean().default(false),
});

/** How results are told to GitHub. */
export const githubSchema = z.strictObject({
  tokenEnv: variable,
  apiUrl: z.url({ protocol: /^https?$/ }).default("https://api.github.com"),
});

export const scheduleSchema = z.strictObject({
  name,
  /** Five fields: minute, hour, day, month, weekday. */
  cron: z.string().regex(/^\S+( +\S+){4}$/, "is five cron fields"),
  timezone: timezone.default("UTC"),
  agent: name.default("default"),
  task: z.string().trim().min(1),
  address: z.string().nullable().default(null),
});

/** What every way for mail to come in has. */
const mailbox = {
  agent: name.default("default"),
  /** The id that our own MTA writes into Authentication-Results; null: none of these headers is believed. */
  authservId: z.string().nullable().default(null),
  /** Mail a receipt when a run starts. */
  receipt: z.boolean().default(false),
  /** Address where its runs speak besides the mail thread. */
  speaksAt: z.string().nullable().default(null),
};

const inboundMail = z.discriminatedUnion("provider", [
  /** The variable holds a bearer token or HMAC key (raw), `user:password` (postmark), the signing key (mailgun) or
   * the public key (sendgrid). */
  z.strictObject({
    name,
    provider: z.enum(["raw", "postmark", "mailgun", "sendgrid"]),
    secretEnv: variable,
    ...mailbox,
  }),
  /** Amazon signs by itself; only these topics are listened to. */
  z.strictObject({ name, provider: z.literal("ses"), topicArns: z.array(z.string()).min(1), ...mailbox }),
]);

export const mailSchema = z.strictObject({
  /** The bot's own address; replies carry a token behind a + in it. */
  from: z.email(),
  fromName: z.string().default("Belay"),
  inbound: z.array(inboundMail).default([]),
  /** Senders by address (`dana@example.com`) or domain (`@example.com`). Nobody else starts anything. */
  allow: z.array(z.string().regex(/^[^\s@*]*@[^\s@*]+$/, "is an address or @domain")).default([]),
  /** SMTP or LMTP on loopback, for a relay on this machine. */
  listener: z
    .strictObject({ port: z.int().min(0).max(65535), lmtp: z.boolean().default(true), ...mailbox })
    .nullable()
    .default(null),
});

export type ScheduleConfig = z.infer<typeof scheduleSchema>;
export type MailConfig = z.infer<typeof mailSchema>;

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
