import type { Answer, Browser, Door } from './browser.ts';
import { call, exchange, type RelyingParty } from './relying-party.ts';

interface DeviceAnswer {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** A device without a browser, and what a person does for it. */
export class Device {
  readonly answer: DeviceAnswer;
  readonly #app: Door;
  readonly #client: RelyingParty;

  private constructor(app: Door, client: RelyingParty, answer: DeviceAnswer) {
    this.#app = app;
    this.#client = client;
    this.answer = answer;
  }

  static async begin(
    app: Door,
    client: RelyingParty,
    params: Record<string, string> = {},
  ): Promise<Device> {
    const wanted = { scope: 'openid profile email groups', ...params };
    const response = await call(app, '/oauth/device/code', { ...client, params: wanted });
    return new Device(app, client, response.json());
  }

  /** Asks for the tokens, once. */
  async poll({ client = this.#client, app = this.#app } = {}): Promise<Answer> {
    const params = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: this.answer.device_code,
    };
    return exchange(app, { ...client, params });
  }

  /** Types the code; ends at the first step that needs the person. */
  async enter(browser: Browser, userCode = this.answer.user_code): Promise<Step> {
    const found = await browser.post('/device', { userCode });
    return followStep(browser, found);
  }

  /** Goes all the way for a person who is signed in, agreeing to what is asked. */
  async approve(browser: Browser): Promise<Answer> {
    let step = await this.enter(browser);
    for (let steps = 0; steps < 3 && step.prompt; steps += 1) {
      step = await step.take(step.prompt);
    }
    return step.response;
  }
}

/** Where the browser is: a page that needs the person, or the end. */
export interface Step {
  url: string;
  /** Null at the end. */
  prompt: string | null;
  response: Answer;
  details: Record<string, unknown>;
  take(action: string): Promise<Step>;
  /** The action alone, without going where it leads. */
  post(action: string): Promise<Answer>;
}

export async function followStep(browser: Browser, answer: Answer): Promise<Step> {
  const { url, response } = await browser.follow(answer.json().redirectTo);
  const { pathname } = new URL(url, 'https://id.example.com');
  const post = (action: string) => browser.post(`${pathname}/${action}`);
  const isStep = pathname.startsWith('/interaction/');
  const details = isStep ? (await browser.get(`${pathname}/details`)).json() : {};
  return {
    url,
    prompt: isStep ? details.prompt : null,
    response,
    details,
    post,
    take: async (action) => followStep(browser, await post(action)),
  };
}
