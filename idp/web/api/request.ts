import { t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';

/** Every mutation is JSON, even an empty one, or an image: a foreign page can send neither without asking first. */
export async function request<T>(
  method: string,
  path: string,
  body: object = {},
  conditions: Record<string, string> = {},
): Promise<T> {
  const isFile = body instanceof Blob;
  const headers = { 'content-type': isFile ? body.type : 'application/json', ...conditions };
  const mutation = { headers, body: isFile ? body : JSON.stringify(body) };
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(method === 'GET' ? {} : mutation),
  }).catch((cause: unknown) => {
    throw new Problem({ status: 0, code: 'network', title: t('problem.network') }, { cause });
  });

  if (!response.ok) {
    throw await readProblem(response);
  }
  const type = response.headers.get('content-type');
  if (!type) {
    return undefined as T;
  }
  return (await (type.includes('json') ? response.json() : response.text())) as T;
}

async function readProblem(response: Response): Promise<Problem> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    return new Problem(await response.json());
  }
  // A proxy in between answers in its own words, which are not meant for people.
  const { status } = response;
  return new Problem({ status, code: `http_${status}`, title: t('problem.http', { status }) });
}
