import { crc32 } from 'node:zlib';
import { BrokenImage, type DrawingParts } from './drawing-parts.ts';

/** What draws (PNG, third edition, §11): no text, no time, no animation, no Exif. */
const DRAWING = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'IDAT', 'IEND']);

const SIGNATURE = 8;

/** Everything but the data of a chunk: its length, type and checksum. */
const AROUND = 12;

export function readPng(file: Buffer): DrawingParts {
  const kept = [file.subarray(0, SIGNATURE)];
  let at = SIGNATURE;
  let type = '';
  let hasPixels = false;
  while (type !== 'IEND') {
    const chunk = readChunk(file, at);
    at += chunk.length;
    type = chunk.toString('latin1', 4, 8);
    if (kept.length === 1 && type !== 'IHDR') {
      throw new BrokenImage('it does not begin with its header');
    }
    hasPixels ||= type === 'IDAT';
    if (DRAWING.has(type)) {
      kept.push(chunk);
    } else if (isCritical(type)) {
      throw new BrokenImage(`nobody knows how to draw ${type}`);
    }
  }
  if (!hasPixels) {
    throw new BrokenImage('there is nothing to draw');
  }
  const header = SIGNATURE + AROUND - 4;
  return {
    width: file.readUInt32BE(header),
    height: file.readUInt32BE(header + 4),
    bytes: Buffer.concat(kept),
  };
}

function readChunk(file: Buffer, at: number): Buffer {
  const length = file.readUInt32BE(at) + AROUND;
  if (at + length > file.length) {
    throw new BrokenImage('it was cut off');
  }
  const chunk = file.subarray(at, at + length);
  if (crc32(chunk.subarray(4, -4)) !== chunk.readUInt32BE(length - 4)) {
    throw new BrokenImage('a checksum is wrong');
  }
  return chunk;
}

/** §5.4: bit 5 of the first letter. */
function isCritical(type: string): boolean {
  return (type.charCodeAt(0) & 0x20) === 0;
}
