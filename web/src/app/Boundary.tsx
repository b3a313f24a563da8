import { Component, type ReactNode } from "react";
import { PageError } from "./PageError";

/** What breaks in a page stays in it: the bar, and with it the kill switch, goes on. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error ? <PageError error={error} reset={() => this.setState({ error: null })} /> : this.props.children;
  }
}
