import { useEffect, useRef } from 'react';
import { KEYS } from '../keys.ts';

/** What the page shows, in plain words, and its keys. Esc closes it. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // Else the first link has the focus, and a small screen opens scrolled down to it.
    heading.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title" ref={heading} tabIndex={-1}>
        What am I looking at?
      </h2>
      <p>
        A vision-language model answers questions about a picture. Here the same small drawing is
        put into each of nine cells, one after the other, and the model is asked each time whether
        it is there. The right answer is the same everywhere; many models&rsquo; answers depend on
        the cell. A <em>bias map</em> shows how often the model was right in each cell: even colours
        mean that place matters little, a pale corner means that the model looks away there.
      </p>
      <p>
        The model reads the picture as a row of image tokens between the text tokens, and every
        token has a position number. With <em>standard</em> positions the image tokens are numbered
        one after the other, so the last rows of the picture stand nearer to the question than the
        first. <em>Balanced Position Assignment</em> (BaPA) gives all of a picture&rsquo;s tokens
        one and the same number. The weights, the picture and the question stay as they are. The
        slider goes from one to the other. What it changes is measured here, not promised: it may
        help, do nothing, or harm.
      </p>
      <p>
        The <em>margin</em> is the logit of Yes minus the logit of No where the answer begins:
        positive means Yes, and the further from zero, the firmer. Every picture is also asked about
        something that is not in it, so that a model that always says Yes does not look right.
      </p>
      <p>
        Beside the probe stand diagnoses of where a bias may come from. <em>Perception</em> covers
        parts of the picture and maps how much the answer changes. <em>Similarity</em> puts the
        target alone into each cell and compares the encoder&rsquo;s image tokens with the caption:
        where the number is the same everywhere, the encoder sees the target everywhere, and what
        the probe finds comes later in the model. <em>Flow</em> shows how the text behind the
        picture attends to its tokens: where layers read from. No map of what is covered or attended
        to is evidence that an answer is right. <em>Compare</em> sets two schemes or two runs side
        by side, with tests and every item whose answer flipped.
      </p>
      <p>
        BaPA comes from &ldquo;From Bias to Balance&rdquo;,{' '}
        <a href="https://arxiv.org/abs/2509.21984v1">arXiv 2509.21984 v1</a>; the authors&rsquo;
        second version, &ldquo;Beyond the Vision Encoder&rdquo;,{' '}
        <a href="https://arxiv.org/abs/2509.21984v2">v2</a>, explains the bias by a mismatch of
        attention and proposes another remedy. The model and the pictures run in this tab; nothing
        is sent anywhere.
      </p>
      <h3>Keys</h3>
      <dl className="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
