import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import { type CleanImage, toCleanImage } from './image.rules.ts';

/**
 * Keeps an image and says its name: the hash of what it shows, so that whoever has the name has this and no other.
 * Whoever refers to it does so in the same transaction; what nobody refers to goes with the next clean-ups.
 */
export async function recordImage(em: EntityManager, file: Buffer): Promise<string> {
  const { type, bytes } = toCleanImage(file);
  const name = nameOf(bytes);
  await query(
    em,
    `insert into images (name, type, bytes, recorded_at) values ($1, $2, $3, now())
     on conflict (name) do update set recorded_at = now()`,
    [name, type, bytes],
  );
  return name;
}

/** What the image is called once it is kept. Refuses what cannot be. */
export function imageNameOf(file: Buffer): string {
  return nameOf(toCleanImage(file).bytes);
}

export async function findImage(em: EntityManager, name: string): Promise<CleanImage | null> {
  const [image] = await query<CleanImage>(em, 'select type, bytes from images where name = $1', [
    name,
  ]);
  return image ?? null;
}

function nameOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
