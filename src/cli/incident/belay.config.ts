/** What the bot of `npm run demo:incident` is: the shipped agents, and tools that really look at one shop and restart it. */
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { demoTools } from "../../../adapters/demo/tools.ts";
import { github } from "../../../adapters/github/tools.ts";
import { alertmanager, prometheus } from "../../../adapters/prometheus/tools.ts";
import { prometheusVerify } from "../../../adapters/prometheus/verify.ts";
import { runbooks } from "../../../adapters/runbooks/tools.ts";
import { defineConfig } from "../../config/file.ts";
import { local } from "../../config/rights.ts";
import { currentTime } from "../../tools/current-time.ts";
import { mathTools } from "../../tools/math.ts";

const shop = z.object({ reason: z.enum(["failing checkouts", "routine"]) });
const script = (name: string) => join(import.meta.dirname, `${name}.ts`);

export default defineConfig({
  tools: ({ configDir, dataDir, isDemo, secret, setting }) => [
    ...mathTools,
    currentTime,
    ...prometheus({ url: setting("PROMETHEUS_URL") }),
    ...alertmanager({ url: setting("ALERTMANAGER_URL") }),
    ...github({ token: secret("GITHUB_TOKEN"), repos: setting("GITHUB_REPOS") }),
    ...runbooks({ folder: join(configDir, "runbooks") }),
    ...demoTools({ file: join(dataDir, "restarts.log"), isDemo }).filter(
      ({ spec }) => !["restart_service", "service_status"].includes(spec.name),
    ),
    command({
      name: "service_status",
      description: "What the shop says of itself.",
      effect: "read",
      input: z.object({}),
      argv: [process.execPath, script("status"), setting("SHOP_PORT").value ?? ""],
    }),
    command({
      name: "restart_service",
      description: "Restart the shop.",
      input: shop,
      argv: [process.execPath, script("restart"), setting("SHOP_PID_FILE").value ?? "", "{reason}"],
      dataDir,
      pollMs: 500,
      requiresApproval: true,
      verify: prometheusVerify({
        url: setting("PROMETHEUS_URL"),
        query: "max(shop_failing)",
        better: (value) => value === 0,
        window: "2m",
        everyMs: 1000,
      }),
    }),
  ],
  webhooks: [
    {
      name: "alerts",
      agent: "operator",
      verify: { kind: "alertmanager" },
      secretEnv: "ALERTS_TOKEN",
      prompt: "prompt.md",
      speaksAt: "terminal:incident",
      concurrencyKey: ["groupKey"],
      resolvedWhen: [{ path: "status", in: ["resolved"] }],
    },
  ],
  agents: { "*": { launch: local, read: local, answer: local, approve: local, control: local } },
});
