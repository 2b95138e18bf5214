/** `.ci/run` with an npm that does as told: what it counts, and that it ends. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { startProgram } from "../support/child.ts";

const script = join(import.meta.dirname, "../../.ci/run");

/**
 * `npm test`, `npm run test:kills` and `npm run check` are these lines of shell; `$report` is where a report of tests
 * belongs.
 */
async function ci(npmTest: string, npmRunKills: string, npmRunCheck: string, limitSeconds = 60) {
  const root = mkdtempSync(join(tmpdir(), "belay-ci-"));
  try {
    for (const folder of [".ci", "bin"]) mkdirSync(join(root, folder));
    copyFileSync(script, join(root, ".ci/run"));
    const npm = `#!/bin/sh
for argument; do report=\${argument#--outputFile.json=}; done
if [ "$1" = test ]; then
${npmTest}
elif [ "$2" = test:kills ]; then
${npmRunKills}
else
${npmRunCheck}
fi
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
    return { code, last: output.trimEnd().split("\n").at(-1), errors };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const reports = (passed: number, failed: number) =>
  `echo '{"numPassedTests":${passed},"numFailedTests":${failed}}' > "$report"`;

describe.skipIf(process.platform === "win32")("the closing line", () => {
  it("counts the tests of both commands, and the check as one", async () => {
    expect(await ci(reports(7, 0), reports(20, 0), "exit 0")).toMatchObject({
      code: 0,
      last: "28 passed, 0 failed",
    });
    expect(await ci(`${reports(7, 2)}; exit 1`, `${reports(20, 4)}; exit 1`, "exit 1")).toMatchObject({
      code: 1,
      last: "27 passed, 7 failed",
    });
  });

  it("counts a test run that broke as failed, whatever it reported", async () => {
    expect(await ci(`${reports(7, 0)}; exit 1`, reports(20, 0), "exit 0")).toMatchObject({
      code: 1,
      last: "28 passed, 1 failed",
    });
    expect(await ci("exit 1", `${reports(20, 0)}; exit 1`, "exit 0")).toMatchObject({
      code: 1,
      last: "21 passed, 2 failed",
    });
    expect(await ci(reports(7, 0), "exit 0", "exit 0")).toMatchObject({
      code: 1,
      last: "8 passed, 1 failed",
    });
  });

  it("comes when nothing ends by itself, with the end of all that was started", async () => {
    const { errors, ...rest } = await ci("sleep 60 & wait", "sleep 60", "sleep 60", 0);
    expect(rest).toEqual({ code: 1, last: "0 passed, 3 failed" });
    for (const command of ["npm test", "npm run test:kills", "npm run check"]) {
      expect(errors).toContain(`.ci/run: ${command} did not end within 0 seconds and was stopped.\n`);
    }
  });

  it("does not wait for what the tests left behind", async () => {
    expect(await ci(`sleep 60 & ${reports(7, 0)}`, reports(0, 0), "exit 0")).toMatchObject({
      code: 0,
      last: "8 passed, 0 failed",
    });
  });
});
