/** The configuration of the bot in the demo: the machine's own model, and nothing else of the team's bot. */
import { join } from "node:path";
import type { Variables } from "../../config/environment.ts";
import { type Config, loadConfig } from "../../config.ts";

export interface DemoPlace {
  /** For its database and token, which end with it. */
  folder: string;
  port: number;
  /** The bearer token of the alert's webhook. */
  token: string;
}

/** `variables`: where the shop and its watchers are. Throws ConfigError. */
export async function demoConfig(
  env: Variables,
  variables: Variables,
  { folder, port, token }: DemoPlace,
): Promise<Config> {
  const config = await loadConfig({
    ...env,
    ...variables,
    ALERTS_TOKEN: token,
    BELAY_CONFIG: "src/cli/incident/belay.config.ts",
    DATABASE_URL: join(folder, "incident.db"),
    LOG_LEVEL: "fatal",
    ...{ HOST: "127.0.0.1", PORT: String(port), PUBLIC_URL: undefined },
    ...{ GITHUB_TOKEN: undefined, GITHUB_TOKEN_FILE: undefined, GITHUB_REPOS: undefined },
  });
  // A second bot under the same app would take words from the team's own, and forget them when the demo ends.
  return { ...config, connections: {}, mail: null };
}
