import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { BerReader, BerWriter } from 'ldapts';

/** An entry as a scripted directory tells it. */
export interface ScriptedEntry {
  dn: string;
  attributes: Record<string, (string | Buffer)[]>;
}

export interface ScriptedSearch {
  base: string;
  scope: 'base' | 'one' | 'sub';
  attributes: string[];

  /** Entries of a page, and where the client is. */
  pageSize: number;
  cookie: string;
}

export interface ScriptedAnswer {
  entries?: ScriptedEntry[];
  references?: string[];

  /** RFC 4511 §4.1.9; 0 is success. */
  code?: number;
  message?: string;
  cookie?: string;

  /** What happens instead of the end of the answer. */
  instead?: 'hang up' | 'hang';
}

/** What it does to each search; whoever it is, every bind is let in. */
export type Script = (search: ScriptedSearch) => ScriptedAnswer;

// RFC 4511 §4.2, §4.5, and LDAPMessage itself.
const [SEQUENCE, CONTROLS] = [0x30, 0xa0];
const [BIND, BIND_DONE, SEARCH, ENTRY, SEARCH_DONE, REFERENCE] = [
  0x60, 0x61, 0x63, 0x64, 0x65, 0x73,
];
const PAGED = '1.2.840.113556.1.4.319';
const SCOPES = ['base', 'one', 'sub'] as const;

/** A directory for what a real one cannot be made to do, or what there is only of Windows. */
export async function startScriptedLdap(
  script: Script,
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      for (let message = takeMessage(received); message; message = takeMessage(received)) {
        received = received.subarray(message.length);
        answer(socket, message, script);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}

/** The first whole message of what has come so far. */
function takeMessage(bytes: Buffer): Buffer | null {
  const reader = new BerReader(bytes);
  const tag = bytes.length > 1 ? reader.readSequence() : null;
  if (tag === null) {
    return null;
  }
  const whole = reader.offset + reader.length;
  return bytes.length < whole ? null : bytes.subarray(0, whole);
}

function answer(socket: Socket, message: Buffer, script: Script): void {
  const reader = new BerReader(message);
  reader.readSequence();
  const id = reader.readInt() ?? 0;
  const operation = reader.peek();
  if (operation === BIND) {
    socket.write(toMessage(id, (writer) => writeResult(writer, BIND_DONE, {})));
  } else if (operation === SEARCH) {
    const { entries = [], references = [], ...end } = script(readSearch(reader));
    for (const entry of entries) {
      socket.write(toMessage(id, (writer) => writeEntry(writer, entry)));
    }
    for (const uri of references) {
      socket.write(toMessage(id, (writer) => writeReference(writer, uri)));
    }
    if (end.instead === 'hang up') {
      socket.end();
    } else if (end.instead !== 'hang') {
      socket.write(
        toMessage(id, (writer) => writeResult(writer, SEARCH_DONE, end), end.cookie ?? ''),
      );
    }
  }
}

function readSearch(reader: BerReader): ScriptedSearch {
  reader.readSequence(SEARCH);
  const end = reader.offset + reader.length;
  const base = reader.readString() ?? '';
  const scope = SCOPES[reader.readEnumeration() ?? 0] ?? 'base';
  reader.readEnumeration();
  reader.readInt();
  reader.readInt();
  reader.readBoolean();
  skip(reader);
  reader.readSequence();
  const attributes: string[] = [];
  while (reader.offset < end) {
    attributes.push(reader.readString() ?? '');
  }
  return { base, scope, attributes, ...readPaging(reader) };
}

/** A filter is skipped: the script knows what is asked for by the attributes. */
function skip(reader: BerReader): void {
  reader.readSequence();
  reader.offset += reader.length;
}

function readPaging(reader: BerReader): Pick<ScriptedSearch, 'pageSize' | 'cookie'> {
  if (reader.peek() !== CONTROLS) {
    return { pageSize: 0, cookie: '' };
  }
  reader.readSequence(CONTROLS);
  reader.readSequence();
  reader.readString();
  if (reader.peek() === 0x01) {
    reader.readBoolean();
  }
  const value = new BerReader(reader.readString(0x04, true) ?? Buffer.alloc(0));
  value.readSequence();
  return { pageSize: value.readInt() ?? 0, cookie: value.readString() ?? '' };
}

function toMessage(id: number, write: (writer: BerWriter) => void, cookie?: string): Buffer {
  const writer = new BerWriter();
  writer.startSequence(SEQUENCE);
  writer.writeInt(id);
  write(writer);
  if (cookie !== undefined) {
    writer.startSequence(CONTROLS);
    writer.startSequence(SEQUENCE);
    writer.writeString(PAGED);
    const value = new BerWriter();
    value.startSequence(SEQUENCE);
    value.writeInt(0);
    value.writeString(cookie);
    value.endSequence();
    writer.writeBuffer(value.buffer, 0x04);
    writer.endSequence();
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}

function writeResult(
  writer: BerWriter,
  operation: number,
  { code = 0, message = '' }: ScriptedAnswer,
): void {
  writer.startSequence(operation);
  writer.writeEnumeration(code);
  writer.writeString('');
  writer.writeString(message);
  writer.endSequence();
}

function writeEntry(writer: BerWriter, { dn, attributes }: ScriptedEntry): void {
  writer.startSequence(ENTRY);
  writer.writeString(dn);
  writer.startSequence(SEQUENCE);
  for (const [type, values] of Object.entries(attributes)) {
    writer.startSequence(SEQUENCE);
    writer.writeString(type);
    writer.startSequence(0x31);
    for (const value of values) {
      writer.writeBuffer(Buffer.from(value as string), 0x04);
    }
    writer.endSequence();
    writer.endSequence();
  }
  writer.endSequence();
  writer.endSequence();
}

function writeReference(writer: BerWriter, uri: string): void {
  writer.startSequence(REFERENCE);
  writer.writeString(uri);
  writer.endSequence();
}
