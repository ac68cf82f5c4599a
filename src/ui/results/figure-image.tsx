import { useEffect, useRef, useState } from 'react';

interface FigureImageProps {
  /** The figure, so and so many pixels wide, as an SVG document. */
  draw: (width: number) => string;
  /** What it shows, in words. */
  label: string;
  /** It is never drawn wider or narrower than this. */
  widest: number;
  narrowest: number;
}

/** A whole figure on the page, drawn anew for the room that it has. */
export function FigureImage({ draw, label, widest, narrowest }: FigureImageProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<number>();
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setRoom(Math.floor(entry!.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={frame} className="figure-image">
      {room !== undefined && (
        <img
          alt={label}
          src={svgUri(draw(Math.max(narrowest, Math.min(widest, room))))}
          draggable={false}
        />
      )}
    </div>
  );
}

function svgUri(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
