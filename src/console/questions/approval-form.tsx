/** Approves a call as shown, refuses it with a reason, or edits its arguments, which asks for approval anew. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { approve, refuse } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { useKey } from "../parts/keyboard.ts";
import { ErrorNote, Skeleton } from "../parts/notice.tsx";
import { RefuseForm } from "./refuse-form.tsx";
import { type SettleFormProps, useSettle } from "./use-settle.ts";

const askedMs = 10_000;

const loadEditForm = () => import("./edit-form.tsx").then((module) => ({ default: module.EditForm }));
const EditForm = lazy(loadEditForm);

export function ApprovalForm({ runId, question, first, onRefused }: SettleFormProps) {
  const [doing, setDoing] = useState<"deciding" | "refusing" | "editing">("deciding");
  const [asked, setAsked] = useState(false);
  const buttons = useRef<HTMLDivElement>(null);
  const settle = useSettle(runId, onRefused);
  const ready = first && question.may_answer;
  const canRun = !question.tool_gone;
  const approving = () => settle.mutate((keyOf) => approve(runId, question.id, keyOf("approve")));
  useEffect(() => {
    // There before it is pressed: also when the server is away by then.
    void loadEditForm().catch(() => {});
  }, []);
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setAsked(false), askedMs);
    return () => clearTimeout(timer);
  }, [asked]);
  useKey("y", () => {
    if (!ready || !canRun || doing !== "deciding" || settle.isPending) return false;
    if (asked) approving();
    setAsked(!asked);
    return true;
  });
  useKey("e", () => {
    if (ready && canRun) setDoing("editing");
    return ready && canRun;
  });
  useKey("a", () => {
    if (ready) buttons.current?.querySelector("button")?.focus();
    return ready;
  });
  if (!question.may_answer || !question.call) return null;
  const back = () => setDoing("deciding");
  return (
    <div className="settle">
      {doing === "deciding" && (
        <div className="buttons" ref={buttons}>
          {canRun && (
            <Button look="primary" pending={settle.isPending} onPress={approving} hint="y">
              {settle.isPending ? "Approving…" : asked ? "Press y again to approve" : "Approve"}
            </Button>
          )}
          <Button look="danger" onPress={() => setDoing("refusing")}>
            Refuse…
          </Button>
          {canRun && (
            <Button onPress={() => setDoing("editing")} hint="e">
              Edit…
            </Button>
          )}
        </div>
      )}
      {doing === "refusing" && (
        <RefuseForm
          questionId={question.id}
          pending={settle.isPending}
          onBack={back}
          onRefuse={(reason) =>
            settle.mutate((keyOf) => refuse(runId, question.id, reason, keyOf(`refuse ${reason}`)))
          }
        />
      )}
      {doing === "editing" && (
        <Suspense fallback={<Skeleton lines={3} label="Loading the form" />}>
          <EditForm
            questionId={question.id}
            tool={question.call.tool}
            input={question.call.input}
            pending={settle.isPending}
            onBack={back}
            onApprove={(input) =>
              settle.mutate((keyOf) =>
                approve(runId, question.id, keyOf(`edit ${JSON.stringify(input)}`), input),
              )
            }
          />
        </Suspense>
      )}
      <ErrorNote error={settle.error} />
    </div>
  );
}
