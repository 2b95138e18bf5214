/** A tool that starts a CI job and hands it the URL by which it tells this very run how it ended. */
import { z } from "zod";
import { OutcomeUnknown, type Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";

/** `url`: the CI's address; here as Jenkins takes a job with parameters. */
export function startJob({ url, token }: { url: string; token: string }): Tool {
  return defineTool({
    name: "start_job",
    description: "Start a CI job. Get done_url from event_url first; afterwards wait for that event.",
    effect: "once",
    input: z.object({ job: z.string(), done_url: z.url() }),
    run: async ({ job, done_url }, { signal }) => {
      const response = await fetch(`${url}/job/${encodeURIComponent(job)}/buildWithParameters`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: new URLSearchParams({ DONE_URL: done_url }),
        signal,
      }).catch((cause: unknown) => {
        throw new OutcomeUnknown("the CI did not answer", { cause });
      });
      if (!response.ok) throw new Error(`the CI answered ${response.status}`);
      return `${job} was started`;
    },
  });
}
