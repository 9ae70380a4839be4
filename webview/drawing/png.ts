/** A picture for a paper or a message: what is on the screen on the theme's background, with a caption. */
import { h } from '../dom';
import { noCanvas } from '../errors';
import type { Theme } from '../theme';

const margin = 16;
const lineHeight = 18;

/** Canvases one below the other over the caption. Throws `view.no-canvas` when the device refuses the size. */
export async function composePng(
  pictures: readonly HTMLCanvasElement[],
  caption: readonly string[],
  theme: Theme,
): Promise<Uint8Array<ArrayBuffer>> {
  const ratio = devicePixelRatio;
  const width = Math.max(...pictures.map((picture) => picture.width)) + 2 * margin * ratio;
  const captionHeight = (caption.length * lineHeight + margin) * ratio;
  const height = pictures.reduce((sum, picture) => sum + picture.height + margin * ratio, 0) + captionHeight;
  const canvas = h('canvas', { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw noCanvas();
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  let top = margin * ratio;
  for (const picture of pictures) {
    context.drawImage(picture, margin * ratio, top);
    top += picture.height + margin * ratio;
  }
  context.scale(ratio, ratio);
  context.font = theme.font.replace(/^[\d.]+px/, '12px');
  context.textBaseline = 'top';
  caption.forEach((line, i) => {
    context.fillStyle = i === 0 ? theme.foreground : theme.muted;
    context.fillText(line, margin, top / ratio + i * lineHeight);
  });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw noCanvas();
  return new Uint8Array(await blob.arrayBuffer());
}
