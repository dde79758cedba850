import { Migration } from '@mikro-orm/migrations';
import { API_KEYS } from './0001-first/api-keys.ts';
import { CHANGE_FEED } from './0001-first/change-feed.ts';
import { CLIENTS } from './0001-first/clients.ts';
import { DIRECTORY } from './0001-first/directory.ts';
import { GROUPS } from './0001-first/groups.ts';
import { GUARDS } from './0001-first/guards.ts';
import { IMAGES } from './0001-first/images.ts';
import { INSTANCE } from './0001-first/instance.ts';
import { MAIL } from './0001-first/mail.ts';
import { OIDC } from './0001-first/oidc.ts';
import { OPERATOR_GUARDS } from './0001-first/operator-guards.ts';
import { PEOPLE } from './0001-first/people.ts';

/** The registry, the OIDC records, and the database's own guards. */
export class First extends Migration {
  override up(): void {
    for (const sql of [
      IMAGES,
      PEOPLE,
      API_KEYS,
      CLIENTS,
      GROUPS,
      DIRECTORY,
      INSTANCE,
      MAIL,
      OIDC,
      GUARDS,
      OPERATOR_GUARDS,
      CHANGE_FEED,
    ]) {
      this.addSql(sql);
    }
  }
}
