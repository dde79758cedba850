import { InvalidInput } from '../errors.ts';
import { BrokenImage, type DrawingParts } from './drawing-parts.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

export type ImageType = 'png' | 'jpeg' | 'webp';

export const MAX_IMAGE_BYTES = 1024 * 1024;

/** On each side: what a browser sets aside for drawing it stays below 64 MB, whatever the file says. */
const MAX_PIXELS = 4096;

export interface CleanImage {
  type: ImageType;
  bytes: Buffer;
}

const READERS: [ImageType, (bytes: Buffer) => boolean, (bytes: Buffer) => DrawingParts][] = [
  ['png', (bytes) => bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n', readPng],
  ['jpeg', (bytes) => bytes.readUIntBE(0, 3) === 0xffd8ff, readJpeg],
  [
    'webp',
    (bytes) => bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 12) === 'RIFFWEBP',
    readWebp,
  ],
];

/**
 * An image that may be shown to anybody. Judged by its bytes, never by what the sender says. What draws no pixel is
 * left out: where a photograph was taken, comments, further files that hang on behind. Nothing is decoded here, so
 * nothing is set aside for pixels.
 */
export function toCleanImage(bytes: Buffer): CleanImage {
  if (bytes.length > MAX_IMAGE_BYTES) {
    throw refused('An image has at most 1 MB');
  }
  const reader = bytes.length > 12 ? READERS.find(([, fits]) => fits(bytes)) : undefined;
  if (!reader) {
    throw refused('This is no PNG, JPEG or WebP image, whatever its name says');
  }
  const [type, , read] = reader;
  const parts = readWhole(() => read(bytes));
  if (Math.max(parts.width, parts.height) > MAX_PIXELS) {
    throw refused(
      `An image has at most ${MAX_PIXELS} pixels on each side; this one has ${parts.width} × ${parts.height}`,
    );
  }
  if (Math.min(parts.width, parts.height) < 1) {
    throw broken();
  }
  return { type, bytes: parts.bytes };
}

/** Reading past the end is how a file shows that it was cut off. */
function readWhole(read: () => DrawingParts): DrawingParts {
  try {
    return read();
  } catch (error) {
    if (error instanceof BrokenImage || error instanceof RangeError) {
      throw broken();
    }
    throw error;
  }
}

function broken(): InvalidInput {
  return refused('This image is broken, or not complete');
}

function refused(sentence: string): InvalidInput {
  return new InvalidInput('image', sentence);
}
