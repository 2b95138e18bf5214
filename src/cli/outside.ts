/** What the doctor asks of the world: the model's server, the database, the server for mail. Changes nothing there. */
import type { Config } from "../config.ts";
import { broken, type Finding } from "../core/ports/finding.ts";

type Asked = Pick<Config, "model" | "agents" | "databaseUrl" | "mail" | "channelValues">;

/** Side by side, since each may take seconds. Never throws. */
export async function lookOutside(config: Asked): Promise<Finding[]> {
  const found = await Promise.all([modelFindings(config), databaseFindings(config), mailFindings(config)]);
  return found.flat();
}

async function modelFindings({ model: { apiKey, baseUrl, model }, agents }: Asked): Promise<Finding[]> {
  if (apiKey === null && baseUrl === null) return [];
  const models = [...new Set(agents.map((agent) => agent.model ?? model))];
  const { diagnoseModel } = await import("../../adapters/openai/doctor.ts");
  return diagnoseModel({ apiKey: apiKey ?? "none", baseUrl, models });
}

async function databaseFindings({ databaseUrl }: Asked): Promise<Finding[]> {
  if (/^postgres(ql)?:/.test(databaseUrl)) {
    const { diagnoseDatabase } = await import("../../adapters/postgres/doctor.ts");
    return [await diagnoseDatabase(databaseUrl)];
  }
  const { diagnoseFile } = await import("../../adapters/sqlite/doctor.ts");
  return [diagnoseFile(databaseUrl)];
}

async function mailFindings({ mail, channelValues }: Asked): Promise<Finding[]> {
  const smtpUrl = channelValues.SMTP_URL;
  if (smtpUrl !== undefined) {
    const { diagnoseSmtp } = await import("../../adapters/email/doctor.ts");
    return [await diagnoseSmtp(smtpUrl)];
  }
  if (mail === null) return [];
  const detail = "mail comes in, and no answer can be sent: SMTP_URL is not set";
  return [broken("SMTP_URL", detail, "Set it to smtp://… or smtps://…; docs/email.md.")];
}
