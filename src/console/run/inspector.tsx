/** Everything the log knows about one line: arguments, result, the exact prompt, tokens, timing, raw events. */
import { Tabs } from "radix-ui";
import { readable } from "../../core/text/brief.ts";
import { count } from "../../core/text/count.ts";
import { durationInWords } from "../../core/text/duration.ts";
import type { WireEvent } from "../../http/wire/events.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { Button } from "../parts/button.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { clockSeconds } from "../parts/moment.ts";
import { cost } from "../parts/words.ts";
import type { Line } from "./line.ts";
import { PromptView } from "./prompt-view.tsx";

interface InspectorProps {
  run: RunState;
  line: Line;
  events: readonly WireEvent[];
  onClose: () => void;
}

export function Inspector({ run, line, events, onClose }: InspectorProps) {
  const raw = events.filter((event) => line.versions.includes(event.version));
  const isModel = line.kind === "model";
  return (
    <Tabs.Root defaultValue="step" className="inspector">
      <header className="inspector-head">
        <h2>{line.title}</h2>
        <Button look="quiet" onPress={onClose} hint="Esc">
          Close
        </Button>
      </header>
      <Tabs.List className="tabs" aria-label="Parts of this step">
        <Tabs.Trigger value="step">Step</Tabs.Trigger>
        {isModel && <Tabs.Trigger value="prompt">Prompt</Tabs.Trigger>}
        <Tabs.Trigger value="raw">Raw</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="step" className="tab">
        <StepFacts line={line} raw={raw} />
        <StepContent line={line} />
      </Tabs.Content>
      {isModel && (
        <Tabs.Content value="prompt" className="tab">
          <PromptView runId={run.id} version={line.versions[0] ?? 0} />
        </Tabs.Content>
      )}
      <Tabs.Content value="raw" className="tab">
        {raw.map((event) => (
          <JsonView key={event.version} label={`${event.version} · ${event.type}`} value={event.data} />
        ))}
      </Tabs.Content>
    </Tabs.Root>
  );
}

function StepFacts({ line, raw }: { line: Line; raw: readonly WireEvent[] }) {
  const facts: [string, string][] = raw.map((event) => [
    event.type.replaceAll("_", " "),
    clockSeconds(event.at),
  ]);
  if (line.ms !== null) facts.push(["took", durationInWords(line.ms)]);
  if (line.kind === "model") facts.push(...modelFacts(line.answer));
  if (line.kind === "call") facts.push(["call id", line.call.id]);
  return (
    <dl className="fact-list">
      {facts.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same kind of event may come twice, and the list only grows
        <div key={`${name}${index}`}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function modelFacts(answer: Extract<Line, { kind: "model" }>["answer"]): [string, string][] {
  const { usage } = answer;
  const facts: [string, string][] = [
    ["model", answer.model],
    ["provider", answer.provider],
    ["input tokens", count(usage.inputTokens)],
    ["from cache", count(usage.cachedTokens)],
    ["output tokens", count(usage.outputTokens)],
  ];
  if (usage.reasoningTokens > 0) facts.push(["reasoning tokens", count(usage.reasoningTokens)]);
  facts.push(["cost", cost(usage.costUsd) ?? (usage.costUsd === null ? "price not known" : "$0")]);
  facts.push(["prompt hash", answer.promptHash.slice(0, 16)]);
  return facts;
}

function StepContent({ line }: { line: Line }) {
  switch (line.kind) {
    case "call":
      return (
        <>
          <JsonView label="Arguments" value={line.call.input} />
          {line.error && <JsonView label="Error" value={line.error} />}
          {line.output !== null && <JsonView label="Result" value={readable(line.output)} />}
        </>
      );
    case "model":
      return (
        <>
          {line.answer.text && <JsonView label="Said" value={line.answer.text} />}
          {line.answer.refusal && <JsonView label="Refused" value={line.answer.refusal} />}
          {line.answer.calls.map((call) => (
            <JsonView key={call.id} label={`Chose ${call.tool}`} value={call.input} />
          ))}
        </>
      );
    case "question":
      return <JsonView label="Question" value={line.question} />;
    case "words":
      return line.text === "" ? null : <JsonView label="Words" value={line.text} />;
    case "outage":
    case "fold":
      return null;
  }
}
