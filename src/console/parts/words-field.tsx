/** A text field of several lines. In every form Enter sends and Shift+Enter begins a new line. */
import type { ComponentProps } from "react";

type WordsFieldProps = Omit<ComponentProps<"textarea">, "onKeyDown" | "enterKeyHint">;

/** Stands in a form: what Enter does is the form's own submit. */
export function WordsField(props: WordsFieldProps) {
  return (
    <textarea
      {...props}
      enterKeyHint="send"
      onKeyDown={(event) => {
        // Shift: a new line. Composing: Enter takes the word that an input method proposes.
        if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
        event.preventDefault();
        event.currentTarget.form?.requestSubmit();
      }}
    />
  );
}

export function SubmitKeys() {
  return (
    <span className="muted keys-hint">
      <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> begins a new line
    </span>
  );
}
