/** What this bot is: its tools, and who may do what. Reviewed like code; secrets stay in the environment. */
import { join } from "node:path";
import { demoTools } from "./adapters/demo/tools.ts";
import { github } from "./adapters/github/tools.ts";
import { alertmanager, prometheus } from "./adapters/prometheus/tools.ts";
import { runbooks } from "./adapters/runbooks/tools.ts";
import { defineConfig } from "./src/config/file.ts";
import { local } from "./src/config/rights.ts";
import { currentTime } from "./src/tools/current-time.ts";
import { mathTools } from "./src/tools/math.ts";

export default defineConfig({
  // What has no address in the environment is off; the start and `npm run doctor` say what would switch it on.
  tools: ({ configDir, dataDir, isDemo, secret, setting }) => [
    ...mathTools,
    currentTime,
    ...demoTools({ file: join(dataDir, "restarts.log"), isDemo }),
    ...prometheus({ url: setting("PROMETHEUS_URL"), token: secret("PROMETHEUS_TOKEN") }),
    ...alertmanager({ url: setting("ALERTMANAGER_URL"), token: secret("ALERTMANAGER_TOKEN") }),
    // GITHUB_REPOS=owner/name,owner/name: no other repository can be asked for.
    ...github({ token: secret("GITHUB_TOKEN"), repos: setting("GITHUB_REPOS") }),
    ...runbooks({ folder: join(configDir, "runbooks") }),
  ],

  // Groups of people by their ids, for use below as "@oncall".
  people: {
    // oncall: ["slack:T1/U1", "slack:T1/U2"],
  },

  // Nobody but this machine's console and terminal and the holder of a token may do anything, until listed here.
  // "*" speaks of every agent. `requester` is whoever started the run.
  agents: {
    "*": {
      launch: local, // [...local, "slack:T1/*"]
      read: [...local, "requester"],
      answer: [...local, "requester"],
      approve: local, // [...local, "@oncall"]
      control: [...local, "requester"],
    },
  },

  // US dollars per million tokens. Check them against your provider's list.
  prices: {
    "gpt-5": { input: 1.25, cachedInput: 0.125, output: 10 },
    "gpt-5-mini": { input: 0.25, cachedInput: 0.025, output: 2 },
    "gpt-5-nano": { input: 0.05, cachedInput: 0.005, output: 0.4 },
  },
});
