/** Webhooks, schedules and mail with their secrets and templates in place. What lacks its secret is off. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "../core/actor.ts";
import type { Rights } from "../core/agent.ts";
import { launchPlace } from "./channels.ts";
import type { Variables } from "./environment.ts";
import type { ConfigFile } from "./file.ts";
import type { ScheduleConfig } from "./schedules.ts";
import type { MailConfig, WebhookConfig } from "./triggers.ts";

/** What starts runs, ready for the channels: every secret is a value, no longer a variable's name. */
export interface Triggers {
  /** Those whose secret is set. `prompt` is the text of its file, `speaksAt` a place as launches take it. */
  webhooks: readonly WebhookConfig[];
  schedules: readonly ScheduleConfig[];
  /** Its inbound routes are those whose secret is set. */
  mail: MailConfig | null;
  callbackHosts: ConfigFile["callbackHosts"];
  github: { token: string; apiUrl: string } | null;
  /** Values of the variables that webhooks and mail name. */
  triggerSecrets: Readonly<Record<string, string>>;
}

/** `folder`: where the prompt files' paths begin. */
export function resolveTriggers(
  file: ConfigFile,
  env: Variables,
  folder: string,
  problems: string[],
  warnings: string[],
): Triggers {
  checkUnique("webhooks", file.webhooks, problems);
  checkUnique("schedules", file.schedules, problems);
  checkUnique("mail.inbound", file.mail?.inbound ?? [], problems);
  const secrets: Record<string, string> = {};
  const hasSecret = (variable: string, what: string, without: string): boolean => {
    const value = env[variable];
    if (value) secrets[variable] = value;
    else warnings.push(`${what}: secret missing: ${without}; set ${variable}`);
    return Boolean(value);
  };

  const webhooks = file.webhooks
    .map((webhook) => ({ ...atPlace(webhook), prompt: readPrompt(webhook, folder, problems) }))
    .filter(({ name, secretEnv }) => hasSecret(secretEnv, `webhooks.${name}`, "the webhook is off"))
    .map((webhook) => {
      const previous = webhook.previousSecretEnv;
      // Its absence is the end of the rotation, nothing to warn of.
      if (previous !== null && env[previous]) secrets[previous] = env[previous];
      return webhook;
    })
    .map((webhook) => ({ ...webhook, callback: signedCallback(webhook, hasSecret) }));
  const inbound = (file.mail?.inbound ?? []).filter(
    (mailbox) =>
      mailbox.provider === "ses" ||
      hasSecret(mailbox.secretEnv, `mail.inbound.${mailbox.name}`, "the route is off"),
  );
  warnings.push(...unprovableMail(inbound, file.mail?.listener));
  const githubToken = file.github && env[file.github.tokenEnv];
  if (file.github && !githubToken) {
    warnings.push(`github: secret missing: GitHub is told no results; set ${file.github.tokenEnv}`);
  }
  return {
    webhooks,
    schedules: file.schedules.map((schedule) => ({
      ...schedule,
      address: schedule.address && launchPlace(schedule.address),
    })),
    mail: file.mail && {
      ...file.mail,
      inbound: inbound.map(atPlace),
      listener: file.mail.listener && atPlace(file.mail.listener),
    },
    callbackHosts: file.callbackHosts,
    github: file.github && githubToken ? { token: githubToken, apiUrl: file.github.apiUrl } : null,
    triggerSecrets: secrets,
  };
}

function atPlace<T extends { speaksAt: Address | null }>(one: T): T {
  return { ...one, speaksAt: one.speaksAt && launchPlace(one.speaksAt) };
}

/** Where only the header of our own mail server could prove a sender, and its name is not set. */
function unprovableMail(
  inbound: MailConfig["inbound"],
  listener: MailConfig["listener"] | undefined,
): string[] {
  const raw = inbound.filter(({ provider }) => provider === "raw");
  const places = [
    ...raw.map((one) => ({ ...one, at: `mail.inbound.${one.name}` })),
    ...(listener ? [{ ...listener, at: "mail.listener" }] : []),
  ];
  return places
    .filter(({ authservId }) => authservId === null)
    .map(
      ({ at }) =>
        `${at}: no sender can be proved, so its mail is put off; set authservId to the name that your mail server writes into Authentication-Results`,
    );
}

/** A result that can't be signed is not sent. */
function signedCallback(
  { name, callback }: WebhookConfig,
  hasSecret: (variable: string, what: string, without: string) => boolean,
): WebhookConfig["callback"] {
  return callback && hasSecret(callback.secretEnv, `webhooks.${name}.callback`, "no result is sent")
    ? callback
    : null;
}

function readPrompt(webhook: WebhookConfig, folder: string, problems: string[]): string {
  try {
    return readFileSync(join(folder, webhook.prompt), "utf8");
  } catch {
    problems.push(
      `webhooks.${webhook.name}: the prompt file ${webhook.prompt} can't be read; its path begins at belay.config.ts`,
    );
    return "";
  }
}

/** Pushes a line to `problems` for each name that two have. */
export function checkUnique(where: string, named: readonly { name: string }[], problems: string[]): void {
  const names = named.map((one) => one.name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(`${where}: two are named ${name}; the name must be unique`);
  }
}

/**
 * Declaring a trigger for an agent is the permission to launch it: `webhook:<name>`, `schedule:<name>`, and the
 * allowed senders as `email:<address>` or, for a whole domain, the group `email:@<domain>`.
 */
export function triggerRights(rights: Rights, agent: string, triggers: Triggers): Rights {
  const { webhooks, schedules, mail } = triggers;
  const speaksTo = (one: { agent: string }) => one.agent === agent;
  const byMail = mail && (mail.inbound.some(speaksTo) || (mail.listener && speaksTo(mail.listener)));
  return {
    ...rights,
    launch: [
      ...rights.launch,
      ...webhooks.filter(speaksTo).map((webhook) => `webhook:${webhook.name}`),
      ...schedules.filter(speaksTo).map((schedule) => `schedule:${schedule.name}`),
      ...(byMail ? mail.allow.map((sender) => `email:${sender.toLowerCase()}`) : []),
    ],
  };
}
