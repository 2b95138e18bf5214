/** The exact request behind a model answer, as the server renders it from the log. */
import { useQuery } from "@tanstack/react-query";
import { getRequest, keys } from "../api/calls.ts";
import { JsonView } from "../parts/json-view.tsx";
import { ErrorNote, Skeleton } from "../parts/notice.tsx";

export function PromptView({ runId, version }: { runId: string; version: number }) {
  const { data, error } = useQuery({
    queryKey: keys.request(runId, version),
    queryFn: () => getRequest(runId, version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!data) return error ? <ErrorNote error={error} /> : <Skeleton lines={8} label="Rendering the prompt" />;
  return (
    <>
      <JsonView label="Instructions" value={data.instructions} />
      <JsonView label={`Input · ${data.input.length} entries`} value={data.input} />
      <JsonView label={`Tools · ${data.tools.length}`} value={data.tools} />
      <p className="muted">
        <code>{data.prompt_hash}</code>
      </p>
    </>
  );
}
