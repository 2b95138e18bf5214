/**
 * Stands in for Prometheus and Alertmanager where a machine lacks them: it answers in their form what the shop itself
 * says, and tells of the alert as Alertmanager would.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { rule, type Webhook } from "./watch.ts";

export interface StandIn {
  url: string;
  stop(): Promise<void>;
}

/** What the stand-in knows of the shop. */
interface Seen {
  /** null: it does not say, for example while it is started again. Then there is no value, which is not zero. */
  isFailing: boolean | null;
  /** Unix seconds of the last moment at which it began to fail; null: it never did. */
  failedAt: number | null;
}

/** `shop`: its address. Tells `webhook` when the shop fails, and when it is well again. */
export async function startStandIn(shop: string, webhook: Webhook): Promise<StandIn> {
  const ending = new AbortController();
  let failedAt: number | null = null;
  const look = async (): Promise<Seen> => {
    const text = await fetch(`${shop}/metrics`)
      .then((answer) => answer.text())
      .catch(() => null);
    const isFailing = text === null ? null : /^shop_failing 1$/m.test(text);
    if (isFailing) failedAt ??= Date.now() / 1000;
    return { isFailing, failedAt };
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answerTo(pathname, await look())));
  });
  const url = await listen(server);
  const watching = (async () => {
    for (let told = false; !ending.signal.aborted; ) {
      const seen = await look();
      // What could not be told is told at the next look.
      if (seen.isFailing === !told && (await tell(webhook, seen))) told = seen.isFailing;
      await wait(500, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  return {
    url,
    async stop() {
      ending.abort();
      await watching;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { alert: alertname, labels: own, annotations } = rule;
const labels = { alertname, ...own, instance: "127.0.0.1:8080", job: "shop" };
const fingerprint = "0f5cd0ffb62b4f2e";
const series = { __name__: "shop_failing", instance: "127.0.0.1:8080", job: "shop" };

function answerTo(path: string, { isFailing, failedAt }: Seen): unknown {
  const now = Math.floor(Date.now() / 1000);
  const activeAt = new Date((failedAt ?? now) * 1000).toISOString();
  const alerts = isFailing ? [{ labels, annotations, state: "firing", activeAt, value: "1e+00" }] : [];
  switch (path) {
    case "/api/v1/query":
      return success({
        resultType: "vector",
        result: isFailing === null ? [] : [{ metric: {}, value: [now, isFailing ? "1" : "0"] }],
      });
    case "/api/v1/query_range": {
      const points = Array.from({ length: 61 }, (_, n) => now - 60 + n);
      const valueAt = (at: number) =>
        isFailing && failedAt !== null && at >= Math.floor(failedAt) ? "1" : "0";
      return success({
        resultType: "matrix",
        result: isFailing === null ? [] : [{ metric: {}, values: points.map((at) => [at, valueAt(at)]) }],
      });
    }
    case "/api/v1/alerts":
      return success({ alerts });
    case "/api/v1/label/__name__/values":
      return success([series.__name__, "shop_requests_total"]);
    case "/api/v2/alerts":
      return alerts.map((one) => ({
        ...{ labels: one.labels, annotations, fingerprint, generatorURL: "" },
        ...{ startsAt: activeAt, endsAt: activeAt, updatedAt: activeAt, receivers: [{ name: "belay" }] },
        status: { state: "active", inhibitedBy: [], silencedBy: [] },
      }));
    default:
      return { status: "error", errorType: "stand_in", error: `no answer to ${path} stands here` };
  }
}

function success(data: unknown): unknown {
  return { status: "success", data };
}

/** Whether the webhook took it. */
async function tell({ url, token }: Webhook, { isFailing, failedAt }: Seen): Promise<boolean> {
  const status = isFailing ? "firing" : "resolved";
  const startsAt = new Date((failedAt ?? 0) * 1000).toISOString();
  const endsAt = isFailing ? "0001-01-01T00:00:00Z" : new Date().toISOString();
  const alert = { status, labels, annotations, startsAt, endsAt, fingerprint };
  const asked = fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({
      ...{ receiver: "belay", status, alerts: [{ ...alert, generatorURL: "" }], truncatedAlerts: 0 },
      ...{ groupLabels: { alertname }, commonLabels: labels, commonAnnotations: annotations },
      ...{ externalURL: "", version: "4", groupKey: `{}:{alertname="${alertname}"}` },
    }),
  });
  return asked.then(
    ({ ok }) => ok,
    () => false,
  );
}
