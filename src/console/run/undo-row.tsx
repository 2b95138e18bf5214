/** The way back from an approved call, below its approval: a button, who pressed it, and what came of it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { argumentsInBrief } from "../../core/text/brief.ts";
import type { WireUndo } from "../../http/wire/questions.ts";
import { keys, newKey, undo as takeBack } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { Mark } from "../parts/mark.tsx";
import { ErrorNote } from "../parts/notice.tsx";

const states = {
  offered: { shape: "note", words: "" },
  asked: { shape: "waiting", words: "Undo" },
  undone: { shape: "done", words: "Undone" },
  refused: { shape: "cancelled", words: "Undo refused" },
  failed: { shape: "failed", words: "Undo failed" },
} as const;

interface UndoRowProps {
  runId: string;
  questionId: string;
  undo: WireUndo;
}

/** A run that has ended is followed no more: until its undo has ended too it is asked for. */
const lookMs = 3_000;

export function UndoRow({ runId, questionId, undo }: UndoRowProps) {
  const client = useQueryClient();
  const isElsewhere = undo.state === "asked" && undo.run_id !== null;
  useEffect(() => {
    if (!isElsewhere) return;
    const look = () => void client.invalidateQueries({ queryKey: keys.run(runId) });
    const timer = setInterval(look, lookMs);
    return () => clearInterval(timer);
  }, [client, runId, isElsewhere]);
  return undo.state === "offered" ? (
    <Offered runId={runId} questionId={questionId} undo={undo} />
  ) : (
    <p className="undo">
      <Mark shape={states[undo.state].shape} />
      <span>
        <b>{states[undo.state].words}</b> ·{" "}
        {undo.asked_by
          ? `asked by ${undo.asked_by.name}`
          : undo.run_id === null
            ? "by the run itself"
            : "by another run of this conversation"}
        {undo.words === "" ? "" : ` · ${undo.words}`}
      </span>
      {undo.run_id !== null && <Link href={`/runs/${undo.run_id}`}>Open</Link>}
    </p>
  );
}

function Offered({ runId, questionId, undo }: UndoRowProps) {
  const client = useQueryClient();
  const [key] = useState(newKey);
  const press = useMutation({
    mutationFn: () => takeBack(runId, questionId, key),
    onSuccess: (run) => client.setQueryData(keys.run(run.id), run),
    onSettled: () => client.invalidateQueries({ queryKey: keys.run(runId) }),
  });
  return (
    <>
      <p className="undo">
        <Button onPress={() => press.mutate()} why={undo.can.why} pending={press.isPending}>
          Undo…
        </Button>
        <span>
          It can be undone by <code>{`${undo.tool} ${argumentsInBrief(undo.input)}`}</code>.
        </span>
      </p>
      <ErrorNote error={press.error} />
    </>
  );
}
