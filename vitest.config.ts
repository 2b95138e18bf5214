/**
 * How the tests run: a few processes at a time, since many start servers. Most files share a process with others, so
 * that what they import is loaded once.
 */
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole processes that are killed at every point: `npm run test:kills`. */
const kills = ["test/faults/**/*.test.ts", "test/**/kill.test.ts", "test/journeys/incident.test.ts"];
/** The console in a real Chromium: `npm run test:browser`. */
const browser = ["test/browser/**/*.test.ts"];
/** Each puts something else in the place of a module, which would be there for the next file as well. */
const alone = ["test/engine/follow-up.test.ts", "test/tools/process-id.test.ts"];

/** They wait more than they work: begun first, so that no worker waits for one of them at the end. */
const longest = [
  "readme.test.ts",
  "contracts/store.test.ts",
  "journeys/",
  "cli/incident/demo-incident.test.ts",
  "properties/linear.test.ts",
  "adapters/terminal/chat.test.ts",
  "cli/",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const [, path = ""] = moduleId.split("/test/");
      const found = longest.findIndex((beginning) => path.startsWith(beginning));
      return found === -1 ? longest.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: "test/support/console/build.ts",
    pool: "forks",
    maxWorkers: 4,
    // These end what hangs, and nothing else: a machine may be slow, and busy with the other tests.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          exclude: [...browser, ...kills, ...alone],
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: alone } },
      { extends: true, test: { name: "browser", include: browser, isolate: false } },
      // One test starts a hundred processes.
      { extends: true, test: { name: "kills", include: kills, testTimeout: 900_000 } },
    ],
  },
});
