import type { SMTPServerOptions } from 'smtp-server';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkSmtp, type SmtpSettings } from '#core';
import { createCertificate } from '#core/testing/certificate';
import { findFreePort } from '#core/testing/free-port';
import { listen, MAIL_PASSWORD, serveMail } from './servers.ts';

let own: { certificate: string; key: string };

beforeAll(async () => {
  own = await createCertificate();
});

describe('a mail server that works', () => {
  test('without TLS is connected to and told the sender', async () => {
    const { port } = await serve({ hideSTARTTLS: true, authOptional: true });

    const aspects = await checkSmtp(settings({ port, tls: 'none', auth: null }));

    expect(aspects).toEqual([
      aspect('Connected', `127.0.0.1:${port} answers, protected by nothing`),
      aspect('SenderAccepted', `127.0.0.1:${port} takes mail from id@example.com`),
    ]);
  });

  test.for([
    ['started later', () => ({ tls: 'starttls', ca: own.certificate }), 'STARTTLS'],
    ['from the first byte', () => ({ tls: 'tls', ca: own.certificate }), 'TLS'],
    ['by any certificate', () => ({ tls: 'starttls', insecureSkipVerify: true }), 'STARTTLS'],
  ] as [string, () => Partial<SmtpSettings>, string][])(
    'with TLS %s lets us in',
    async ([, change, protection]) => {
      const { tls } = { ...settings({}), ...change() };
      const { port } = await serve({ secure: tls === 'tls' });

      const aspects = await checkSmtp(settings({ port, ...change() }));

      expect(aspects).toEqual([
        aspect('Connected', `127.0.0.1:${port} answers, protected by ${protection}`),
        aspect('Authenticated', `127.0.0.1:${port} lets user "id" in`),
        aspect('SenderAccepted', `127.0.0.1:${port} takes mail from id@example.com`),
      ]);
    },
  );

  test('is left by QUIT, without a mail', async () => {
    const heard: string[] = [];
    const { port } = await listen((socket) => {
      socket.write('220 hello\r\n');
      socket.on('data', (data) => {
        heard.push(String(data).slice(0, 4));
        socket.write(String(data).startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n');
      });
    });

    await checkSmtp(settings({ port, tls: 'none', auth: null }));

    await expect.poll(() => heard).toEqual(['EHLO', 'MAIL', 'QUIT']);
  });
});

describe('a mail server that cannot be used', () => {
  test('because nobody listens there says so, and signing in is not tried', async () => {
    const port = await findFreePort();

    const aspects = await checkSmtp(settings({ port }));

    expect(aspects).toEqual([
      {
        type: 'Connected',
        status: 'False',
        reason: 'ConnectionFailed',
        message: `no connection to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
      },
      {
        type: 'Authenticated',
        status: 'Unknown',
        reason: 'NotTried',
        message: 'the step before it failed',
      },
      expect.objectContaining({ type: 'SenderAccepted', reason: 'NotTried' }),
    ]);
  });

  test('because its name is unknown says so', async () => {
    const [connected] = await checkSmtp(settings({ host: 'mail.invalid' }));

    expect(connected).toMatchObject({ status: 'False', reason: 'HostNotFound' });
    expect(connected?.message).toContain(
      'no connection to mail.invalid:587, because its name is not known',
    );
  });

  test('because it refuses the sender says it in its own words', async () => {
    const { port } = await serve({
      onMailFrom: (_address, _session, done) =>
        done(Object.assign(new Error('5.7.1 not your address'), { responseCode: 553 })),
    });

    const aspects = await checkSmtp(settings({ port, ca: own.certificate }));

    expect(aspects[1]).toMatchObject({ type: 'Authenticated', status: 'True' });
    expect(aspects[2]).toEqual({
      type: 'SenderAccepted',
      status: 'False',
      reason: 'SenderRefused',
      message: `127.0.0.1:${port} refuses mail from id@example.com: 553 5.7.1 not your address`,
    });
  });

  test.for(['starttls', 'tls'] as const)(
    'because nobody vouches for its certificate (%s) gets no password',
    async (tls) => {
      const { port, passwords } = await serve({ secure: tls === 'tls' });

      const aspects = await checkSmtp(settings({ port, tls }));

      expect(aspects[0]).toMatchObject({ status: 'False', reason: 'TLSFailed' });
      expect(aspects[0]?.message).toBe(
        `TLS with 127.0.0.1:${port} failed: self-signed certificate`,
      );
      expect(passwords).toEqual([]);
    },
  );

  test('because its certificate is for another name says which', async () => {
    const { port } = await serve({ secure: true });

    const [connected] = await checkSmtp(
      settings({ host: 'localhost', port, tls: 'tls', ca: own.certificate }),
    );

    expect(connected).toMatchObject({ status: 'False', reason: 'TLSFailed' });
    expect(connected?.message).toContain('localhost');
  });

  test('because it has no STARTTLS says so, and gets no password', async () => {
    const { port, passwords } = await serve({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
    });

    const aspects = await checkSmtp(settings({ port, insecureSkipVerify: true }));

    expect(aspects[0]).toMatchObject({ status: 'False', reason: 'TLSFailed' });
    expect(passwords).toEqual([]);
  });

  test('because it speaks no TLS where TLS is expected says so', async () => {
    const { port } = await serve({ hideSTARTTLS: true });

    const [connected] = await checkSmtp(settings({ port, tls: 'tls' }));

    expect(connected).toMatchObject({ status: 'False', reason: 'TLSFailed' });
  });

  test('because the password is wrong says it in the words of the server', async () => {
    const { port } = await serve({});
    const auth = { username: 'id', password: 'wrong-password' };

    const aspects = await checkSmtp(settings({ port, ca: own.certificate, auth }));

    expect(aspects).toMatchObject([
      { type: 'Connected', status: 'True' },
      {
        type: 'Authenticated',
        status: 'False',
        reason: 'AuthenticationFailed',
        message: `127.0.0.1:${port} does not let user "id" in: 535 who are you?`,
      },
      { type: 'SenderAccepted', status: 'Unknown', reason: 'NotTried' },
    ]);
    expect(JSON.stringify(aspects)).not.toContain('wrong-password');
  });

  test('because it lets nobody sign in says so', async () => {
    const { port } = await serve({ disabledCommands: ['AUTH'], authOptional: true });

    const aspects = await checkSmtp(settings({ port, ca: own.certificate }));

    expect(aspects[1]).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' });
    expect(aspects[1]?.message).toContain('it offers no way to sign in');
  });

  test('because it is closed greets with its reason', async () => {
    const { port } = await listen((socket) => socket.end('554 5.3.2 closed today\r\n'));

    const [connected] = await checkSmtp(settings({ port }));

    expect(connected).toMatchObject({
      status: 'False',
      reason: 'ConnectionFailed',
      message: `no connection to 127.0.0.1:${port}: 554 5.3.2 closed today`,
    });
  });
});

describe('a mail server that misbehaves', () => {
  test('by never answering is given up in time', async () => {
    const { port } = await listen(() => {});

    const [connected] = await checkSmtp(settings({ port }), 300);

    expect(connected).toMatchObject({
      status: 'False',
      reason: 'Timeout',
      message: `127.0.0.1:${port} did not answer within 0.3 s`,
    });
  });

  test('by answering ever so slowly is given up in time', async () => {
    const { port } = await listen((socket) => {
      const dripping = setInterval(() => socket.write('220-wait\r\n'), 50);
      socket.once('close', () => clearInterval(dripping));
    });

    const [connected] = await checkSmtp(settings({ port }), 300);

    expect(connected).toMatchObject({ status: 'False', reason: 'Timeout' });
  });

  test('by hanging up says so', async () => {
    const { port } = await listen((socket) => socket.end());

    const [connected] = await checkSmtp(settings({ port }));

    expect(connected).toMatchObject({ status: 'False', reason: 'ConnectionFailed' });
  });

  test('by hanging up while we sign in says so', async () => {
    const { port } = await listen((socket) => {
      socket.write('220 hello\r\n');
      socket.once('data', () => {
        socket.write('250-hello\r\n250 AUTH PLAIN\r\n');
        socket.once('data', () => socket.end('421 4.3.2 going down\r\n'));
      });
    });

    const aspects = await checkSmtp(settings({ port, tls: 'none' }));

    expect(aspects[1]).toMatchObject({ status: 'False' });
    expect(aspects[1]?.message).toContain('421 4.3.2 going down');
  });

  test.for([
    ['as it is', MAIL_PASSWORD],
    ['in base64', Buffer.from(MAIL_PASSWORD).toString('base64')],
    [
      'as the command that it came in',
      `AUTH PLAIN ${Buffer.from(`\0id\0${MAIL_PASSWORD}`).toString('base64')}`,
    ],
  ] as [string, string][])('by repeating the password %s is not quoted', async ([, echo]) => {
    const { port } = await serve({
      onAuth: (_auth, _session, callback) => callback(new Error(`not understood: ${echo}`)),
    });

    const aspects = await checkSmtp(settings({ port, ca: own.certificate }));

    expect(aspects[1]).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' });
    expect(aspects[1]?.message).toContain('its words are left out');
  });

  test('by talking without end is quoted in 200 characters of one line', async () => {
    const { port } = await listen((socket) => socket.end(`554-${'x'.repeat(300)}\r\n554 y\r\n`));

    const [connected] = await checkSmtp(settings({ port }));

    const words = connected?.message.split(`${port}: `)[1];
    expect(words).toHaveLength(200);
    expect(words).not.toContain('\n');
  });
});

function serve(options: SMTPServerOptions, refusal?: string) {
  return serveMail({ cert: own.certificate, key: own.key, ...options }, refusal);
}

function aspect(type: string, message: string) {
  return { type, status: 'True', reason: 'Succeeded', message };
}

function settings(change: Partial<SmtpSettings>): SmtpSettings {
  return {
    host: '127.0.0.1',
    port: 587,
    tls: 'starttls',
    ca: null,
    insecureSkipVerify: false,
    from: { address: 'id@example.com', name: null },
    auth: { username: 'id', password: MAIL_PASSWORD },
    ...change,
  };
}
