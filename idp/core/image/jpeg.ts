import { BrokenImage, type DrawingParts } from './drawing-parts.ts';

/** ITU T.81, table B.1. */
const START = Buffer.from([0xff, 0xd8]);
const END = 0xd9;
const SCAN = 0xda;

/** Baseline, extended and progressive: what browsers draw. */
const FRAMES = [0xc0, 0xc1, 0xc2];

/** Huffman and quantisation tables, restart interval; Adobe's segment says in which colours the rest is. */
const TABLES = [0xc4, 0xdb, 0xdd, 0xee];

const DRAWING = new Set([...FRAMES, ...TABLES, SCAN, END]);

/** Left out: comments and what applications add, with the place and the camera in it. */
const isWithoutPixels = (marker: number) => marker === 0xfe || (marker >= 0xe0 && marker <= 0xef);

interface Segment {
  marker: number;
  bytes: Buffer;
}

export function readJpeg(file: Buffer): DrawingParts {
  const segments = listSegments(file);
  const strange = segments.find(({ marker }) => !DRAWING.has(marker) && !isWithoutPixels(marker));
  if (strange) {
    throw new BrokenImage(`nobody knows how to draw ${strange.marker.toString(16)}`);
  }
  const kept = segments.filter(({ marker }) => DRAWING.has(marker));
  const frames = kept.filter(({ marker }) => FRAMES.includes(marker));
  const [frame] = frames;
  if (!frame || frames.length > 1 || kept.findIndex(isScan) < kept.indexOf(frame)) {
    throw new BrokenImage('it does not say once, and first, how large it is');
  }
  return {
    width: frame.bytes.readUInt16BE(7),
    height: frame.bytes.readUInt16BE(5),
    bytes: Buffer.concat([START, ...kept.map(({ bytes }) => bytes)]),
  };
}

const isScan = ({ marker }: Segment) => marker === SCAN;

/** From the first after the start to the end, which is the last. */
function listSegments(file: Buffer): Segment[] {
  const segments: Segment[] = [];
  let at = START.length;
  let marker = 0;
  while (marker !== END) {
    marker = readMarker(file, at);
    const end = marker === END ? at + 2 : findEnd(file, at, marker);
    segments.push({ marker, bytes: file.subarray(at, end) });
    at = end;
  }
  return segments;
}

function readMarker(file: Buffer, at: number): number {
  if (file.readUInt8(at) !== 0xff) {
    throw new BrokenImage('there is no marker where one belongs');
  }
  return file.readUInt8(at + 1);
}

/** By the length that follows the marker; pixels of a scan come after that. */
function findEnd(file: Buffer, at: number, marker: number): number {
  const length = file.readUInt16BE(at + 2) + 2;
  if (length < 4 || at + length > file.length) {
    throw new BrokenImage('it was cut off');
  }
  return marker === SCAN ? findScanEnd(file, at + length) : at + length;
}

/** §B.1.1.5: pixels go on until a marker that is neither a stuffed zero nor a restart. */
function findScanEnd(file: Buffer, from: number): number {
  let at = file.indexOf(0xff, from);
  while (at >= 0 && goesOn(file[at + 1])) {
    at = file.indexOf(0xff, at + 2);
  }
  if (at < 0) {
    throw new BrokenImage('it was cut off');
  }
  return at;
}

function goesOn(next: number | undefined): boolean {
  return next === 0 || (next !== undefined && next >= 0xd0 && next <= 0xd7);
}
