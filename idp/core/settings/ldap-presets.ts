import type { LdapSettings } from './settings.types.ts';

type Preset = Pick<LdapSettings, 'users' | 'groups'>;

/** What the directories that people have call things. */
export const LDAP_PRESETS: Record<'ActiveDirectory' | 'OpenLDAP', Preset> = {
  ActiveDirectory: {
    users: {
      // Computers are users too, there; and who is disabled there (bit 2) counts as gone here.
      filter:
        '(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))',
      attributes: {
        uniqueID: 'objectGUID',
        username: 'sAMAccountName',
        email: 'mail',
        firstName: 'givenName',
        lastName: 'sn',
        displayName: 'displayName',
        picture: 'jpegPhoto',
      },
    },
    groups: {
      filter: '(objectClass=group)',
      attributes: { uniqueID: 'objectGUID', name: 'cn', member: 'member' },
    },
  },
  OpenLDAP: {
    users: {
      filter: '(objectClass=person)',
      attributes: {
        uniqueID: 'entryUUID',
        username: 'uid',
        email: 'mail',
        firstName: 'givenName',
        lastName: 'sn',
        displayName: 'cn',
        picture: 'jpegPhoto',
      },
    },
    groups: {
      filter: '(objectClass=groupOfNames)',
      attributes: { uniqueID: 'entryUUID', name: 'cn', member: 'member' },
    },
  },
};
