import { useWorkbench } from '../store/context.tsx';

/** The exact text that the model sees, line breaks included. */
export function PromptView() {
  const prompt = useWorkbench((state) => state.live?.prompt);
  const example = useWorkbench((state) => state.probe.manifest?.renderedPrompt);
  return (
    <div className="prompt">
      <h3>Prompt, to the letter</h3>
      <pre data-testid="prompt">{prompt ?? example ?? '…'}</pre>
    </div>
  );
}
