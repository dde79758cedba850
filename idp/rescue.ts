import {
  ConfigurationError,
  connectDatabase,
  createLoginLink,
  type Database,
  type EntityManager,
  findUserByUsername,
  isMigrated,
  promoteUser,
  Refusal,
  recordAudit,
  type User,
} from '#core';
import { readRescueConfig } from './config.ts';

const USAGE = `Lets somebody back in when no administrator can, in the container of the identity provider:
  node idp/rescue.ts promote <username>      makes somebody who has an account an administrator
  node idp/rescue.ts login-link <username>   prints a link that signs somebody in once, within an hour
`;
/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64;

/** Whoever may run programs here may do this; the audit log names no person for it. */
const ACTOR = 'rescue';

type Config = ReturnType<typeof readRescueConfig>;
type Command = (em: EntityManager, user: User, config: Config) => Promise<string>;

const COMMANDS: Record<string, Command> = { promote, 'login-link': makeLoginLink };

const [name = '', username, ...more] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

if (!command || !username || more.length > 0) {
  process.stderr.write(USAGE);
  process.exitCode = EXIT_USAGE;
} else {
  await rescue(command, username).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof ConfigurationError ? ConfigurationError.exitCode : 1;
  });
}

async function rescue(work: Command, of: string): Promise<void> {
  const config = readRescueConfig();
  const database = await connectDatabase(config.DB_CONNECTION_STRING);
  try {
    process.stdout.write(
      `${await work(database.em.fork(), await getPerson(database, of), config)}\n`,
    );
  } finally {
    await database.close();
  }
}

async function getPerson(database: Database, of: string): Promise<User> {
  if (!(await isMigrated(database))) {
    throw new Error('The database schema is not up to date: run "node idp/migrate.ts" first');
  }
  const user = await findUserByUsername(database.em.fork(), of.trim().toLowerCase());
  if (!user) {
    throw new Refusal('not_found', `Nobody has the username "${of}"`);
  }
  if (user.disabledAt) {
    throw new Refusal(
      'user_disabled',
      `The account of "${of}" is disabled. Promote somebody else, who can enable it on the page "Users"`,
    );
  }
  return user;
}

async function promote(em: EntityManager, user: User): Promise<string> {
  if (user.isAdmin) {
    return `${user.username} is an administrator already`;
  }
  await promoteUser(em, user.id, { actor: ACTOR });
  return `${user.username} is an administrator now`;
}

async function makeLoginLink(em: EntityManager, user: User, { APP_URL }: Config): Promise<string> {
  return em.transactional(async (tx) => {
    const { id, token } = await createLoginLink(tx, user.id);
    await recordAudit(tx, {
      event: 'login_link_created',
      actor: ACTOR,
      userId: user.id,
      target: `login-link:${id}`,
      details: { mailed: false },
    });
    return `${APP_URL}/login-link/${token}`;
  });
}
