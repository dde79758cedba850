import { randomUUID } from 'node:crypto';
import { ADMIN, connectDatabase, createUser, declareGroup, type EntityManager } from '#core';
import { groupDeclaration, person } from '#core/testing/builders';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser, type Door } from '../testing/browser.ts';
import { signUpPerson } from '../testing/people.ts';
import {
  type RelyingParty,
  registerClient,
  signInTo,
  type Tokens,
} from '../testing/relying-party.ts';

const NAMES = ['ada', 'grace', 'edsger', 'barbara'];

/** One who sends a request after the other: a person with a passkey and a browser, and an application. */
export interface Lane {
  door: Door;
  origin: string;
  client: RelyingParty;
  browser: Browser;
  authenticator: SoftwareAuthenticator;

  /** The newest that the application was given for the person. */
  tokens: Tokens;
}

/** People in groups, an application that is open to one of them, and everybody signed in and agreed once. */
export async function openLanes(door: Door, origin: string, databaseUrl: string): Promise<Lane[]> {
  const database = await connectDatabase(databaseUrl, 2);
  try {
    const em = database.em.fork();
    const client = await registerApplication(em);
    const host = await createUser(em, person('host'), { id: randomUUID(), isAdmin: true });
    const lanes: Lane[] = [];
    for (const name of NAMES) {
      const browser = new Browser(door, origin);
      const authenticator = new SoftwareAuthenticator(origin);
      await signUpPerson({ em: database.em.fork(), browser, authenticator }, host, name);
      const { tokens } = await signInTo(door, browser, client);
      lanes.push({ door, origin, client, browser, authenticator, tokens });
    }
    return lanes;
  } finally {
    await database.close();
  }
}

async function registerApplication(em: EntityManager): Promise<RelyingParty> {
  const team = { key: 'team', value: 'compilers' };
  for (const name of ['engineering', 'lunch', 'readers']) {
    const customClaims = name === 'engineering' ? [team] : [];
    const group = groupDeclaration(name, { declaredMembers: NAMES, customClaims });
    await declareGroup(em, group, ADMIN);
  }
  return registerClient(em, {
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    accessMode: 'groups',
    accessGroups: ['engineering'],
  });
}
