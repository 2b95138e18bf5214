/** The first view, on a line so slow that the script is still on its way when everything else could be here. */
import { expect, it } from "vitest";
import { writeHistory } from "../support/console/history.ts";
import { gate } from "../support/gate.ts";
import { patient, theConsole } from "./session.ts";

const on = theConsole({ fill: (store) => writeHistory(store, Date.now()) });

it("asks for its data while the script loads, once, and says that it is loading", {
  timeout: patient,
}, async () => {
  const page = await on.browser.newPage();
  page.setDefaultTimeout(patient / 2);
  const script = gate();
  await page.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
    await script.pass();
    await route.continue();
  });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url().slice(on.bot.url.length)));
  const data = ["/session", "/agent/runs?limit=60", "/questions?limit=50"];
  const answered = data.map((path) => page.waitForResponse(`${on.bot.url}${path}`));
  await page.goto(`${on.bot.url}/`, { waitUntil: "commit" });
  await Promise.all([...answered, script.reached]);
  await page.getByText("console is loading").waitFor();
  script.open();
  await page.locator(".run-list .row").first().waitFor();
  await page.locator(".needs-you .row").first().waitFor();
  for (const path of data)
    expect(
      asked.filter((url) => url === path),
      path,
    ).toHaveLength(1);
  await page.close();
});
