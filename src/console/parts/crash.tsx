/** An error boundary: a part that fails shows its error in its place, and the rest of the page goes on. */
import { Component, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { ErrorNote } from "./notice.tsx";

interface CrashProps {
  /** Another value tries again: the path that is shown. */
  at: string;
  children: ReactNode;
}

export class Crash extends Component<CrashProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate(before: CrashProps) {
    if (before.at !== this.props.at && this.state.error) this.setState({ error: null });
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <div className="crash">
        <h1>This part can’t be shown</h1>
        <ErrorNote error={this.state.error} />
        <Button onPress={() => location.reload()}>Load the page again</Button>
      </div>
    );
  }
}
