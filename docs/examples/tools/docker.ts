/** docker, as it can stand in belay.config.ts. Whoever may speak to its socket is root: give the bot a proxy that refuses the rest. */
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { name } from "../../../adapters/command/values.ts";
import type { Tool } from "../../../src/tools/contract.ts";

/** `host`: as in DOCKER_HOST; left out: this machine's. */
export function dockerTools({ dataDir, host }: { dataDir: string; host?: string }): Tool[] {
  const env = host === undefined ? {} : { DOCKER_HOST: host };
  const input = z.object({ container: name });
  return [
    command({
      name: "docker_ps",
      description: "All containers with their state.",
      effect: "read",
      input: z.object({}),
      argv: ["docker", "ps", "--all", "--format", "table {{.Names}}\t{{.Image}}\t{{.Status}}"],
      env,
    }),
    command({
      name: "docker_logs",
      description: "The last lines of a container's log.",
      effect: "read",
      input: input.extend({ lines: z.int().min(1).max(2_000) }),
      argv: ["docker", "logs", "--tail={lines}", "{container}"],
      env,
    }),
    command({
      name: "docker_restart",
      description: "Restart a container.",
      effect: "once",
      input,
      argv: ["docker", "restart", "{container}"],
      preview: ["docker", "ps", "--all", "--filter=name={container}", "--format={{.Names}} {{.Image}} {{.State}}"],
      env,
      dataDir,
    }),
  ];
}
