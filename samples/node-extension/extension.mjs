// An extension of Kiket in plain Node: it installs itself, checks each request, and calls back.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { KIKET = 'http://127.0.0.1:5080/api/v1', KIKET_TOKEN, KIKET_PROJECT, PORT = '8787', EXTENSION_BASE_URL } = process.env;
const MAX_AGE_SECONDS = 300;
const MAX_BODY_BYTES = 1_000_000;
const secret = randomBytes(32).toString('hex'); // a new one at each start; for a day Kiket also signs with the previous one

// One handler for each event; the value that it returns is the answer.
const handlers = {
  async 'issue.created'({ issue }, ext) {
    const count = await countIssue(ext);
    await ext('POST', `issues/${issue.id}/comments`, { comment: { body: `Welcome! This is issue number ${count} that I have seen.` } });
  },

  // A required hook: the issue moves only when the answer allows it.
  async 'workflow.before_transition'({ issue, transition }) {
    const finishes = ['done', 'closed', 'published'].includes(transition.to);
    return finishes && !issue.description
      ? { status: 'deny', message: `${issue.key} needs a description before it is ${transition.to}.` }
      : { status: 'allow' };
  },

  async 'extension.installed'({ extension }) {
    console.log(`Installed as ${extension.id}.`);
  },
};

// Two events may arrive at once: the value replaces only the version that was read.
async function countIssue(ext) {
  for (;;) {
    const stored = await ext('GET', 'storage/issues_seen', undefined, { allow: [404] });
    const count = (stored.body.value ?? 0) + 1;
    const guard = stored.etag ? { 'If-Match': stored.etag } : { 'If-None-Match': '*' };
    const saved = await ext('PUT', 'storage/issues_seen', { value: count }, { allow: [412], headers: guard });
    if (saved.status !== 412)
      return count;
  }
}

// Calls back with the token of the event: it may do what the manifest asks for, for 15 minutes.
function caller({ authentication, api }) {
  return async (method, path, body, { allow = [], headers = {} } = {}) => {
    const response = await fetch(`${KIKET}/ext/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', [api.runtime_header]: authentication.runtime_token, ...headers },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok && !allow.includes(response.status))
      throw new Error(`${method} ${path}: ${response.status} ${answer.message}`);
    return { status: response.status, etag: response.headers.get('ETag'), body: answer };
  };
}

function isGenuine(headers, body) {
  const timestamp = headers['x-kiket-timestamp'];
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!(age <= MAX_AGE_SECONDS))
    return false;
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  const given = Buffer.from(headers['x-kiket-signature'] ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function read(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MAX_BODY_BYTES)
      throw new Error('The body is too large.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function answer(request, response) {
  const body = await read(request);
  if (!isGenuine(request.headers, body))
    return response.writeHead(401).end();
  const event = JSON.parse(body);
  const handler = handlers[event.event];
  const result = handler && await handler(event, event.authentication && caller(event));
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(result ?? {}));
}

async function install(address) {
  const manifest = JSON.parse(await readFile(new URL('manifest.json', import.meta.url)));
  manifest.extension.callback.secret = secret;
  const response = await fetch(`${KIKET}/extensions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${KIKET_TOKEN}` },
    body: JSON.stringify({ manifest, callback_url: address, ...(KIKET_PROJECT && { project_id: KIKET_PROJECT }) }),
  });
  const answer = await response.json();
  if (!response.ok)
    throw new Error(`The installation failed: ${answer.message} ${JSON.stringify(answer.details)}`);
}

const server = createServer((request, response) => answer(request, response).catch(error => {
  console.error(error.message);
  response.writeHead(500).end(); // Kiket retries later
}));
server.listen(Number(PORT), async () => {
  await install(EXTENSION_BASE_URL ?? `http://127.0.0.1:${server.address().port}`);
  console.log(`Listening on ${server.address().port}.`);
});
