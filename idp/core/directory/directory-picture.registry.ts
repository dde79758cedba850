import type { EntityManager } from '@mikro-orm/postgresql';
import { recordImage } from '../image/image.registry.ts';
import { query } from '../query.ts';
import type { DirectoryChange } from './directory.types.ts';

type Pictures = Extract<DirectoryChange, { kind: 'change_pictures' }>['pictures'];

/** The files were looked at when the plan was made. */
export async function changePictures(tx: EntityManager, pictures: Pictures): Promise<number> {
  for (const { id, file } of pictures) {
    const picture = file && (await recordImage(tx, file));
    await query(tx, `update users set picture = $2 where id = $1 and owner = 'ldap'`, [
      id,
      picture,
    ]);
  }
  return pictures.length;
}
