/** A picture for a paper or a message: what is on the screen on the theme's background, with a caption. */
import { h } from '../dom';
import { noCanvas } from '../errors';
import type { Theme } from '../theme';
import { wrapped } from './flow';

const margin = 16;
const lineHeight = 18;
/** A caption under a narrower picture would be a column of single words. */
const leastWidth = 320;

/**
 * Canvases one below the other over the caption, whose lines are broken to their width. Throws `view.no-canvas` when
 * the device refuses the size.
 */
export async function composePng(
  pictures: readonly HTMLCanvasElement[],
  caption: readonly string[],
  theme: Theme,
): Promise<Uint8Array<ArrayBuffer>> {
  const ratio = devicePixelRatio;
  const width = Math.max(leastWidth * ratio, ...pictures.map((picture) => picture.width)) + 2 * margin * ratio;
  const canvas = h('canvas', { width });
  const context = canvas.getContext('2d');
  if (!context) throw noCanvas();
  const font = theme.font.replace(/^[\d.]+px/, '12px');
  context.font = font;
  const measure = (text: string): number => context.measureText(text).width;
  const lines = caption.flatMap((text, i) =>
    wrapped(text, width / ratio - 2 * margin, measure).map((line) => ({ line, first: i === 0 })),
  );
  const captionHeight = (lines.length * lineHeight + margin) * ratio;
  canvas.height =
    pictures.reduce((sum, picture) => sum + picture.height + margin * ratio, margin * ratio) + captionHeight;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, canvas.height);
  let top = margin * ratio;
  for (const picture of pictures) {
    context.drawImage(picture, margin * ratio, top);
    top += picture.height + margin * ratio;
  }
  context.scale(ratio, ratio);
  context.font = font;
  context.textBaseline = 'top';
  lines.forEach(({ line, first }, i) => {
    context.fillStyle = first ? theme.foreground : theme.muted;
    context.fillText(line, margin, top / ratio + i * lineHeight);
  });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw noCanvas();
  return new Uint8Array(await blob.arrayBuffer());
}
