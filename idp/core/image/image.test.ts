import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../errors.ts';
import { IMAGES, png, pngChunk } from '../testing/images.ts';
import { MAX_IMAGE_BYTES, toCleanImage } from './image.rules.ts';

const SCRIPT = Buffer.from('<script>alert(document.domain)</script>');

/** An Exif segment as cameras write it. */
const EXIF = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 18]), Buffer.from('Exif\0\0 GPS 52.5\0')]);

describe('an image', () => {
  test.for(Object.entries(IMAGES))('%s is known by its bytes', ([name, bytes]) => {
    const { type, bytes: clean } = toCleanImage(bytes);

    expect(name.toLowerCase()).toContain(type);
    expect(toCleanImage(clean)).toEqual({ type, bytes: clean });
  });

  test.for(Object.entries(IMAGES))('%s loses what hangs on behind', ([, bytes]) => {
    const clean = toCleanImage(Buffer.concat([bytes, SCRIPT]));

    expect(clean).toEqual(toCleanImage(bytes));
    expect(clean.bytes.includes(SCRIPT)).toBe(false);
  });

  test.for(['jpeg', 'webp', 'losslessWebp'] as const)('%s loses what draws no pixel', (name) => {
    expect(IMAGES[name].includes('sRGB') || IMAGES[name].includes('acsp')).toBe(true);
    expect(toCleanImage(IMAGES[name]).bytes.includes('acsp')).toBe(false);
  });

  test('loses where it was taken, and comments', () => {
    const { jpeg } = IMAGES;
    const tagged = Buffer.concat([jpeg.subarray(0, 2), EXIF, jpeg.subarray(2)]);
    const told = png(12, 8, [pngChunk('tEXt', Buffer.from('Comment\0somewhere'))]);

    expect(toCleanImage(tagged)).toEqual(toCleanImage(jpeg));
    expect(toCleanImage(told).bytes).toEqual(png(12, 8));
  });

  test('that is animated stands still afterwards, or is refused', () => {
    const moving = png(12, 8, [pngChunk('acTL', Buffer.alloc(8))]);
    const { webp } = IMAGES;
    const animated = Buffer.concat([webp, Buffer.from('ANMF\0\0\0\0')]);
    animated.writeUInt32LE(animated.length - 8, 4);

    expect(toCleanImage(moving).bytes).toEqual(png(12, 8));
    expect(() => toCleanImage(animated)).toThrow('broken');
  });
});

describe('what is no image', () => {
  test.for<[string, Buffer]>([
    [
      'an SVG with a script',
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`),
    ],
    ['HTML under another name', Buffer.from(`<!doctype html><html>${SCRIPT}</html>`)],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0\x3b', 'latin1')],
    ['a script that begins like a bitmap', Buffer.from('BM=1;alert(document.domain)//')],
    ['nothing', Buffer.alloc(0)],
    ['a few bytes', Buffer.from([0xff, 0xd8, 0xff])],
  ])('%s is refused', ([, bytes]) => {
    expect(() => toCleanImage(bytes)).toThrow('no PNG, JPEG or WebP');
  });

  test.for(Object.entries(IMAGES))('%s cut off anywhere is refused', ([, bytes]) => {
    const { bytes: clean } = toCleanImage(bytes);
    for (let length = 0; length < clean.length - 1; length += 1) {
      expect(() => toCleanImage(clean.subarray(0, length))).toThrow(InvalidInput);
    }
  });

  test('a PNG whose header was tampered with is refused', () => {
    const bytes = Buffer.from(IMAGES.png);
    bytes.writeUInt32BE(13, 16);

    expect(() => toCleanImage(bytes)).toThrow('broken');
  });

  test('a JPEG that tells two sizes is refused', () => {
    const { jpeg } = IMAGES;
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const segment = jpeg.subarray(frame, frame + 2 + jpeg.readUInt16BE(frame + 2));
    const twice = Buffer.concat([jpeg.subarray(0, frame), segment, jpeg.subarray(frame)]);

    expect(() => toCleanImage(twice)).toThrow('broken');
  });

  test('a WebP whose header and picture tell two sizes is refused', () => {
    const bytes = Buffer.from(IMAGES.webp);
    bytes.writeUIntLE(99, 24, 3);

    expect(() => toCleanImage(bytes)).toThrow('broken');
  });
});

describe('an image too large to draw is refused without being drawn', () => {
  test('a PNG of 60,000 × 60,000', () => {
    expect(() => toCleanImage(png(60_000, 60_000))).toThrow('60000 × 60000');
  });

  test('a JPEG of 60,000 × 60,000', () => {
    const bytes = Buffer.from(IMAGES.jpeg);
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt16BE(60_000, frame + 5);
    bytes.writeUInt16BE(60_000, frame + 7);

    expect(() => toCleanImage(bytes)).toThrow('60000 × 60000');
  });

  test('a WebP of 16,384 × 16,384', () => {
    const bytes = Buffer.from(toCleanImage(IMAGES.losslessWebp).bytes);
    const picture = bytes.indexOf('VP8L');
    bytes.writeUInt32LE(0x0fff_ffff, picture + 9);
    bytes.writeUIntLE(16_383, 24, 3);
    bytes.writeUIntLE(16_383, 27, 3);

    expect(() => toCleanImage(bytes)).toThrow('16384 × 16384');
  });

  test('more than 1 MB', () => {
    expect(() => toCleanImage(Buffer.alloc(MAX_IMAGE_BYTES + 1))).toThrow('at most 1 MB');
  });

  test('one without any pixel', () => {
    expect(() => toCleanImage(png(0, 8))).toThrow('broken');
  });
});
