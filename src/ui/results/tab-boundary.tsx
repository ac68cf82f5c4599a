import { Component, type ReactNode } from 'react';

interface Props {
  /** What is drawn; another one is tried anew. */
  readonly of: readonly unknown[];
  readonly children: ReactNode;
}

/** Keeps what cannot be drawn to its own tab, and says why in its place. */
export class TabBoundary extends Component<Props, { readonly failure?: Error | undefined }> {
  override state: { readonly failure?: Error | undefined } = {};

  static getDerivedStateFromError(failure: Error) {
    return { failure };
  }

  override componentDidUpdate(before: Props): void {
    const isAnother = this.props.of.some((part, at) => part !== before.of[at]);
    if (isAnother && this.state.failure !== undefined) this.setState({ failure: undefined });
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    return (
      <p className="diagnosis-failure" role="alert">
        This result cannot be drawn: {failure.message}
      </p>
    );
  }
}
