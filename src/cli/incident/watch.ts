/** How the shop is watched: the rule that fires, and the files of Prometheus and Alertmanager. JSON is YAML, too. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Both fire within seconds, so that nobody waits. */
const rule = {
  alert: "CheckoutFailing",
  expr: "shop_failing > 0",
  for: "1s",
  labels: { severity: "page", service: "shop" },
  annotations: { summary: "Checkouts fail." },
};

/** Where the alert is told, and the bearer token that proves who tells it. */
export interface Webhook {
  url: string;
  token: string;
}

/** The arguments of `prometheus-alertmanager`, whose files lie in `folder`. */
export function alertmanagerArguments(folder: string, { url, token }: Webhook): string[] {
  const told = { url, http_config: { authorization: { credentials: token } } };
  const file = written(folder, "alertmanager.yml", {
    route: {
      ...{ receiver: "belay", group_by: ["alertname"] },
      ...{ group_wait: "1s", group_interval: "1s", repeat_interval: "1h" },
    },
    receivers: [{ name: "belay", webhook_configs: [told] }],
  });
  return [
    `--config.file=${file}`,
    `--storage.path=${join(folder, "alertmanager")}`,
    ...["--cluster.listen-address=", "--web.listen-address=127.0.0.1:0"],
  ];
}

/** The arguments of `prometheus`. `shop`, `alertmanager`: host and port of each. */
export function prometheusArguments(folder: string, at: { shop: string; alertmanager: string }): string[] {
  const rules = written(folder, "rules.yml", { groups: [{ name: "shop", rules: [rule] }] });
  const file = written(folder, "prometheus.yml", {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [at.alertmanager] }] }] },
    scrape_configs: [{ job_name: "shop", static_configs: [{ targets: [at.shop] }] }],
  });
  return [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, "tsdb")}`,
    "--web.listen-address=127.0.0.1:0",
  ];
}

/** What both write to their log once they listen: the address. */
export const listening = /msg="Listening on" address=(127\.0\.0\.1:\d+)/;

function written(folder: string, name: string, content: unknown): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}
