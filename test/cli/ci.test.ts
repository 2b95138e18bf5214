/** `.ci/run` with an npm that does as told: what it counts, and that it ends. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { startProgram } from "../support/child.ts";

const script = join(import.meta.dirname, "../../.ci/run");

/** What each command of npm is: lines of shell, in which `$report` is where a report of tests belongs. */
interface Commands {
  test: string;
  browser: string;
  kills: string;
  check: string;
}

async function ci({ test, browser, kills, check }: Commands, limitSeconds = 60) {
  const root = mkdtempSync(join(tmpdir(), "belay-ci-"));
  try {
    for (const folder of [".ci", "bin"]) mkdirSync(join(root, folder));
    copyFileSync(script, join(root, ".ci/run"));
    const npm = `#!/bin/sh
for argument; do report=\${argument#--outputFile.json=}; done
case "$1 $2" in
test*)
${test} ;;
*test:browser)
${browser} ;;
*test:kills)
${kills} ;;
*)
${check} ;;
esac
`;
    writeFileSync(join(root, "bin/npm"), npm);
    chmodSync(join(root, "bin/npm"), 0o755);
    // There already: a test installs nothing on anybody's machine.
    copyFileSync(join(root, "bin/npm"), join(root, "bin/prometheus-alertmanager"));
    const path = [join(root, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
    // Ends when nobody holds its output open any more, so not before what it started.
    const child = startProgram(join(root, ".ci/run"), [], {
      env: { PATH: path, CI_LIMIT_SECONDS: String(limitSeconds) },
    });
    const { code, output, errors } = await child.ended;
    return { code, output, last: output.trimEnd().split("\n").at(-1), errors };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const reports = (passed: number, failed: number) =>
  `echo '{"numPassedTests":${passed},"numFailedTests":${failed}}' > "$report"`;

const well: Commands = {
  test: reports(7, 0),
  browser: reports(100, 0),
  kills: reports(20, 0),
  check: "exit 0",
};

describe.skipIf(process.platform === "win32")("the closing line", () => {
  it("counts the tests of all three commands, and the check as one", async () => {
    expect(await ci(well)).toMatchObject({ code: 0, last: "128 passed, 0 failed" });
    const test = `${reports(7, 2)}; exit 1`;
    const browser = `${reports(100, 8)}; exit 1`;
    const kills = `${reports(20, 4)}; exit 1`;
    expect(await ci({ test, browser, kills, check: "exit 1" })).toMatchObject({
      code: 1,
      last: "127 passed, 15 failed",
    });
  });

  it("follows each test that failed and each file that broke, with what they said", async () => {
    const failed = { status: "failed", fullName: "a sum is right", failureMessages: ["expected 3 to be 4"] };
    const passed = { status: "passed", fullName: "a product is right", failureMessages: [] };
    const report = {
      numPassedTests: 1,
      numFailedTests: 1,
      testResults: [
        { name: "/sums.test.ts", status: "failed", message: "", assertionResults: [passed, failed] },
        { name: "/hook.test.ts", status: "failed", message: "no database", assertionResults: [] },
      ],
    };
    const test = `echo '${JSON.stringify(report)}' > "$report"; exit 1`;
    const { output } = await ci({ ...well, test });
    expect(output).toBe(
      "failed: /sums.test.ts: a sum is right\nexpected 3 to be 4\n" +
        "failed: /hook.test.ts\nno database\n122 passed, 1 failed\n",
    );
  });

  it("follows the name of a run that broke although no test of it failed", async () => {
    const { output } = await ci({ ...well, kills: `${reports(20, 0)}; exit 1` });
    expect(output).toBe(
      'failed: kills: no test, but an error outside of them; look for "Unhandled Errors" above\n128 passed, 1 failed\n',
    );
  });

  it.each([
    ["that broke after its report", { test: `${reports(7, 0)}; exit 1` }, "128 passed, 1 failed"],
    ["of the browser that broke", { browser: `${reports(100, 0)}; exit 1` }, "128 passed, 1 failed"],
    ["without a report", { test: "exit 1", kills: `${reports(20, 0)}; exit 1` }, "121 passed, 2 failed"],
    ["that is well and has no report", { kills: "exit 0" }, "108 passed, 1 failed"],
  ])("counts a run %s as failed, whatever it reported", async (_, change, last) => {
    expect(await ci({ ...well, ...change })).toMatchObject({ code: 1, last });
  });

  it("comes when nothing ends by itself, with the end of all that was started", async () => {
    const sleeps = { test: "sleep 60 & wait", browser: "sleep 60", kills: "sleep 60", check: "sleep 60" };
    const { errors, code, last } = await ci(sleeps, 0);
    expect({ code, last }).toEqual({ code: 1, last: "0 passed, 4 failed" });
    for (const command of ["npm test", "npm run test:browser", "npm run test:kills", "npm run check"]) {
      expect(errors).toContain(`.ci/run: ${command} did not end within 0 seconds and was stopped.\n`);
    }
  });

  it("does not wait for what the tests left behind", async () => {
    const test = `sleep 60 & ${reports(7, 0)}`;
    expect(await ci({ ...well, test })).toMatchObject({ code: 0, last: "128 passed, 0 failed" });
  });
});
