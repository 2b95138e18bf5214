/** The servers of tools alone, for those who set them up: agents may still name tools that nobody has accepted. */
import { dirname, resolve } from "node:path";
import type { ToolServer } from "../tools/tool-server.ts";
import { allTools } from "./checks.ts";
import { isDemo, mergeEnvFile, readEnvironment, type Variables } from "./environment.ts";
import { loadFile } from "./file.ts";
import { toolSecrets } from "./tool-secrets.ts";

/** `problems`: what is wrong with the file and its tools; `secrets`: what must not be shown. */
export async function readToolServers(
  env: Variables,
  root: string,
): Promise<{ servers: ToolServer[]; secrets: readonly string[]; problems: readonly string[] }> {
  const problems: string[] = [];
  const variables = mergeEnvFile(env, root);
  // What is wrong in the environment is complained of by the bot.
  const { dataDir, model } = readEnvironment(variables, root, []);
  const path = resolve(root, variables.BELAY_CONFIG ?? "belay.config.ts");
  const file = await loadFile(path, variables.BELAY_CONFIG !== undefined, problems);
  const { secret, setting, values } = toolSecrets(variables, problems);
  const place = { dataDir, configDir: dirname(path), secret, setting, isDemo: isDemo(model) };
  const { servers } = allTools(file, place, problems);
  return { servers, secrets: values(), problems };
}
