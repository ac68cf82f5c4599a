import { blocksOf, spansOf, type Block } from './markdown.ts';

/**
 * The small part of Markdown that our own files use, as elements; everything else is shown as text.
 * `folder` is where links to files beside it lead.
 */
export function Markdown({ text, folder }: { text: string; folder: string }) {
  return blocksOf(text).map((block, index) => (
    <BlockView key={index} block={block} folder={folder} />
  ));
}

function BlockView({ block, folder }: { block: Block; folder: string }) {
  if (block.kind === 'heading') {
    return block.level === 1 ? (
      <h2>
        <Spans text={block.text} folder={folder} />
      </h2>
    ) : (
      <h3>
        <Spans text={block.text} folder={folder} />
      </h3>
    );
  }
  if (block.kind === 'paragraph') {
    return (
      <p>
        <Spans text={block.text} folder={folder} />
      </p>
    );
  }
  const [head, ...rows] = block.rows;
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            {head?.map((cell, column) => (
              <th key={column} scope="col">
                <Spans text={cell} folder={folder} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>
                  <Spans text={cell} folder={folder} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Spans({ text, folder }: { text: string; folder: string }) {
  return spansOf(text).map((span, index) => {
    if (span.href !== undefined) {
      return (
        <a
          key={index}
          href={/^https?:/.test(span.href) ? span.href : `${folder}${span.href}`}
          target="_blank"
          rel="noreferrer"
        >
          {span.text}
        </a>
      );
    }
    return span.code ? <code key={index}>{span.text}</code> : span.text;
  });
}
