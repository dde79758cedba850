/** What a format's reader makes of a file: only the parts that draw the picture, put together anew. */
export interface DrawingParts {
  width: number;
  height: number;
  bytes: Buffer;
}

/** The file is not what its first bytes say it is. */
export class BrokenImage extends Error {}
