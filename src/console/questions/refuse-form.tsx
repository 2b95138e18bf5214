/** The reason of a refusal: the model is told, and may try something else. */
import { useId } from "react";
import { Button } from "../parts/button.tsx";
import { useDraft } from "../parts/draft.ts";
import { WordsField } from "../parts/words-field.tsx";

interface RefuseFormProps {
  questionId: string;
  pending: boolean;
  onBack: () => void;
  onRefuse: (reason: string) => void;
}

export function RefuseForm({ questionId, pending, onBack, onRefuse }: RefuseFormProps) {
  const id = useId();
  const [reason, setReason] = useDraft(`refuse ${questionId}`);
  return (
    <form
      onKeyDown={(event) => event.key === "Escape" && onBack()}
      onSubmit={(event) => {
        event.preventDefault();
        if (!pending) onRefuse(reason);
      }}
    >
      <label htmlFor={id}>
        <span className="label">Why not? The model is told.</span>
      </label>
      {/* It opens because somebody pressed Refuse. */}
      <WordsField
        id={id}
        rows={2}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="buttons">
        <button type="submit" className="button danger" aria-busy={pending}>
          {pending ? "Refusing…" : "Refuse"}
        </button>
        <Button look="quiet" onPress={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}
