/** What starts runs without a person at a keyboard, as belay.config.ts declares it: webhooks and mail. */
import { z } from "zod";
import { verificationSchema } from "../../adapters/webhook/kinds/list.ts";
import { faultOfPath } from "../../adapters/webhook/paths.ts";
import { pathsIn } from "../../adapters/webhook/title.ts";

export const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "is lower-case letters, digits and -");
const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "is the name of an environment variable");
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const path = z.string().superRefine((text, context) => {
  const fault = faultOfPath(text);
  if (fault !== null)
    context.addIssue({ code: "custom", message: `the path ${JSON.stringify(text)} ${fault}` });
});

/**
 * A fact about a delivery: `path` is dotted into the payload, or `header:<name>`; `*` is any element of a list, and a
 * dot inside a name is written `\\.`.
 */
const at = path.describe("a path into the payload, or `header:<name>`; `*` is any element of a list");
const condition = z.union([
  z.strictObject({ path: at, in: z.array(scalar).describe("holds when the value is one of these") }),
  z.strictObject({ path: at, notIn: z.array(scalar).describe("holds when the value is none of these") }),
  z.strictObject({
    path: at,
    startsWith: z.array(z.string()).describe("holds when the value begins with one of these"),
  }),
]);

/** One webhook as it is written in belay.config.ts. */
export const webhookSchema = z.strictObject({
  name: name.describe("the last part of the URL, and of the principal `webhook:<name>`"),
  verify: verificationSchema.describe("how its deliveries prove themselves: `{ kind: … }`, see below"),
  secretEnv: variable.describe("The variable that holds the secret. Unset: the route does not exist"),
  previousSecretEnv: variable
    .nullable()
    .default(null)
    .describe(
      "The variable that holds the secret of before, while senders change over. Unset: only the other one holds",
    ),
  title: z
    .string()
    .max(200)
    .refine(
      (template) => pathsIn(template).every((one) => faultOfPath(one) === null),
      "has a {path} that can't be",
    )
    .nullable()
    .default(null)
    .describe("What its runs are called, with `{path}` for values of the delivery; null: as the kind does"),
  filter: z.array(condition).default([]).describe("All must hold, else the delivery is uninteresting"),
  agent: name.default("default").describe("who works on its deliveries"),
  prompt: z
    .string()
    .describe(
      "File with what the agent is asked to do, relative to belay.config.ts. Nothing of the payload is put into it",
    ),
  fields: z.array(path).default([]).describe("Paths whose values are listed, as data, before the body"),
  speaksAt: z
    .string()
    .nullable()
    .default(null)
    .describe("Address where the run speaks; null: the console only"),
  concurrencyKey: z
    .array(path)
    .nullable()
    .default(null)
    .describe("Paths whose values name what a delivery is about: one live run for each"),
  resolvedWhen: z
    .array(condition)
    .default([])
    .describe("When these hold, the live run is told and none is started. Empty: never"),
  callback: z
    .strictObject({
      url: z.url().exactOptional().describe("where the outcome is sent"),
      path: path.exactOptional().describe("where the payload says where it is sent"),
      secretEnv: variable.describe("the variable that holds the key it is signed with"),
    })
    .nullable()
    .default(null)
    .describe("A signed callback with the outcome: to a fixed URL, or to the one at `path` in the payload"),
  github: z
    .strictObject({
      status: z.boolean().describe("set a commit status"),
      comment: z.boolean().describe("write a comment on the pull request"),
    })
    .nullable()
    .default(null)
    .describe("For GitHub: a commit status, a comment on the pull request"),
});
/** As belay.config.ts writes it. */
export type WebhookInput = z.input<typeof webhookSchema>;
/** With the prompt file's text in place of its path. */
export type WebhookConfig = z.infer<typeof webhookSchema>;

/** Hosts that callbacks may be sent to. */
export const callbackHostSchema = z.strictObject({
  host: z
    .string()
    .regex(/^[\w.-]+(:\d+)?$/, "is a host name, with a port or without")
    .describe("a host name, with a port or without"),
  private: z.boolean().default(false).describe("it may resolve to a private or loopback address"),
});

/** How results are told to GitHub. */
export const githubSchema = z.strictObject({
  tokenEnv: variable.describe("the variable that holds the token"),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default("https://api.github.com")
    .describe("GitHub's API"),
});

/** What every way for mail to come in has. */
const mailbox = {
  agent: name.default("default").describe("who answers its mail"),
  authservId: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "The id that our own MTA writes into Authentication-Results; null: none of these headers is believed",
    ),
  receipt: z.boolean().default(false).describe("Mail a receipt when a run starts"),
  speaksAt: z
    .string()
    .nullable()
    .default(null)
    .describe("Address where its runs speak besides the mail thread"),
};

const inboundMail = z.discriminatedUnion("provider", [
  z.strictObject({
    name: name.describe("the last part of the URL"),
    provider: z.enum(["raw", "postmark", "mailgun", "sendgrid"]).describe("who sends the mail here"),
    secretEnv: variable.describe(
      "the variable that holds a bearer token or HMAC key (raw), `user:password` (postmark), the signing key (mailgun) or the public key (sendgrid)",
    ),
    ...mailbox,
  }),
  z.strictObject({
    name: name.describe("the last part of the URL"),
    provider: z.literal("ses").describe("Amazon, which signs by itself"),
    topicArns: z.array(z.string()).min(1).describe("the topics that are listened to"),
    ...mailbox,
  }),
]);

/** The one mailbox as it is written in belay.config.ts. */
export const mailSchema = z.strictObject({
  from: z.email().describe("The bot's own address; replies carry a token behind a + in it"),
  fromName: z.string().default("Belay").describe("the name beside that address"),
  inbound: z.array(inboundMail).default([]).describe("ways for mail to come in, at `/mail/<name>`"),
  allow: z
    .array(z.string().regex(/^[^\s@*]*@[^\s@*]+$/, "is an address or @domain"))
    .default([])
    .describe(
      "Senders by address (`dana@example.com`) or domain (`@example.com`). Nobody else starts anything",
    ),
  listener: z
    .strictObject({
      port: z.int().min(0).max(65535).describe("the port on loopback"),
      lmtp: z.boolean().default(true).describe("LMTP; false: SMTP"),
      ...mailbox,
    })
    .nullable()
    .default(null)
    .describe("SMTP or LMTP on loopback, for a relay on this machine"),
});

export type MailConfig = z.infer<typeof mailSchema>;
