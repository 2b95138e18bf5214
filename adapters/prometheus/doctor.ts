/** What the doctor asks of Prometheus and Alertmanager: whether they answer, and whether there is anything to see. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import type { Connection } from "../../src/tools/connection.ts";
import { instantSchema, statusSchema } from "./answers.ts";
import { ask, type Server } from "./client.ts";

/** `ask`'s words are for the model; up to the first `;` they say what was found. */
function trying(server: Server, look: (signal: AbortSignal) => Promise<Finding>): Connection {
  const { title, base } = server;
  return {
    check: title,
    diagnose: async (signal) => {
      try {
        return [await look(signal)];
      } catch (error) {
        const [found = ""] = (error instanceof Error ? error.message : String(error)).split("; ");
        const token = server.token?.isSet ? ` and ${server.token.name}` : "";
        const name = title.toUpperCase();
        const fix = `Check ${name}_URL (${base})${token} in belay.config.ts or the environment, and that ${title} is up.`;
        return [broken(title, found, fix)];
      }
    },
  };
}

export function tryingPrometheus(server: Server): Connection {
  return trying(server, async (signal) => {
    const params = [["query", "sum(up)"]] as const;
    const { data } = await ask(server, "/api/v1/query", instantSchema, signal, { method: "POST", params });
    const up = data.resultType === "vector" ? data.result[0]?.value?.[1] : undefined;
    const words =
      up === undefined ? "it has no targets, or none that it knows as `up`" : `${up} targets are up`;
    return fine(server.title, `answers at ${server.base}; ${words}`);
  });
}

export function tryingAlertmanager(server: Server): Connection {
  return trying(server, async (signal) => {
    const { versionInfo, cluster } = await ask(server, "/api/v2/status", statusSchema, signal);
    return fine(server.title, `${versionInfo.version} at ${server.base}; its cluster is ${cluster.status}`);
  });
}
