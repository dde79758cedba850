import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Failure, FromApplication, Landing, Task, ToApplication } from './messages.ts';

export type Outcome = { facts: Record<string, unknown> } | { failure: Failure };

export interface Application {
  /** Does one flow; `visit` is the browser that it sends away. */
  run(task: Task, visit: (url: string) => Promise<Landing>): Promise<Outcome>;
  stop(): Promise<void>;
}

/** An application in a process of its own that knows nothing of Permiso but its issuer. */
export async function startApplication(issuer: string): Promise<Application> {
  const child = fork(join(import.meta.dirname, 'main.ts'), { stdio: 'inherit' });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the application ended with ${code}`);
  });
  exited.catch(() => {});
  const next = async () => {
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [FromApplication];
    return message;
  };
  const send = (message: ToApplication) => child.send(message);
  await next();

  return {
    async run(task, visit) {
      let answer = next();
      send({ task: { ...task, issuer } });
      for (;;) {
        const message = await answer;
        if ('facts' in message || 'failure' in message) {
          return message;
        }
        if ('visit' in message) {
          const landing = await visit(message.visit);
          answer = next();
          send({ landing });
        }
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await exited.catch(() => {});
    },
  };
}
