import { BrokenImage, type DrawingParts } from './drawing-parts.ts';

/** RFC 9649 §2.7: the extended header, transparency, and the picture in one of two codings. */
const DRAWING = new Set(['VP8X', 'ALPH', 'VP8 ', 'VP8L']);
const MOVING = new Set(['ANIM', 'ANMF']);

/** Of the flags of the extended header, only that there is transparency stays true. */
const HAS_ALPHA = 0x10;

export function readWebp(file: Buffer): DrawingParts {
  const end = file.readUInt32LE(4) + 8;
  if (end > file.length) {
    throw new BrokenImage('it was cut off');
  }
  const kept: Buffer[] = [];
  const sizes: Size[] = [];
  for (let at = 12; at < end; ) {
    const type = file.toString('latin1', at, at + 4);
    const length = 8 + file.readUInt32LE(at + 4);
    const chunk = file.subarray(at, at + length + (length % 2));
    if (MOVING.has(type) || at + length > end) {
      throw new BrokenImage('it moves, or was cut off');
    }
    if (DRAWING.has(type)) {
      kept.push(type === 'VP8X' ? withoutExtras(chunk) : chunk);
      sizes.push(...sizeOf(type, chunk.subarray(8)));
    }
    at += length + (length % 2);
  }
  return { ...agreed(sizes, kept), bytes: inContainer(kept) };
}

type Size = Pick<DrawingParts, 'width' | 'height'>;

function sizeOf(type: string, data: Buffer): Size[] {
  switch (type) {
    case 'VP8X':
      return [{ width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 }];
    case 'VP8 ':
      return [keyFrame(data)];
    case 'VP8L':
      return [lossless(data)];
    default:
      return [];
  }
}

/** RFC 6386 §9.1. */
function keyFrame(data: Buffer): Size {
  if (data.readUIntBE(3, 3) !== 0x9d012a) {
    throw new BrokenImage('it does not begin with a picture');
  }
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
}

/** RFC 9649 §3.4: 14 bits each, less one. */
function lossless(data: Buffer): Size {
  if (data.readUInt8(0) !== 0x2f) {
    throw new BrokenImage('it does not begin with a picture');
  }
  const bits = data.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** One picture, as large as its header says. */
function agreed(sizes: Size[], chunks: Buffer[]): Size {
  const pictures = chunks.filter((chunk) => /^VP8[ L]/.test(chunk.toString('latin1', 0, 4)));
  const [first, ...others] = sizes;
  const agree = others.every(({ width, height }) => {
    return width === first?.width && height === first.height;
  });
  if (!first || !agree || pictures.length !== 1) {
    throw new BrokenImage('it does not say what to draw');
  }
  return first;
}

function withoutExtras(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  copy.writeUInt8(chunk.readUInt8(8) & HAS_ALPHA, 8);
  return copy;
}

function inContainer(chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  const header = Buffer.from('RIFF    ');
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}
