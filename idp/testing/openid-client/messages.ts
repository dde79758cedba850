/** What the application is told to do; its answer is what it learnt. */
export interface Task {
  flow: string;
  client: { id: string; secret?: string | undefined; redirectUri: string };
  params?: Record<string, string>;
  options?: Record<string, unknown>;
}

/** Where a browser ended that the application sent away; the fields of a form that it was made to post. */
export interface Landing {
  url: string;
  form?: Record<string, string>;
}

export type ToApplication = { task: Task & { issuer: string } } | { landing: Landing };

export type FromApplication =
  | { ready: true }
  | { visit: string }
  | { facts: Record<string, unknown> }
  | { failure: Failure };

/** Why the library of the application refused to go on, or what it was told. */
export interface Failure {
  name: string;
  message: string;
  error?: string | undefined;
}
