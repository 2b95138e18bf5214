/** The reason of a refusal: the model is told, and may try something else. */
import { useState } from "react";
import { Button } from "../parts/button.tsx";

interface RefuseFormProps {
  pending: boolean;
  onBack: () => void;
  onRefuse: (reason: string) => void;
}

export function RefuseForm({ pending, onBack, onRefuse }: RefuseFormProps) {
  const [reason, setReason] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!pending) onRefuse(reason);
      }}
    >
      <label>
        <span className="label">Why not? The model is told.</span>
        <textarea
          rows={2}
          // biome-ignore lint/a11y/noAutofocus: it opens because somebody pressed Refuse
          autoFocus
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
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
