import { t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';

export type Frame = {
  width: number;
  height: number;
  /** Whether what does not fit is cut off, or made smaller. */
  fit: 'cover' | 'contain';
  type: 'image/png' | 'image/webp';
};

/**
 * Draws a file anew, no larger than it is shown: photographs become small, turned the right way, and lose what the
 * camera wrote beside them. Where a browser knows no WebP it makes a PNG.
 */
export async function redraw(file: File, { width, height, fit, type }: Frame): Promise<Blob> {
  const image = await decode(file);
  const ratios = [width / image.naturalWidth, height / image.naturalHeight] as const;
  const scale = fit === 'cover' ? Math.max(...ratios) : Math.min(1, ...ratios);
  const [drawnWidth, drawnHeight] = [image.naturalWidth * scale, image.naturalHeight * scale];

  const canvas = document.createElement('canvas');
  canvas.width = fit === 'cover' ? width : Math.max(1, Math.round(drawnWidth));
  canvas.height = fit === 'cover' ? height : Math.max(1, Math.round(drawnHeight));
  const [left, top] = [(canvas.width - drawnWidth) / 2, (canvas.height - drawnHeight) / 2];
  canvas.getContext('2d')?.drawImage(image, left, top, drawnWidth, drawnHeight);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(unreadable())), type, 0.9);
  });
}

async function decode(file: File): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (cause) {
    throw unreadable(cause);
  } finally {
    URL.revokeObjectURL(url);
  }
  return image;
}

function unreadable(cause?: unknown): Problem {
  const problem = { status: 0, code: 'image_unreadable', title: t('image.unreadable') };
  return new Problem(problem, { cause });
}
