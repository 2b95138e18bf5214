/**
 * How the tests run: a few processes at a time, since many start servers. Most files share a process with others, so
 * that what they import is loaded once.
 */
import { defineConfig } from "vitest/config";

/** Whole processes that are killed at every point: `npm run test:kills`. */
const kills = ["test/faults/**/*.test.ts", "test/**/kill.test.ts", "test/journeys/incident.test.ts"];
/** Each puts something else in the place of a module, which would be there for the next file as well. */
const alone = ["test/engine/follow-up.test.ts"];

export default defineConfig({
  test: {
    globalSetup: "test/support/console/build.ts",
    pool: "forks",
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          exclude: [...kills, ...alone],
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: alone } },
      { extends: true, test: { name: "kills", include: kills } },
    ],
  },
});
