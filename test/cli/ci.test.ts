/** `.ci/run` with an npm that does as told: what it counts, and that it ends. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../.ci/run");

/** `npm test` and `npm run check` are these lines of shell; `$report` is where the tests' report belongs. */
function ci(npmTest: string, npmRunCheck: string, limitSeconds = 60) {
  const root = mkdtempSync(join(tmpdir(), "belay-ci-"));
  try {
    for (const folder of [".ci", "bin"]) mkdirSync(join(root, folder));
    copyFileSync(script, join(root, ".ci/run"));
    const npm = `#!/bin/sh
for argument; do report=\${argument#--outputFile.json=}; done
if [ "$1" = test ]; then
${npmTest}
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
    const { status, stdout, stderr, error } = spawnSync(join(root, ".ci/run"), {
      encoding: "utf8",
      env: { PATH: path, CI_LIMIT_SECONDS: String(limitSeconds) },
      timeout: 25_000,
    });
    return { status, error, last: stdout.trimEnd().split("\n").at(-1), stderr };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const reports = (passed: number, failed: number) =>
  `echo '{"numPassedTests":${passed},"numFailedTests":${failed}}' > "$report"`;

describe.skipIf(process.platform === "win32")("the closing line", () => {
  it("counts the tests, and the check as one", () => {
    expect(ci(reports(7, 0), "exit 0")).toMatchObject({ status: 0, last: "8 passed, 0 failed" });
    expect(ci(`${reports(7, 2)}; exit 1`, "exit 1")).toMatchObject({ status: 1, last: "7 passed, 3 failed" });
  });

  it("counts a test run that broke as failed, whatever it reported", () => {
    expect(ci(`${reports(7, 0)}; exit 1`, "exit 0")).toMatchObject({ status: 1, last: "8 passed, 1 failed" });
    expect(ci("exit 1", "exit 0")).toMatchObject({ status: 1, last: "1 passed, 1 failed" });
  });

  it("comes when nothing ends by itself, with the end of all that was started", () => {
    const { stderr, ...rest } = ci("sleep 60 & wait", "sleep 60", 0);
    expect(rest).toEqual({ status: 1, error: undefined, last: "0 passed, 2 failed" });
    expect(stderr).toContain(".ci/run: npm test did not end within 0 seconds and was stopped.\n");
    expect(stderr).toContain(".ci/run: npm run check did not end within 0 seconds and was stopped.\n");
  });

  it("does not wait for what the tests left behind", () => {
    expect(ci(`sleep 60 & ${reports(7, 0)}`, "exit 0")).toMatchObject({
      ...{ status: 0, error: undefined, last: "8 passed, 0 failed" },
    });
  });
});
